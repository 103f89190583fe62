/** Who uses a command on the store itself. Whoever may read and write its files is trusted to say who they are. */
import type { Command } from 'commander'
import { collect } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'
import { type Core, openCore } from './core.ts'
import { loadOrRefuse } from './load-or-refuse.ts'
import { localOffice, type Office } from './office.ts'
import { remoteOffice } from './remote-office.ts'
import { openSecrets } from './secrets.ts'

export interface OperatorOptions {
  readonly guard: string
  readonly url?: string
  readonly token: string
  readonly as?: string
  readonly roles?: readonly string[]
  readonly tenant?: string
  readonly json?: boolean
}

/** Adds the options that say which guard is meant, and who acts. */
export function addOperatorOptions(command: Command): Command {
  return command
    .option('--guard <file>', 'the guard file, to work on its store', 'guard.yaml')
    .option('--url <address>', 'the control API of a running guard, instead')
    .option('--token <variable>', 'the variable of the environment that holds your token for it', 'LOCKSTEP_TOKEN')
    .option('--as <id>', 'who you are, on the store (default: your name on this machine)')
    .option('--json', 'print one JSON document')
}

/** Adds the options that say what an approver is, besides who. */
export function addPersonOptions(command: Command): Command {
  return command
    .option('--roles <role>', 'a role you have; may be given several times', collect)
    .option('--tenant <tenant>', 'the tenant you belong to')
}

/** Does something through the control API when its address is given, else on the store. */
export async function withOffice(
  terminal: Terminal,
  options: OperatorOptions,
  work: (office: Office) => Promise<void>,
): Promise<void> {
  if (options.url === undefined) return withCore(terminal, options.guard, (core) => work(localOffice(core, options)))
  const token = terminal.env[options.token] ?? ''
  if (token === '') throw new Error(`put your token into the variable ${options.token}`)
  return work(remoteOffice(options.url, token))
}

/** Opens the store and ledger of a guard file for one command, which may run beside a guard that serves. */
export async function withCore(terminal: Terminal, file: string, work: (core: Core) => Promise<void>): Promise<void> {
  const ready = await loadOrRefuse(terminal, file)
  if (ready === undefined) return
  // Without eyes of its own: what calls in doubt came to is looked at by a guard that serves.
  const core = await openCore(ready, {
    secrets: openSecrets(terminal.env, ready.folder),
    version: versionOfProgram(),
  })
  try {
    await work(core)
  } finally {
    await core.close()
  }
}
