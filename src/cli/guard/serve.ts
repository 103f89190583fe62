/** A guard that serves: opened from its file, put up to date when the file or the charter changes, closed in order. */
import type { Teller } from '../../api/notice/teller.ts'
import type { A2aGateway } from '../../gateway/a2a/gateway.ts'
import { type Metrics, makeMetrics } from '../../gateway/control/metrics.ts'
import { type HttpGateway, openHttpGateway } from '../../gateway/http/gateway.ts'
import type { ModelGateway } from '../../gateway/llm/gateway.ts'
import type { McpGateway } from '../../gateway/mcp/gateway.ts'
import { mcpTruth } from '../../gateway/mcp/truth.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Client, Identifier } from '../../identity/identity.ts'
import type { RunsKnown } from '../../identity/run-provider.ts'
import type { Injector } from '../../vault/injector.ts'
import { type GuardConfig, type LoadedGuard, loadGuard, type ReadyCharter } from './config.ts'
import { type Desk, openDesk } from './control.ts'
import { type Core, openCore } from './core.ts'
import { fixedParts, recordRefusal, watchedFiles } from './in-force.ts'
import { localitiesOf } from './localities.ts'
import { openNotices } from './notices.ts'
import { exchangeable, listenOptions, type Outside, type OutsideOptions, openOutside } from './outside.ts'
import { openKnownRuns } from './runs-file.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { serveA2aSection } from './serve-a2a.ts'
import { type Console, openConsole } from './serve-console.ts'
import { serveMcpSection } from './serve-mcp.ts'
import { reloadModels, serveModels } from './serve-models.ts'
import { type ServingVault, serveVault } from './serve-vault.ts'
import { keepUp } from './upkeep.ts'
import { watchFiles } from './watch.ts'

/** What a serving guard says of itself. */
export type GuardNews =
  | {
      readonly kind: 'listening'
      readonly url: string
      readonly control?: string
      readonly mcp?: string
      readonly models?: string
      readonly a2a?: string
      readonly console?: string
    }
  | { readonly kind: 'in-force'; readonly ready: ReadyCharter; readonly again: boolean }
  | { readonly kind: 'refused'; readonly loaded: LoadedGuard }
  | { readonly kind: 'restart-needed'; readonly parts: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string; readonly call?: string }
  | { readonly kind: 'stopped' }

export interface ServeOptions {
  readonly file: string
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tell: (news: GuardNews) => void
  /** Shows the console, too. */
  readonly console?: true
}

/** A guard that is serving. */
export interface Serving {
  readonly core: Core
  /** @throws {TypeError} when none was asked for. */
  readonly console: Console
  /** Reads guard file and charter again and puts them in force if nothing is wrong with them. */
  reload(): Promise<void>
  /** Lets calls on their way end, then closes everything. */
  close(graceMs?: number): Promise<void>
}

type Ready = GuardConfig & ReadyCharter

/**
 * Opens everything and serves.
 *
 * @param loaded - What `loadGuard` gave for the file, ready.
 * @throws when a secret or file is missing, the store or the ledger cannot be opened, or a port is taken.
 */
