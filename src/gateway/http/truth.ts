/** Looks at objects through the API they live in. */
import type { CallRequest, Charter, ObjectType, Operation, Use } from '../../charter/charter.ts'
import { inferKey } from '../../charter/infer.ts'
import { representationIn } from '../../charter/object-fact.ts'
import type { CallerKey, Reference } from '../../charter/pointer.ts'
import type { ObjectRef } from '../../guard/store.ts'
import type { Look, Truth } from '../../guard/truth.ts'
import { placeValue } from '../../wire/place.ts'
import { toHttp } from '../../wire/to-http.ts'
import { readAnswer } from './answer.ts'
import { after, type Page, start } from './pages.ts'
import { collect } from './sending.ts'
import { openUpstreams, type Upstream, type UpstreamConfig } from './upstream.ts'

/** Headers that let the guard look; asked for before each look, so that they may change. */
export type Reader = () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>

export interface TruthOptions {
  readonly charter: () => Charter
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  /** By source, in the order in which they are tried; the caller's own eyes are the last. */
  readonly readers?: Readonly<Record<string, readonly Reader[]>>
  /** For one look; 5 seconds by default. */
  readonly timeoutMs?: number
  /** 1 MiB by default. */
  readonly maxBytes?: number
}

export interface HttpTruth extends Truth {
  close(): Promise<void>
}

/** What one pair of eyes saw. */
type Sight = { readonly kind: 'seen'; readonly value: unknown } | { readonly kind: 'none' | 'unclear' }

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

  const ask = async (
    charter: Charter,
    way: Way,
    request: CallRequest,
    headers: Eyes,
    signal: AbortSignal,
  ): Promise<Sight> => {
    const source = way.operation.shape.source
    const upstream = upstreams.of(source)
    const config = options.upstreams[source]
    if (upstream === undefined || config === undefined) return { kind: 'unclear' }
    const wire = toHttp(charter, way.use, request, config.url)
    const base = new URL(wire.url)
    if (!way.listed) return (await see(charter, way, base, { ...wire.headers, ...headers }, upstream, signal)).sight
    let walk = start
    while (walk.pages < mostPages) {
      const url = new URL(base)
      for (const [name, value] of Object.entries(walk.query)) url.searchParams.set(name, value)
      const { sight, page } = await see(charter, way, url, { ...wire.headers, ...headers }, upstream, signal)
      if (page === undefined || sight.kind === 'seen') return sight
      const following = after(way.operation.shape, page, walk, base)
      if (typeof following === 'string') return { kind: following === 'end' ? 'none' : 'unclear' }
      walk = following.walk
    }
    return { kind: 'unclear' }
  }

  /** One request. Of a list, `page` is what came when it came as it should. */
  const see = async (
    charter: Charter,
    way: Way,
    url: URL,
    headers: Eyes,
    upstream: Upstream,
    signal: AbortSignal,
  ): Promise<{ readonly sight: Sight; readonly page?: Page }> => {
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
    const collected = await collect(upstream, sending, maxBytes, signal)
    if (collected.kind === 'begun') collected.drop()
    if (collected.kind !== 'whole') return { sight: unclear }
    const answer = await readAnswer(collected.head, collected.bytes, maxBytes)
    // A list that is not there says nothing of what would be on it.
    if (answer.status === 404 || answer.status === 410) return { sight: way.listed ? unclear : { kind: 'none' } }
    if (answer.status >= 300 || isRefused(charter, upstream.source, answer)) return { sight: unclear }
    const value = representationIn(way.type, answer.body, way.key)
    if (value !== undefined) return { sight: { kind: 'seen', value } }
    const { headers: came = {}, body } = answer
    return { sight: unclear, ...(way.listed ? { page: { headers: came, body } } : {}) }
  }

  const look = async (object: ObjectRef, call: Look): Promise<unknown> => {
    const charter = options.charter()
    const way = wayTo(charter, object)
    if (way === undefined) return undefined
    const signal = call.signal === undefined ? AbortSignal.timeout(timeoutMs) : anyOf(call.signal, timeoutMs)
    const sights: Sight['kind'][] = []
    for (const eyes of eyesFor(options, way, call)) {
      const sight = await ask(charter, way, requestFor(way, call, eyes.own), await eyes.headers(), signal)
      if (sight.kind === 'seen') return sight.value
      sights.push(sight.kind)
    }
    return sights.length === 0 || sights.includes('unclear') ? undefined : null
  }

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
    close: () => upstreams.close(),
  }
}

const unclear: Sight = { kind: 'unclear' }
/** A list longer than this is not walked to its end for one look. */
const mostPages = 10

type Eyes = Readonly<Record<string, string>>

/** How an object can be looked at. */
interface Way {
  readonly type: ObjectType
  readonly key: string
  readonly operation: Operation
  readonly use: Use
  readonly at: Reference | CallerKey | undefined
  readonly listed: boolean
}

function wayTo(charter: Charter, { type: name, key }: ObjectRef): Way | undefined {
  const type = charter.objects.get(name)
  const operation = charter.operations.get(type?.read ?? type?.list ?? '')
  if (type === undefined || operation === undefined) return undefined
  const listed = type.read === undefined
  const own = operation.uses.find((use) => use.object?.type === name)
  const use = own ?? operation.uses[0]
  if (use === undefined) return undefined
  const inferred = own?.object?.key ?? inferKey(name, operation.shape, type.read, operation.shape)
  // A read that takes no argument shows everybody their own.
  const at = inferred ?? (takesNothing(operation) ? callersOwn : undefined)
  return listed || at !== undefined ? { type, key, operation, use, at, listed } : undefined
}

const callersOwn: CallerKey = { from: 'principal' }

function takesNothing({ shape }: Operation): boolean {
  return shape.parameters.every((each) => each.in !== 'path' && !each.required)
}

/** The read of the object, in the place the call speaks of: the tenant in its path, say. */
function requestFor({ operation, at, key, listed }: Way, { request }: Look, own: boolean): CallRequest {
  const wanted = new Set(operation.shape.parameters.filter((each) => each.in === 'path').map((each) => each.name))
  const path = Object.fromEntries(Object.entries(request.path ?? {}).filter(([name]) => wanted.has(name)))
  const declared = new Set(
    operation.shape.parameters.filter((each) => each.in === 'header').map((each) => each.name.toLowerCase()),
  )
  const header = own
    ? Object.fromEntries(Object.entries(request.header ?? {}).filter(([name]) => declared.has(name.toLowerCase())))
    : {}
  const base = { path, header }
  return listed || at === undefined ? base : placeValue(base, at, key)
}

function eyesFor(
  { readers }: TruthOptions,
  { operation, at, listed }: Way,
  { credentials }: Look,
): readonly { readonly own: boolean; readonly headers: Reader }[] {
  const own = credentials === undefined ? [] : [{ own: true, headers: (): Eyes => credentials }]
  if (!listed && at?.from === 'principal') return own
  return [...(readers?.[operation.shape.source] ?? []).map((headers) => ({ own: false, headers })), ...own]
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
