/** Who uses a command on the store itself. Whoever may read and write its files is trusted to say who they are. */
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { Principal } from '../../charter/charter.ts'
import { collect } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'
import { type Core, openCore } from './core.ts'
import { loadOrRefuse } from './load-or-refuse.ts'
import { openOutside } from './outside.ts'
import { openSecrets } from './secrets.ts'

export interface OperatorOptions {
  readonly guard: string
  readonly as?: string
  readonly json?: boolean
}

/** Adds the options that say which guard is meant, and who acts. */
export function addOperatorOptions(command: Command): Command {
  return command
    .option('--guard <file>', 'the guard file', 'guard.yaml')
    .option('--as <id>', 'who you are (default: your name on this machine)')
    .option('--json', 'print one JSON document')
}

/** Adds the options that say what an approver is, besides who. */
export function addPersonOptions(command: Command): Command {
  return command
    .option('--roles <role>', 'a role you have; may be given several times', collect)
    .option('--tenant <tenant>', 'the tenant you belong to')
}

/** The name an operator is recorded by. */
export function operatorName({ as }: { readonly as?: string }): string {
  return as ?? userInfo().username
}

/** Marks on the record that nobody but this machine vouches for who it was. */
export function locally(why: string | undefined): string {
  return why === undefined || why === '' ? 'local operator' : `${why} (local operator)`
}

/** An approver as the options say. */
export function personOf(options: {
  readonly as?: string
  readonly roles?: readonly string[]
  readonly tenant?: string
}): Principal {
  const { roles, tenant } = options
  return {
    id: operatorName(options),
    kind: 'user',
    ...(roles === undefined ? {} : { roles }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** Opens the store and ledger of a guard file for one command, which may run beside a guard that serves. */
export async function withCore(terminal: Terminal, file: string, work: (core: Core) => Promise<void>): Promise<void> {
  const ready = await loadOrRefuse(terminal, file)
  if (ready === undefined) return
  const secrets = openSecrets(terminal.env, ready.folder)
  const outside = await openOutside(ready, secrets, () => ready.charter)
  const core = await openCore(ready, { secrets, version: versionOfProgram(), truth: outside.truth })
  try {
    await work(core)
  } finally {
    await core.close()
    await outside.identifier.close()
    await outside.truth.close()
  }
}