export async function serve(loaded: LoadedGuard & { readonly ready: Ready }, options: ServeOptions): Promise<Serving> {
  const { ready } = loaded
  const secrets = openSecrets(options.env, ready.folder)
  const tell = failing(options.tell)
  // Until there is a guard, the charter is the one that was read, and nobody is identified.
  let guard: Guard | undefined
  let safe: ServingVault | undefined
  const vault = (): Injector | undefined => safe?.injector
  const runs = await openKnownRuns(ready, () => guard)
  const outsideOptions: OutsideOptions = {
    ...(runs === undefined ? {} : { runs }),
    charter: () => guard?.charter() ?? ready.charter,
    vault,
    replays: { remember: (key) => guard?.replays.remember(key) ?? Promise.reject(new Error('not open yet')) },
  }
  const outside = await openOutside(ready, secrets, outsideOptions)
  const metrics = makeMetrics()
  const truth = exchangeable(outside.truth)
  let mcp: McpGateway | undefined
  let models: ModelGateway | undefined
  let a2a: A2aGateway | undefined
  const eyes = mcpTruth(outsideOptions.charter, () => mcp?.lookers, truth, ready.file.limits.look)
  const core = await openCore(ready, { secrets, version: options.version, truth: eyes, hearing: metrics.counting })
  guard = core.guard
  const now: Now = { ready, outside, watched: watchedFiles(options.file, loaded, []) }
  let notices: Teller | undefined
  let console: Console | undefined
  try {
    // Before anything can happen: whoever is told for the first time is told of all that comes.
    notices = await openNotices(ready, { core, secrets, console: () => console?.url, fail: tell })
    safe = await serveVault(ready, { secrets, env: options.env, ledger: core.ledger }, tell)
    const identifier: Identifier = {
      identify: (presented) => now.outside.identifier.identify(presented),
      close: async () => undefined,
    }
    mcp = await serveMcpSection(ready, {
      guard: core.guard,
      identifier,
      secrets,
      key: core.carriedKey,
      vault: safe?.injector,
      env: options.env,
      tell,
    })
    a2a = await serveA2aSection(ready, { guard, identifier, secrets, tokens: runs?.tokens, tell })
    models = await serveModels(ready, {
      guard: core.guard,
      identifier,
      secrets,
      vault: safe?.injector,
      tell: (why, call) => options.tell({ kind: 'failed', why, call }),
    })
    const opened = await openDoors({ core, secrets, metrics, safe, runs, now, tell: options.tell })
    if (options.console === true)
      console = await openConsole(ready, {
        core,
        secrets,
        notices,
        vault: safe,
        ready: () => now.ready,
        env: options.env,
        file: options.file,
        fail: tell,
      })
    const doors = { ...opened, mcp, models, a2a, console }
    return new ServingGuard({ options, secrets, core, notices, safe, runs, truth, doors, now })
  } catch (error) {
    await mcp?.close(0)
    await models?.close(0)
    await a2a?.close(0)
    await safe?.close()
    await notices?.close()
    await core.close()
    throw error
  }
}

/** What changes when files do. */
interface Now {
  ready: Ready
  outside: Outside
  watched: readonly string[]
}

interface Doors {
  readonly gateway: HttpGateway
  readonly desk: Desk | undefined
  readonly mcp: McpGateway | undefined
  readonly models: ModelGateway | undefined
  readonly a2a: A2aGateway | undefined
  readonly console: Console | undefined
}

interface Parts {
  readonly options: ServeOptions
  readonly secrets: Secrets
  readonly core: Core
  readonly notices: Teller | undefined
  readonly safe: ServingVault | undefined
  readonly runs: RunsKnown | undefined
  readonly truth: ReturnType<typeof exchangeable>
  readonly doors: Doors
  readonly now: Now
}

