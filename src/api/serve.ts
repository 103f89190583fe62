/** Serves the console: its files, and its API. Verified, bounded, and nothing for pages of others. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Problem, problemBody } from '../gateway/control/problem.ts'
import { matchPath } from '../gateway/control/route.ts'
import { readBytes } from '../gateway/http/body.ts'
import { Refused } from '../gateway/http/refused.ts'
import { parseStrictJson } from '../gateway/http/strict-json.ts'
import { printLosslessJson } from '../wire/lossless-json.ts'
import type { Asked, Mounted, SessionOf } from './endpoint.ts'
import { securityHeaders } from './headers.ts'
import type { Pages } from './pages.ts'
import { mayDo, nobody, type Viewer } from './viewer.ts'

/** Who is signed in, and how one signs in. */
export interface Door {
  /** @throws {Problem} 401 when nobody is. */
  viewerOf(request: IncomingMessage): Promise<Viewer>
  sessionOf(request: IncomingMessage, response: ServerResponse): SessionOf
  /** Answers what belongs to signing in; false when it is none of that. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
}

export interface ApiOptions {
  readonly endpoints: readonly Mounted[]
  readonly pages: Pages
  readonly door: Door
  /** Origins under which browsers know it, as `https://console.example`. */
  readonly origins: () => readonly string[]
  /** 1 MiB by default. */
  readonly bodyBytes?: number
  readonly onError?: (error: unknown) => void
}

/** A listener for `node:http`. Never throws. */
export function serveConsole(options: ApiOptions): RequestListener {
  return (request, response) => {
    answer(options, request, response).catch((error: unknown) => fail(options, error, request, response))
  }
}

async function answer(options: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = urlOf(options, request)
  const nonce = randomBytes(16).toString('base64')
  const headers = securityHeaders(nonce, url.protocol === 'https:')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const path = url.pathname
  if (await options.door.handle(request, response, url)) return
  if (path.startsWith('/api/')) return ask(options, request, response, url)
  showPage(options.pages, request, response, path, nonce)
}

/** @throws {Problem} when the request is for another host, or something is to change and it does not come from our own pages. */
function urlOf({ origins }: ApiOptions, request: IncomingMessage): URL {
  const known = origins()
  const host = request.headers.host?.toLowerCase() ?? ''
  const own = known.find((origin) => new URL(origin).host === host)
  if (own === undefined || request.headersDistinct['host']?.length !== 1)
    throw new Problem(421, 'host', 'the console is not known by that name')
  const url = URL.canParse(request.url ?? '', own) ? new URL(request.url ?? '', own) : undefined
  if (url === undefined || url.origin !== own) throw new Problem(400, 'malformed', 'the address cannot be read')
  const { origin } = request.headers
  const { 'sec-fetch-site': site } = request.headers
  const isReading = request.method === 'GET' || request.method === 'HEAD'
  // SECURITY: a browser names the page a change comes from; who names none is no browser, and has no cookie of one.
  if (!isReading && origin !== own) throw new Problem(403, 'origin', 'only pages of the console may ask')
  if (isReading && url.pathname.startsWith('/api/') && site !== undefined && site !== 'same-origin')
    throw new Problem(403, 'origin', 'only pages of the console may ask')
  return url
}

