/** `lockstep mcp wrap`: one MCP server behind the guard, on the pipe of whoever started it. */
import { dirname, resolve } from 'node:path'
import type { Principal } from '../../charter/charter.ts'
import { loadCharter } from '../../charter/load.ts'
import { environmentOf, sealedUpstream } from '../../gateway/mcp/secrets.ts'
import { stdioUpstream } from '../../gateway/mcp/stdio-upstream.ts'
import { mcpTruth } from '../../gateway/mcp/truth.ts'
import type { McpUpstream } from '../../gateway/mcp/upstream.ts'
import { type Wrapped, wrapServer } from '../../gateway/mcp/wrap.ts'
import { blind } from '../../guard/truth.ts'
import { scrubberFor } from '../../vault/handed.ts'
import { printDiagnostics } from '../diagnostics.ts'
import { type GuardConfig, type ReadyCharter, readyCharter } from '../guard/config.ts'
import { openCore } from '../guard/core.ts'
import { guardFileSchema } from '../guard/schema.ts'
import { openSecrets } from '../guard/secrets.ts'
import { wordsFor } from '../guard/serve-mcp.ts'
import { type ServingVault, serveVault } from '../guard/serve-vault.ts'
import { onInterrupt } from '../prove/interrupt.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'

export interface WrapOptions {
  readonly charter: string
  readonly source?: string
  readonly as?: string
  readonly for?: string
  readonly roles?: readonly string[]
  readonly forRoles?: readonly string[]
  readonly tenant?: string
  readonly state: string
}

/** Serves the client on standard input until it ends. */
export async function wrap(terminal: Terminal, command: readonly string[], options: WrapOptions): Promise<void> {
  const ready = await readyForWrap(terminal, options)
  const [program, ...args] = command
  if (ready === undefined || program === undefined) return
  const source = sourceOf(ready, options.source)
  const secrets = openSecrets(terminal.env, ready.folder)
  let wrapped: Wrapped | undefined
  const charter = (): ReadyCharter['charter'] => core?.guard.charter() ?? ready.charter
  const truth = mcpTruth(charter, () => wrapped?.lookers, blind, ready.file.limits.look)
  let core: Awaited<ReturnType<typeof openCore>> | undefined
  core = await openCore(ready, { secrets, version: versionOfProgram(), truth })
  const fail = (why: string): void => terminal.printError(`lockstep: ${why}`)
  let safe: ServingVault | undefined
  let upstream: McpUpstream | undefined
  // To the last: the server may still have to be made to end.
  onInterrupt(() => process.stdin.destroy())
  try {
    safe = await serveVault(ready, { secrets, env: terminal.env, ledger: core.ledger }, fail)
    const vault = safe?.injector
    const env = await environmentOf(vault, source, ownEnvironment(terminal))
    const server = stdioUpstream({
      source,
      command: {
        command: program,
        args,
        env,
        onError: (text) => terminal.printError((scrubberFor(env)?.text(text) ?? text).trimEnd()),
      },
      environment: terminal.env,
      maxBytes: ready.file.limits.response,
      // Who started us is to see that the server has ended, and may start it again.
      onEnd: () => process.stdin.destroy(),
    })
    upstream = vault === undefined ? server : sealedUpstream(server, { vault, charter, onFail: fail })
    wrapped = wrapServer({
      guard: core.guard,
      upstream,
      principal: principalOf(options),
      input: process.stdin,
      output: process.stdout,
      onEvent: (event) => terminal.printError(`lockstep: ${wordsFor(event)}`),
    })
    await wrapped.ended
  } finally {
    await upstream?.close()
    await safe?.close()
    await core.close()
  }
}

/** The client gave us this environment for the server it meant to start; what is ours stays here. */
function ownEnvironment({ env }: Terminal): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('LOCKSTEP_') ? [] : [[name, value]],
    ),
  )
}

/** Charter and state of a wrapped server; nothing when the charter is invalid, which is then said. */
export async function readyForWrap(
  terminal: Terminal,
  { charter: path, state }: Pick<WrapOptions, 'charter' | 'state'>,
): Promise<(GuardConfig & ReadyCharter) | undefined> {
  const loaded = await loadCharter(path)
  const ready = readyCharter(loaded)
  if (ready === undefined) {
    printDiagnostics(terminal, loaded.diagnostics, loaded.texts)
    terminal.finish('invalid')
    return undefined
  }
  const file = guardFileSchema.parse({ 'lockstep-guard': 1, charter: path, identity: [], store: { sqlite: state } })
  return { folder: resolve(dirname(path)), file, ...ready }
}

/** @throws when the charter leaves it open. */
function sourceOf({ charter }: ReadyCharter, named: string | undefined): string {
  const servers = [...charter.sources.values()].filter(({ description }) => description.format === 'mcp')
  const names = servers.map(({ name }) => name)
  if (named !== undefined && names.includes(named)) return named
  const [only] = names
  if (named === undefined && names.length === 1 && only !== undefined) return only
  throw new Error(`say which MCP source of the charter it is with --source: ${names.join(', ') || 'it has none'}`)
}

/** Whoever started us, as it says: file access is the authority here. */
export function principalOf({ as, for: person, roles, forRoles, tenant }: WrapOptions): Principal {
  const placed = tenant === undefined ? {} : { tenant }
  const behind: Principal | undefined =
    person === undefined ? undefined : { id: person, kind: 'user', roles: forRoles ?? [], ...placed }
  if (as === undefined) return behind ?? { ...placed, ...(roles === undefined ? {} : { roles }) }
  const agent: Principal = { id: as, kind: 'agent', roles: roles ?? [as], ...placed }
  return behind === undefined ? agent : { ...agent, chain: [behind] }
}