class ServingGuard implements Serving {
  readonly #parts: Parts
  readonly #stops: readonly (() => void)[]
  #reloading: Promise<void> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
    const { core, now, options, doors } = parts
    const fail = failing(options.tell)
    this.#stops = [
      keepUp(core, now.ready.file.limits.repeat, fail),
      watchFiles(
        () => now.watched,
        () => this.reload().catch((error: unknown) => fail(wordsOf(error))),
      ),
    ]
    const { gateway, desk, mcp, models, a2a, console } = doors
    options.tell({
      kind: 'listening',
      url: gateway.address.url,
      ...(desk === undefined ? {} : { control: desk.url }),
      ...(mcp === undefined ? {} : { mcp: `${mcp.address.url}/mcp` }),
      ...(models === undefined ? {} : { models: models.address.url }),
      ...(a2a === undefined ? {} : { a2a: a2a.address.url }),
      ...(console === undefined ? {} : { console: console.url }),
    })
    options.tell({ kind: 'in-force', ready: now.ready, again: false })
  }

  get core(): Core {
    return this.#parts.core
  }

  get console(): Console {
    const { console } = this.#parts.doors
    if (console === undefined) throw new TypeError('no console was asked for')
    return console
  }

  /** One after the other: the last that was read is the one in force. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.catch(() => undefined).then(() => this.#reload())
    return this.#reloading
  }

  async #reload(): Promise<void> {
    const { core, now, options } = this.#parts
    const loaded = await loadGuard(options.file)
    if (loaded.ready !== undefined) return this.#exchange(loaded, loaded.ready)
    now.watched = watchedFiles(options.file, loaded, now.watched)
    await recordRefusal(core, now.ready, loaded)
    options.tell({ kind: 'refused', loaded })
  }

  /** The outside first: a charter must not be in force before what it names can be reached. */
  async #exchange(loaded: LoadedGuard, next: Ready): Promise<void> {
    const { core, now, options, secrets, doors, truth, safe, runs } = this.#parts
    const before = now.ready
    const { charter, replays } = core.guard
    const outside = await openOutside(next, secrets, {
      charter,
      replays,
      vault: () => safe?.injector,
      ...(runs === undefined ? {} : { runs }),
    })
    const { upstreams, identifier, tls } = outside
    const { limits, hosts } = listenOptions(next.file, tls)
    if (doors.models !== undefined) await reloadModels(doors.models, next, secrets)
    doors.gateway.reload({
      identifier,
      upstreams,
      ...(limits === undefined ? {} : { limits }),
      ...(tls === undefined ? {} : { tls }),
      ...(hosts === undefined ? {} : { hosts }),
    })
    truth.exchange(outside.truth)
    await now.outside.identifier.close()
    await core.guard.reload(next.charter, next.version, localitiesOf(next.file))
    Object.assign(now, { ready: next, outside, watched: watchedFiles(options.file, loaded, []) })
    const parts = fixedParts(before, next)
    if (parts.length > 0) options.tell({ kind: 'restart-needed', parts })
    if (next.version !== before.version) options.tell({ kind: 'in-force', ready: next, again: true })
  }

  async close(graceMs?: number): Promise<void> {
    const { core, notices, safe, truth, doors, now, options } = this.#parts
    for (const stop of this.#stops) stop()
    await this.#reloading.catch(() => undefined)
    doors.desk?.drain()
    const { gateway, mcp, models, a2a } = doors
    await doors.console?.close()
    await Promise.all([gateway, mcp, models, a2a].map((door) => door?.close(graceMs)))
    await doors.desk?.close()
    await safe?.close()
    await notices?.close()
    await core.close()
    await now.outside.identifier.close()
    await truth.close()
    options.tell({ kind: 'stopped' })
  }
}

type DoorOptions = Pick<Parts, 'core' | 'secrets' | 'safe' | 'runs' | 'now'> &
  Pick<ServeOptions, 'tell'> & { readonly metrics: Metrics }

async function openDoors({
  core,
  secrets,
  metrics,
  safe,
  runs,
  now,
  tell,
}: DoorOptions): Promise<Pick<Doors, 'gateway' | 'desk'>> {
  const { ready, outside } = now
  const desk = await openDesk(ready, {
    core,
    secrets,
    metrics,
    identifier: {
      identify: (presented) => now.outside.identifier.identify(presented),
      client: (presented, form) => clientOf(now.outside.identifier, presented, form),
    },
    ...(runs === undefined ? {} : { tokens: runs.tokens }),
    fail: failing(tell),
  })
  try {
    const gateway = await openHttpGateway({
      guard: core.guard,
      identifier: outside.identifier,
      upstreams: outside.upstreams,
      ...listenOptions(ready.file, outside.tls),
      sendsApproved: ready.file.approvals.send,
      ...(safe === undefined ? {} : { vault: safe.injector }),
      onEvent: (event) => {
        if (event.kind === 'failed') tell({ kind: 'failed', why: event.why, call: event.call })
      },
    })
    return { gateway, desk }
  } catch (error) {
    await desk?.close()
    throw error
  }
}

/** Whoever asks for a token, where an identifier has no other way to tell. */
function clientOf(identifier: Identifier, ...asked: Parameters<NonNullable<Identifier['client']>>): Promise<Client> {
  return identifier.client?.(...asked) ?? identifier.identify(asked[0])
}

function failing(tell: ServeOptions['tell']): (why: string) => void {
  return (why) => tell({ kind: 'failed', why })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'failed'
}
