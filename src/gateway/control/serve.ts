/** Serves a table of routes over node:http: verified, bounded, JSON in and out. */
import { Buffer } from 'node:buffer'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Guard } from '../../guard/guard.ts'
import type { Presented } from '../../identity/identity.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readBytes } from '../http/body.ts'
import { Refused } from '../http/refused.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import { type Caller, type CallerOptions, callerOf } from './caller.ts'
import { Problem, problemBody } from './problem.ts'
import { findRoute, type Given, type Route } from './route.ts'
import { makeSignIns, type SignIns } from './sign-ins.ts'

export interface ServeOptions extends CallerOptions {
  /** Names under which clients know this API, with or without port. Others are refused, so that no web page can reach it by a name of its own. */
  readonly hosts: readonly string[]
  /** Where sign-ins are put on the record. */
  readonly guard: Pick<Guard, 'note'>
  /** 1 MiB by default. */
  readonly bodyBytes?: number
  /** Learns of failures that clients are not told the reason of. */
  readonly onError?: (error: unknown) => void
}

const maxDepth = 64
/** Longer ones are cut off: they come from clients. */
const requestIdShape = /^[\x21-\x7e]{1,256}$/

/** A listener for `node:http` that serves these routes. Never throws. */
export function serveRoutes(routes: readonly Route[], options: ServeOptions): RequestListener {
  const hosts = new Set(options.hosts.map((each) => each.toLowerCase()))
  const door: Door = { routes, options, hosts, signIns: makeSignIns(options.guard) }
  return (request, response) => {
    void answerOnRecord(door, request)
      .catch((error: unknown) => failed(error, options))
      .then((given) => send(request, response, given))
      .catch(() => response.destroy())
  }
}

interface Door {
  readonly routes: readonly Route[]
  readonly options: ServeOptions
  readonly hosts: ReadonlySet<string>
  readonly signIns: SignIns
}

/** Nobody learns that a credential was refused before the record has it. */
async function answerOnRecord(door: Door, request: IncomingMessage): Promise<Given> {
  try {
    return await answer(door, request)
  } catch (error) {
    if (error instanceof Problem && error.status === 401) await door.signIns.refused(error.message)
    throw error
  }
}

async function answer({ routes, options, hosts, signIns }: Door, request: IncomingMessage): Promise<Given> {
  const origin = originOf(request, hosts)
  const { method = '', url = '' } = request
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const { route, parameters } = findRoute(routes, method === 'HEAD' ? 'GET' : method, path)
  const caller = await admit(route, { options, signIns }, request, `${origin}${path}`)
  const bytes = await bytesOf(route, request, route.maxBytes ?? options.bodyBytes ?? 1024 * 1024)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const body = bytes.length === 0 || route.takes === 'form' ? undefined : parseStrictJson(bytes, maxDepth)
  return route.handle({ parameters, query, headers: request.headers, origin, path, body, bytes, caller })
}

/** @throws {Problem} when the request is for another host, or comes from a page of one. */
function originOf(request: IncomingMessage, hosts: ReadonlySet<string>): string {
  const host = request.headers.host?.toLowerCase() ?? ''
  const known = (name: string): boolean => hosts.has(name) || hosts.has(name.replace(/:\d+$/, ''))
  if (!known(host) || (request.headersDistinct['host']?.length ?? 0) !== 1)
    throw new Problem(421, 'host', 'this API is not known by that name')
  const { origin } = request.headers
  if (origin !== undefined && !known(URL.parse(origin)?.host ?? ''))
    throw new Problem(403, 'origin', 'pages of other sites may not ask')
  return `${request.socket instanceof TLSSocket ? 'https' : 'http'}://${host}`
}

async function admit(
  route: Route,
  { options, signIns }: Pick<Door, 'options' | 'signIns'>,
  request: IncomingMessage,
  url: string,
): Promise<Caller | undefined> {
  if (route.needs === 'nobody') return undefined
  const authorization = request.headersDistinct['authorization']
  const headers: Presented['headers'] =
    (authorization?.length ?? 0) > 1 ? { ...request.headers, authorization } : request.headers
  const caller = await callerOf(options, { method: request.method ?? '', url, headers })
  await signIns.accepted(caller, request.headers)
  if (route.needs !== 'anybody' && !caller.may.includes(route.needs))
    throw new Problem(403, 'not-allowed', `this needs the power to ${route.needs}`)
  return caller
}

async function bytesOf(route: Route, request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (route.method === 'GET' || route.method === 'DELETE') {
    request.resume()
    return Buffer.alloc(0)
  }
  if (route.takes === 'form') return await readBytes(request, maxBytes)
  const type = request.headers['content-type'] ?? ''
  const isJson = /^application\/json[ \t]*(?:;[ \t]*charset=utf-8[ \t]*)?$/i.test(type)
  if (!isJson) throw new Problem(route.wrongType ?? 415, 'media-type', 'the body must be application/json')
  if (request.headers['content-encoding'] !== undefined)
    throw new Problem(route.wrongType ?? 415, 'encoding', 'the body must come as it is')
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) throw new Problem(400, 'malformed', 'the body is empty')
  return bytes
}

function failed(error: unknown, { onError }: ServeOptions): Given {
  const problem = problemOf(error)
  if (problem.status >= 500) onError?.(error)
  return {
    status: problem.status,
    body: problemBody(problem),
    type: 'application/problem+json',
    headers: problem.headers,
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Refused) return new Problem(error.refusal.status, error.refusal.code, error.refusal.detail)
  return new Problem(500, 'failed', 'the request failed; the operator can see why')
}

function send(request: IncomingMessage, response: ServerResponse, given: Given): void {
  const { status, body, text, type = 'application/json', headers = {} } = given
  const written = text ?? (body === undefined ? '' : printLosslessJson(body))
  const id = request.headers['x-request-id']
  response.writeHead(status, {
    ...(written === '' ? {} : { 'content-type': type }),
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(written) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(typeof id === 'string' && requestIdShape.test(id) ? { 'x-request-id': id } : {}),
    // What is left of a body would be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : written)
}
