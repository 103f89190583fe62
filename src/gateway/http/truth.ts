/** Looks at objects through the API they live in. */
import type { CallRequest, Charter } from '../../charter/charter.ts'
import { representationIn, textOf } from '../../charter/object-fact.ts'
import { getPointer } from '../../charter/pointer.ts'
import { isSought, type SoughtText } from '../../constraint/where.ts'
import type { Answer } from '../../guard/call.ts'
import type { ObjectRef } from '../../guard/store.ts'
import type { Found, Look, Truth } from '../../guard/truth.ts'
import { scrubberFor } from '../../vault/handed.ts'
import type { Injector } from '../../vault/injector.ts'
import { toHttp } from '../../wire/to-http.ts'
import { readAnswer } from './answer.ts'
import { cleanedAnswer, withoutShown } from './caller.ts'
import { after, type Page, start } from './pages.ts'
import { arm, askingFor, cleanAnswer } from './secrets.ts'
import { collect } from './sending.ts'
import { openUpstreams, type Upstream, type UpstreamConfig } from './upstream.ts'
import { type Eyes, itemsOf, requestFor, requestForAll, type Walkable, wayTo, wayToAll } from './way.ts'

/** Headers that let the guard look; asked for before each look, so that they may change. */
export type Reader = () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>

export interface TruthOptions {
  readonly charter: () => Charter
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  /** By source, in the order in which they are tried; the caller's own eyes are the last. */
  readonly readers?: Readonly<Record<string, readonly Reader[]>>
  /** Secrets that belong into looks too. Asked for each time. */
  readonly vault?: () => Injector | undefined
  /** For one look; 5 seconds by default. */
  readonly timeoutMs?: number
  /** 1 MiB by default. */
  readonly maxBytes?: number
}

export interface HttpTruth extends Truth {
  search(type: string, sought: readonly SoughtText[], call: Look): Promise<Found | undefined>
  close(): Promise<void>
}

/** What one pair of eyes saw. */
interface Seen {
  readonly value: unknown
}

/**
 * Looks at objects over HTTP: through the `read` of their type, else through its `list`, page by page. That an object is not there is said
 * only when the whole list was seen.
 *
 * One look is shared by those who ask for the same object for the same call at the same time, and never kept.
 */
