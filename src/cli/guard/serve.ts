/** A guard that serves: opened from its file, put up to date when the file or the charter changes, closed in order. */
import { dirname, join } from 'node:path'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { type HttpGateway, openHttpGateway } from '../../gateway/http/gateway.ts'
import { type GuardConfig, type LoadedGuard, loadGuard, type ReadyCharter } from './config.ts'
import { type Desk, openDesk, openVoice } from './control.ts'
import { type Core, openCore } from './core.ts'
import { exchangeable, listenOptions, type Outside, openOutside } from './outside.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { keepUp } from './upkeep.ts'
import { watchFiles } from './watch.ts'

/** What a serving guard says of itself. */
export type GuardNews =
  | { readonly kind: 'listening'; readonly url: string; readonly control?: string }
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
}

/** A guard that is serving. */
export interface Serving {
  readonly core: Core
  readonly gateway: HttpGateway
  /** Reads guard file and charter again and puts them in force if nothing is wrong with them. */
  reload(): Promise<void>
  /** Lets calls on their way end, then closes everything. */
  close(graceMs?: number): Promise<void>
}

/**
 * Opens everything and serves.
 *
 * @throws when a secret or file is missing, the store or the ledger cannot be opened, or the port is taken.
 */
export async function serve(
  ready: GuardConfig & ReadyCharter,
  watched: readonly string[],
  options: ServeOptions,
): Promise<Serving> {
  const { tell } = options
  const secrets = openSecrets(options.env, ready.folder)
  let opened: Core | undefined
  let current: State
  const charterOf = (): ReadyCharter['charter'] => opened?.guard.charter() ?? ready.charter
  const outside = await openOutside(ready, secrets, charterOf)
  current = { ready, outside, watched }
  const truth = exchangeable(outside.truth)
  const voice = await openVoice(ready, secrets, (why) => tell({ kind: 'failed', why }))
  const core = await openCore(ready, { secrets, version: options.version, truth, hearing: voice.hearing })
  opened = core
  const { gateway, desk } = await openDoors(ready, core, outside).catch(async (error: unknown) => {
    await core.close()
    throw error
  })
  const stopUpkeep = keepUp(core, ready.file.limits.repeat, (why) => tell({ kind: 'failed', why }))

  const reload = oneAtATime(async () => {
    const loaded = await loadGuard(options.file)
    const next = loaded.ready
    if (next === undefined) {
      current = { ...current, watched: watchedFiles(options.file, loaded, current.watched) }
      await refuse(core, current.ready, loaded)
      tell({ kind: 'refused', loaded })
      return
    }
    current = await exchange({
      current,
      next,
      loaded,
      secrets,
      core,
      gateway,
      tell,
      file: options.file,
      truth,
      charterOf,
    })
  })
  const stopWatching = watchFiles(
    () => current.watched,
    () => reload().catch((error: unknown) => tell({ kind: 'failed', why: wordsOf(error) })),
  )
  tell({ kind: 'listening', url: gateway.address.url, ...(desk === undefined ? {} : { control: desk.url }) })
  tell({ kind: 'in-force', ready, again: false })
  return {
    core,
    gateway,
    reload,
    close: async (graceMs) => {
      stopWatching()
      stopUpkeep()
      desk?.drain()
      await gateway.close(graceMs)
      await desk?.close()
      await core.close()
      await voice.close()
      await current.outside.identifier.close()
      await truth.close()
      tell({ kind: 'stopped' })
    },
  }

  async function openDoors(config: GuardConfig, opened: Core, { upstreams, identifier, tls }: Outside): Promise<Doors> {
    const desk = await openDesk(config, {
      core: opened,
      secrets,
      metrics: voice.metrics,
      identify: (presented) => current.outside.identifier.identify(presented),
      fail: (why) => tell({ kind: 'failed', why }),
    })
    try {
      const doors = await openHttpGateway({
        guard: opened.guard,
        identifier,
        upstreams,
        ...listenOptions(config.file, tls),
        onEvent: (event) => {
          if (event.kind === 'failed') tell({ kind: 'failed', why: event.why, call: event.call })
        },
      })
      return { gateway: doors, desk }
    } catch (error) {
      await desk?.close()
      throw error
    }
  }
}

