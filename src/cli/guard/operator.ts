/** Who uses a command on the store itself. Whoever may read and write its files is trusted to say who they are. */
import type { Command } from 'commander'
import { readyForWrap } from '../mcp/wrap.ts'
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
  /** Instead of a guard file: the charter of `lockstep mcp wrap`, and where its state is. */
  readonly charter?: string
  readonly store: string
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
    .option('--charter <file>', 'the charter of `lockstep mcp wrap`, instead of a guard file')
    .option('--store <folder>', 'where its `--state` is, relative to the charter', '.lockstep/mcp')
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
  const { url, charter, store, guard } = options
  const onStore = (core: Core): Promise<void> => work(localOffice(core, options))
  if (url === undefined) {
    if (charter === undefined) return withCore(terminal, guard, onStore)
    return withReady(terminal, await readyForWrap(terminal, { charter, state: store }), onStore)
  }
  const token = terminal.env[options.token] ?? ''
  if (token === '') throw new Error(`put your token into the variable ${options.token}`)
  return work(remoteOffice(url, token))
}

/** Opens the store and ledger of a guard file for one command, which may run beside a guard that serves. */
export async function withCore(terminal: Terminal, file: string, work: (core: Core) => Promise<void>): Promise<void> {
  return withReady(terminal, await loadOrRefuse(terminal, file), work)
}

/** Does nothing where what was read is in error, which was said then. */
async function withReady(
  terminal: Terminal,
  ready: Awaited<ReturnType<typeof loadOrRefuse>>,
  work: (core: Core) => Promise<void>,
): Promise<void> {
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
