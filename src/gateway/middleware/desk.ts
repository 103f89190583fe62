/** What every middleware does with a request before its application sees it. */
import type { Principal } from '../../charter/charter.ts'
import type { Answer, Outcome, Refusal, Release, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import type { Identifier } from '../../identity/identity.ts'
import { type HttpLimits, incomingOf, type Read, readCall, type Surroundings } from '../http/call.ts'
import { asRuled } from '../http/carry.ts'
import { Refused, refused } from '../http/refused.ts'
import type { Arriving } from '../http/reply.ts'
import { compileRoutes, type Routes } from '../http/route.ts'
import { openUpstreams } from '../http/upstream.ts'

/** How a middleware knows callers, and what it takes. */
export interface MiddlewareOptions<Request> {
  /** Tells callers by what the request presents. */
  readonly identifier?: Pick<Identifier, 'identify'>
  /** Or: who calls, as the application itself has verified before. Undefined refuses the call. */
  readonly principal?: (request: Request) => Principal | undefined | Promise<Principal | undefined>
  readonly limits?: Partial<HttpLimits>
  /** Names under which clients know the application; any when left out. */
  readonly hosts?: readonly string[]
}

export type Judged =
  | { readonly kind: 'refused'; readonly call: string; readonly refusal: Refusal; readonly challenge?: string }
  | { readonly kind: 'answered'; readonly call: string; readonly answer: Answer }
  /** The charter lets pass what no description has. */
  | { readonly kind: 'undescribed' }
  | { readonly kind: 'go'; readonly ruling: Going; readonly inspect: boolean; readonly body: Body | undefined }

export type Going = Extract<Ruling, { kind: 'go' }>

/** The body that was judged: the application must see these bytes and no others. */
export interface Body {
  readonly bytes: Buffer
  readonly isForm: boolean
}

/** Judges the requests of one application. */
export interface Desk<Request> {
  readonly limits: HttpLimits
  /** Never rejects. */
  judge(arriving: Arriving, request: Request, signal: AbortSignal): Promise<Judged>
}

const usualLimits: HttpLimits = {
  bodyBytes: 1024 * 1024,
  jsonDepth: 64,
  headerBytes: 16 * 1024,
  responseBytes: 10 * 1024 * 1024,
}

/** @throws {TypeError} when nothing says how callers are told. */
export function openDesk<Request>(guard: Guard, options: MiddlewareOptions<Request>): Desk<Request> {
  const { identifier, principal } = options
  if (identifier === undefined && principal === undefined)
    throw new TypeError('a middleware needs `identifier` or `principal`')
  const limits = { ...usualLimits, ...options.limits }
  const around: Omit<Surroundings, 'identifier'> = {
    guard,
    charter: guard.charter,
    routes: routesOf(guard),
    upstreams: openUpstreams({}),
    limits,
    hosts: options.hosts === undefined ? undefined : new Set(options.hosts.map((each) => each.toLowerCase())),
    trusted: undefined,
    sendsApproved: false,
    vault: undefined,
    onEvent: () => undefined,
  }
  return {
    limits,
    judge: async (arriving, request, signal) => {
      try {
        const identify = identifyOf(options, request)
        return await judge({ ...around, identifier: { identify, close: () => Promise.resolve() } }, arriving, signal)
      } catch (error) {
        const call = newId(Date.now())
        if (!(error instanceof Refused))
          return { kind: 'refused', call, refusal: refuse('unavailable', 'the call could not be judged') }
        const { refusal, challenge } = error
        return { kind: 'refused', call, refusal, ...(challenge === undefined ? {} : { challenge }) }
      }
    },
  }
}

function identifyOf<Request>(options: MiddlewareOptions<Request>, request: Request): Identifier['identify'] {
  const { identifier, principal } = options
  return async (presented) => {
    if (principal === undefined && identifier !== undefined) return identifier.identify(presented)
    const known = await principal?.(request)
    return known === undefined
      ? { ok: false, code: 'unknown', why: 'the application does not know who calls', challenge: 'Bearer' }
      : { ok: true, principal: known }
  }
}

function routesOf(guard: Guard): () => Routes {
  let last: { readonly charter: unknown; readonly routes: Routes } | undefined
  return () => {
    const charter = guard.charter()
    if (last?.charter !== charter) last = { charter, routes: compileRoutes(charter) }
    return last.routes
  }
}

async function judge(around: Surroundings, arriving: Arriving, signal: AbortSignal): Promise<Judged> {
  if (arriving.readableDidRead)
    throw refused('unavailable', 'the body was read before the guard: put the guard before whatever parses bodies')
  const read = await readCall(around, arriving, undefined)
  if (read.found === undefined) return { kind: 'undescribed' }
  const ruling = await around.guard.begin(incomingOf(around, read, read.found, signal))
  const { call } = ruling
  if (ruling.kind === 'refused') return { kind: 'refused', call, refusal: ruling.refusal }
  if (ruling.kind === 'answered') return { kind: 'answered', call, answer: ruling.answer }
  const sent = await asRuledOrBack(read, ruling)
  return { kind: 'go', ruling, inspect: ruling.inspect || read.found.route.writes, body: bodyOf(sent) }
}

/** What goes on to the application; what cannot be rewritten is given back. */
async function asRuledOrBack(read: Read, ruling: Going): Promise<Read> {
  try {
    return asRuled(read, ruling)
  } catch (error) {
    await ruling.settle({ kind: 'not-sent', why: 'it cannot be rewritten' })
    throw error
  }
}

function bodyOf({ body, head }: Read): Body | undefined {
  if (!Buffer.isBuffer(body)) return undefined
  const type = head.headers.get('content-type')
  return { bytes: body, isForm: typeof type === 'string' && type.toLowerCase().includes('x-www-form-urlencoded') }
}

/** Settles, and lets nothing be shown when that fails. */
export async function settleSafely(ruling: Going, outcome: Outcome): Promise<Release> {
  try {
    return await ruling.settle(outcome)
  } catch {
    return { kind: 'refused', refusal: refuse('unavailable', 'what became of the call could not be put on the record') }
  }
}