export function httpTruth(options: TruthOptions): HttpTruth {
  const upstreams = openUpstreams(options.upstreams)
  const { timeoutMs = 5000, maxBytes = 1024 * 1024 } = options
  const under = new WeakMap<Look, Map<string, Promise<unknown>>>()

  /** Looks at one answer after the other, a single one unless it is a list, until something is seen in one. */
  const ask = async <T>(
    charter: Charter,
    way: Walkable,
    asked: Asked,
    see: (body: unknown) => T | undefined,
  ): Promise<T | 'none' | 'unclear'> => {
    const source = way.operation.shape.source
    const upstream = upstreams.of(source)
    const config = options.upstreams[source]
    if (upstream === undefined || config === undefined) return 'unclear'
    const wire = toHttp(charter, way.use, asked.request, config.url)
    const base = new URL(wire.url)
    let walk = start
    while (walk.pages < mostPages) {
      const url = new URL(base)
      for (const [name, value] of Object.entries(walk.query)) url.searchParams.set(name, value)
      const page = await get(charter, way, url, { ...asked, headers: { ...wire.headers, ...asked.headers } }, upstream)
      // A list that is not there says nothing of what would be on it.
      if (typeof page === 'string') return way.listed ? 'unclear' : page
      const seen = see(page.body)
      if (seen !== undefined) return seen
      const following = way.listed ? after(way.operation.shape, page, walk, base) : 'unclear'
      if (typeof following === 'string') return following === 'end' ? 'none' : 'unclear'
      walk = following.walk
    }
    return 'unclear'
  }

  /** One request: what came when it came as it should. */
  const get = async (
    charter: Charter,
    { operation }: Walkable,
    url: URL,
    { headers, own, signal }: Omit<Asked, 'request'>,
    upstream: Upstream,
  ): Promise<Page | 'none' | 'unclear'> => {
    const flat = ['host', upstream.host, 'accept-encoding', 'identity']
    for (const [name, value] of Object.entries(headers)) flat.push(name, value)
    const sending = {
      method: 'GET',
      path: url.pathname + url.search,
      headers: flat,
      body: null,
      patient: false,
      finish: false,
    }
    const asking = askingFor(charter, { source: upstream.source, operation: operation.id })
    const armed = await arm(options.vault?.(), asking, sending, () => undefined)
    const collected = await collect(upstream, armed.sending, maxBytes, signal)
    if (collected.kind === 'begun') collected.drop()
    if (collected.kind !== 'whole') return 'unclear'
    const cleaned = await cleanAnswer(armed.scrubbing, collected.head, collected.bytes, maxBytes)
    if (cleaned === undefined) return 'unclear'
    const answer = withoutHanded(await readAnswer(cleaned.head, cleaned.bytes, maxBytes), headers, own)
    if (answer.status === 404 || answer.status === 410) return 'none'
    if (answer.status >= 300 || isRefused(charter, upstream.source, answer)) return 'unclear'
    return { headers: answer.headers ?? {}, body: answer.body }
  }

  const look = async (object: ObjectRef, call: Look): Promise<unknown> => {
    const charter = options.charter()
    const way = wayTo(charter, object)
    if (way === undefined) return undefined
    const see = (body: unknown): Seen | undefined => {
      const value = representationIn(way.type, body, way.key)
      return value === undefined ? undefined : { value }
    }
    const sights: (Seen | 'none' | 'unclear')[] = []
    for (const eyes of eyesFor(options, way, call)) {
      const asked = await askedBy(eyes, requestFor(way, call, eyes.own), signalOf(call))
      const sight = await ask(charter, way, asked, see)
      if (typeof sight !== 'string') return sight.value
      sights.push(sight)
    }
    return sights.length === 0 || sights.includes('unclear') ? undefined : null
  }

  /** What fits in all that any of the eyes see; whoever sees all of the list, and something in it that fits, is enough. */
  const search = async (type: string, sought: readonly SoughtText[], call: Look): Promise<Found | undefined> => {
    const charter = options.charter()
    const way = wayToAll(charter, type)
    if (way === undefined) return undefined
    const fits = new Map<string, unknown>()
    let [asked, whole] = [0, true]
    for (const eyes of eyesFor(options, way, call)) {
      const request = requestForAll(charter, way, sought, requestFor(way, call, eyes.own))
      if (request === undefined) return undefined
      asked += 1
      const see = (body: unknown): undefined => {
        for (const each of itemsOf(way, body) ?? [])
          if (isSought(sought, each) === true) fits.set(textOf(getPointer(each, way.type.key)) ?? '', each)
      }
      const sight = await ask(charter, way, await askedBy(eyes, request, signalOf(call)), see)
      if (sight === 'none' && fits.size > 0) return { values: [...fits.values()], whole: true }
      whole &&= sight === 'none'
    }
    return asked === 0 ? undefined : { values: [...fits.values()], whole }
  }

  const signalOf = (call: Look): AbortSignal =>
    call.signal === undefined ? AbortSignal.timeout(timeoutMs) : anyOf(call.signal, timeoutMs)

  return {
    read: (object, call) => {
      const shared = under.get(call) ?? new Map<string, Promise<unknown>>()
      under.set(call, shared)
      const name = JSON.stringify([object.type, object.key])
      const running = shared.get(name)
      if (running !== undefined) return running
      const looking = look(object, call)
        .catch(() => undefined)
        .finally(() => shared.delete(name))
      shared.set(name, looking)
      return looking
    },
    search: (type, sought, call) => search(type, sought, call).catch(() => undefined),
    close: () => upstreams.close(),
  }
}

/** What is kept of a look shows nobody what was looked with. */
function withoutHanded(answer: Answer, headers: Eyes, own: boolean): Answer {
  if (own) return withoutShown(headers, answer)
  const scrubber = scrubberFor(headers)
  return scrubber === undefined ? answer : cleanedAnswer(scrubber, answer)
}

/** A list longer than this is not walked to its end for one look. */
const mostPages = 10

function eyesFor(
  { readers, vault }: TruthOptions,
  { operation, at, listed }: Walkable,
  { credentials }: Look,
): readonly { readonly own: boolean; readonly headers: Reader }[] {
  const { source } = operation.shape
  // Where secrets say who asks, it takes no caller to look.
  const blank = vault?.()?.watches(source) === true ? [{ own: false, headers: (): Eyes => ({}) }] : []
  const own = credentials === undefined ? blank : [{ own: true, headers: (): Eyes => credentials }]
  if (!listed && at?.from === 'principal') return own
  return [...(readers?.[source] ?? []).map((headers) => ({ own: false, headers })), ...own]
}

function isRefused(
  charter: Charter,
  source: string,
  { status, headers, body }: { status: number; headers?: Eyes; body?: unknown },
): boolean {
  return charter.sources.get(source)?.refusedWhen?.evaluate({ response: { status, headers, body } }) === true
}

function anyOf(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}

interface Asked {
  readonly request: CallRequest
  readonly headers: Eyes
  /** Whether they are the caller's. */
  readonly own: boolean
  readonly signal: AbortSignal
}

async function askedBy(
  eyes: { readonly own: boolean; readonly headers: Reader },
  request: CallRequest,
  signal: AbortSignal,
): Promise<Asked> {
  return { request, headers: await eyes.headers(), own: eyes.own, signal }
}