interface Doors {
  readonly gateway: HttpGateway
  readonly desk: Desk | undefined
}

interface State {
  readonly ready: GuardConfig & ReadyCharter
  readonly outside: Outside
  readonly watched: readonly string[]
}

interface Exchange {
  readonly current: State
  readonly next: GuardConfig & ReadyCharter
  readonly loaded: LoadedGuard
  readonly file: string
  readonly secrets: Secrets
  readonly core: Core
  readonly gateway: HttpGateway
  readonly truth: ReturnType<typeof exchangeable>
  readonly tell: ServeOptions['tell']
  readonly charterOf: () => ReadyCharter['charter']
}

/** The outside first: a charter must not be in force before what it names can be reached. */
async function exchange(change: Exchange): Promise<State> {
  const { current, next, loaded, secrets, core, gateway, truth, tell, charterOf } = change
  const outside = await openOutside(next, secrets, charterOf)
  const { upstreams, identifier, tls } = outside
  const { limits, hosts } = listenOptions(next.file, tls)
  gateway.reload({
    identifier,
    upstreams,
    ...(limits === undefined ? {} : { limits }),
    ...(tls === undefined ? {} : { tls }),
    ...(hosts === undefined ? {} : { hosts }),
  })
  truth.exchange(outside.truth)
  await current.outside.identifier.close()
  const isOther = next.version !== current.ready.version
  await core.guard.reload(next.charter, next.version)
  const parts = fixedParts(current.ready, next)
  if (parts.length > 0) tell({ kind: 'restart-needed', parts })
  if (isOther) tell({ kind: 'in-force', ready: next, again: true })
  return { ready: next, outside, watched: watchedFiles(change.file, loaded, []) }
}

/** What cannot be exchanged while calls are on their way. */
function fixedParts(before: GuardConfig, after: GuardConfig): readonly string[] {
  const names = ['store', 'ledger', 'approvals', 'control'] as const
  const changed = names.filter((name) => JSON.stringify(before.file[name]) !== JSON.stringify(after.file[name]))
  const { listen: old } = before.file
  const { listen } = after.file
  const isMoved =
    old.host !== listen.host || old.port !== listen.port || (old.tls === undefined) !== (listen.tls === undefined)
  return [...(isMoved ? ['listen'] : []), ...changed]
}

/** On the record: somebody wanted to put this in force, and it was not. */
async function refuse({ ledger }: Core, { charter, version }: ReadyCharter, loaded: LoadedGuard): Promise<void> {
  const why = loaded.diagnostics.find(isError)
  await ledger.append({
    kind: 'charter',
    at: Date.now(),
    charter: { name: charter.name, digest: version },
    effect: 'refused',
    why: why === undefined ? 'it could not be read' : `${why.code}: ${why.message}`,
  })
}

function isError(diagnostic: Diagnostic): boolean {
  return hasErrors([diagnostic])
}

/** The guard file, the charter's files, and descriptions on this machine. While something is wrong, also what was watched before. */
export function watchedFiles(
  file: string,
  { texts, ready }: LoadedGuard,
  before: readonly string[],
): readonly string[] {
  const described = [...(ready?.charter.sources.values() ?? [])].flatMap(({ url }) =>
    url === undefined || /^https?:/i.test(url) ? [] : [descriptionPath(texts, file, url)],
  )
  return [...new Set([file, ...texts.keys(), ...described, ...before])]
}

/** Relative to the main file of the charter, which comes first after the guard file. */
function descriptionPath(texts: ReadonlyMap<string, string>, file: string, url: string): string {
  const main = [...texts.keys()].find((name) => name !== file) ?? file
  return join(dirname(main), url)
}

/** Runs one after the other; who asks meanwhile gets one run that begins after that. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.catch(() => undefined).then(work)
    return last
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'failed'
}