function showPage(pages: Pages, request: IncomingMessage, response: ServerResponse, path: string, nonce: string): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Problem(405, 'method', 'pages are only read')
  const page = pages.find(path)
  const isFile = /\.[a-z0-9]+$/i.test(path)
  if (page === undefined && isFile) throw new Problem(404, 'unknown', 'there is nothing at this address')
  const { type, bytes, brotli, fixed } = page ?? {
    type: 'text/html; charset=utf-8',
    bytes: pages.index(nonce),
    brotli: undefined,
    fixed: false,
  }
  const packed = brotli !== undefined && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const sent = packed ? brotli : bytes
  response.writeHead(200, {
    'content-type': type,
    'content-length': sent.length,
    'cache-control': fixed ? 'public, max-age=31536000, immutable' : 'no-store',
    vary: 'accept-encoding',
    ...(packed ? { 'content-encoding': 'br' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : sent)
}

async function ask(options: ApiOptions, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { mounted, parameters } = find(options.endpoints, request.method ?? '', url.pathname)
  const { endpoint } = mounted
  const viewer = endpoint.needs === 'nobody' ? nobody : await options.door.viewerOf(request)
  if (endpoint.needs !== 'nobody' && endpoint.needs !== 'anybody' && !mayDo(viewer, endpoint.needs))
    throw new Problem(403, 'not-allowed', `this needs the power to ${endpoint.needs}`)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const asked: Asked = {
    parameters,
    query: read(endpoint.query, queryOf(url), 'the query') as never,
    body: read(endpoint.body, await bodyOf(mounted, request, options.bodyBytes ?? 1024 * 1024), 'the body') as never,
    viewer,
    session: options.door.sessionOf(request, response),
    signal: gone.signal,
  }
  const given = await mounted.handle(asked)
  if (endpoint.text !== undefined) return stream(response, endpoint.text, given as AsyncIterable<string>)
  // SECURITY: what the description does not name does not leave.
  const shown = endpoint.answer?.parse(given)
  const text = shown === undefined ? '' : printLosslessJson(shown)
  response.writeHead(text === '' ? 204 : 200, {
    ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    'cache-control': 'no-store',
  })
  response.end(text)
}

interface Found {
  readonly mounted: Mounted
  readonly parameters: Readonly<Record<string, string>>
}

function find(endpoints: readonly Mounted[], method: string, path: string): Found {
  const others: string[] = []
  for (const mounted of endpoints) {
    const [verb = '', template = ''] = mounted.name.split(' ')
    const parameters = matchPath(template, path)
    if (parameters === undefined) continue
    if (verb === method) return { mounted, parameters }
    others.push(verb)
  }
  if (others.length === 0) throw new Problem(404, 'unknown', 'there is nothing at this address')
  const allow = [...new Set(others)].join(', ')
  throw new Problem(405, 'method', `this address takes ${allow}`, { allow })
}

async function bodyOf({ endpoint }: Mounted, request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (endpoint.body === undefined) {
    request.resume()
    return undefined
  }
  if (!/^application\/json(?:;[ \t]*charset=utf-8)?$/i.test(request.headers['content-type'] ?? ''))
    throw new Problem(415, 'media-type', 'the body must be application/json')
  return parseStrictJson(await inTime(readBytes(request, maxBytes)), 64)
}

/** How long a body may take to come: a socket that waits for one byte after the other is a socket less. */
const bodyMs = 10_000

async function inTime(coming: Promise<Buffer>): Promise<Buffer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem(408, 'slow', 'the body did not come in time')), bodyMs)
  })
  return Promise.race([coming, late]).finally(() => clearTimeout(timer))
}

/** @throws {Problem} 400 when something is said twice: one of the two would be passed over. */
function queryOf({ searchParams }: URL): Readonly<Record<string, string>> {
  if (new Set(searchParams.keys()).size !== searchParams.size)
    throw new Problem(400, 'malformed', 'the query says something twice')
  return Object.fromEntries(searchParams)
}

/** @throws {Problem} 400 that names every place where it is not as it should be. */
function read(schema: Mounted['endpoint']['body'], value: unknown, what: string): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const said = result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || what}: ${message}`)
  throw new Problem(400, 'malformed', said.join('; '))
}

async function stream(response: ServerResponse, type: string, pieces: AsyncIterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
  })
}

function fail(options: ApiOptions, error: unknown, request: IncomingMessage, response: ServerResponse): void {
  const problem = problemOf(error)
  if (problem.status >= 500) options.onError?.(error)
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(request.complete ? {} : { connection: 'close' }),
    ...problem.headers,
  })
  response.end(JSON.stringify(problemBody(problem)))
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Refused) return new Problem(error.refusal.status, error.refusal.code, error.refusal.detail)
  return new Problem(500, 'failed', 'the request failed; the operator can see why')
}
