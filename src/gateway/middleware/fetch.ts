/** The guard around `fetch`: what a program sends is judged before it leaves. */
import type { Principal } from '../../charter/charter.ts'
import type { Outcome } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import { credentialsOf } from '../http/caller.ts'
import { type Head, readHead } from '../http/head.ts'
import { Refused } from '../http/refused.ts'
import { compileRoutes, type Found, type Routes } from '../http/route.ts'
import { settleSafely } from './desk.ts'
import { againResponse, refusalResponse, showResponse } from './web-answer.ts'
import { takeBody } from './web-body.ts'

export interface GuardFetchOptions {
  /** Where each source of the charter is. */
  readonly upstreams: Readonly<Record<string, string>>
  /** For whom the program calls. */
  readonly principal: Principal | ((request: Request) => Principal | Promise<Principal>)
  /** What is done with requests to anywhere else; they are refused by default. */
  readonly elsewhere?: 'pass' | 'refuse'
  /** Longest body of a request; 1 MiB by default. */
  readonly bodyBytes?: number
  /** Longest answer that is looked into; 10 MiB by default. */
  readonly responseBytes?: number
}

/** As much of `fetch` as is needed. */
export type Fetch = (input: Request) => Promise<Response>
export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

interface Around {
  readonly guard: Guard
  readonly routes: () => Routes
  readonly send: Fetch
  readonly options: GuardFetchOptions
}

const depth = 64

/**
 * A `fetch` that decides, reserves, sends and settles each call. What is refused is answered with problem details, as a gateway would.
 *
 * Redirects are not followed: they would be other calls.
 */
export function guardFetch(guard: Guard, send: Fetch, options: GuardFetchOptions): GuardedFetch {
  let last: { readonly charter: unknown; readonly routes: Routes } | undefined
  const routes = (): Routes => {
    const charter = guard.charter()
    if (last?.charter !== charter) last = { charter, routes: compileRoutes(charter) }
    return last.routes
  }
  const around: Around = { guard, routes, send, options }
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: 'manual' })
    try {
      return await carry(around, request)
    } catch (error) {
      if (error instanceof Refused) return refusalResponse(error.refusal, newId(Date.now()), error.challenge)
      throw error
    }
  }
}

async function carry(around: Around, request: Request): Promise<Response> {
  const { guard, options, send } = around
  const aim = aimOf(around, request)
  if (aim === 'elsewhere') {
    if (options.elsewhere === 'pass') return send(request)
    throw new Refused(refuse('undescribed', 'the charter has no source there'))
  }
  const { found, head } = aim
  const taken = await takeBody(request.body, options.bodyBytes ?? 1024 * 1024)
  if (taken.kind === 'longer') {
    await taken.stream.cancel()
    throw new Refused(refuse('too-large', 'the body is longer than what is judged'))
  }
  if (found === undefined) return passUndescribed(around, request, taken.bytes)
  const { route, parameters } = found
  const body = taken.bytes.length === 0 ? undefined : parsed(found, head, taken.bytes)
  const credentials = credentialsOf(head, around.routes().credentials)
  const ruling = await guard.begin({
    operation: route.shape.id,
    principal: typeof options.principal === 'function' ? await options.principal(request) : options.principal,
    request: {
      path: route.arguments.path(parameters),
      query: route.arguments.query(head.query),
      header: route.arguments.header(head),
      ...(body === undefined ? {} : { body }),
    },
    signal: request.signal,
    ...(credentials === undefined ? {} : { credentials }),
  })
  if (ruling.kind === 'refused') return refusalResponse(ruling.refusal, ruling.call)
  if (ruling.kind === 'answered') return againResponse(ruling.answer, ruling.call)
  let response: Response
  try {
    response = await send(withBytes(request, taken.bytes))
  } catch (error) {
    await settleSafely(ruling, failureOf(error))
    throw error
  }
  const inspect = ruling.inspect || route.writes
  return showResponse({ ruling, inspect }, response, {
    maxBytes: options.responseBytes ?? 10 * 1024 * 1024,
    decoded: true,
  })
}

function parsed({ route }: Found, head: Head, bytes: Buffer): unknown {
  const type = head.headers.get('content-type')
  const kind = route.body.kindOf(typeof type === 'string' ? type : undefined)
  return kind === 'opaque' ? undefined : route.body.parse(kind, bytes, depth)
}

function passUndescribed({ guard, send }: Around, request: Request, bytes: Buffer): Promise<Response> {
  const { reads, writes } = guard.charter().undescribed
  const allowed = (request.method === 'GET' || request.method === 'HEAD' ? reads : writes) === 'allow'
  if (!allowed) throw new Refused(refuse('undescribed', 'no description has this method and path'))
  return send(withBytes(request, bytes))
}

interface Aim {
  readonly head: Head
  readonly found: Found | undefined
}

/** The operation a URL is for: that of the source with the longest address that fits. */
function aimOf({ options, routes }: Around, request: Request): Aim | 'elsewhere' {
  const url = new URL(request.url)
  const fits = Object.entries(options.upstreams)
    .map(([source, address]) => ({ source, base: new URL(address) }))
    .filter(({ base }) => base.origin === url.origin && isUnder(url.pathname, prefixOf(base)))
    .sort((left, right) => prefixOf(right.base).length - prefixOf(left.base).length)
  if (fits.length === 0) return 'elsewhere'
  const headers = [...request.headers].flat()
  const head = readHead(
    {
      method: request.method,
      target: url.pathname + url.search,
      version: '2.0',
      headers: ['host', url.host, ...headers],
      ended: request.body === null,
    },
    undefined,
  )
  for (const { source, base } of fits) {
    const rest = url.pathname.slice(prefixOf(base).length)
    for (const path of [url.pathname, rest]) {
      const found = path.startsWith('/') ? routes().find(request.method, path) : undefined
      if (found?.route.shape.source === source) return { head, found }
    }
  }
  return { head, found: undefined }
}

function prefixOf(base: URL): string {
  return base.pathname.replace(/\/+$/, '')
}

function isUnder(path: string, prefix: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`)
}

/** The bytes that were judged are the bytes that go. */
function withBytes(request: Request, bytes: Buffer): Request {
  const { method, headers, signal } = request
  const body = bytes.length === 0 ? {} : { body: new Uint8Array(bytes) }
  return new Request(request.url, { method, headers, signal, redirect: 'manual', ...body })
}

const neverSent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

function failureOf(error: unknown): Outcome {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return neverSent.has(code) ? { kind: 'not-sent', why: String(code) } : { kind: 'unknown', why: 'no answer came' }
}
