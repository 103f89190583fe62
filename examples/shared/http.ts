import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request as a handler sees it. `body` is `{}` when none was sent; `params` and `query` are still text to be checked. */
export interface Call<User> {
  user: User
  params: Record<string, string>
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
}

/** What a handler answers; without `body` nothing is sent but the status. */
export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A refusal: thrown anywhere below a handler, sent as `application/problem+json` (RFC 9457) with `code` beside it. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

type Handler<User> = (call: Call<User>) => Reply | Promise<Reply>

/** A path such as `/carts/{id}`, its method and its handler; `public` routes see no user, even when a token is sent. */
export type Route<User> = { method: string; path: string } & (
  | { access: 'bearer'; handle: Handler<User> }
  | { access: 'public'; handle: Handler<undefined> }
)

/** What to serve. `authenticate` maps a bearer token to its user, or undefined (401). Port 0, the default, takes any free one. */
export interface Service<User> {
  routes: readonly Route<User>[]
  authenticate: (token: string, headers: IncomingHttpHeaders) => User | undefined
  port?: number
  maxBodyBytes?: number
}

/** A listening server; `close` lets running requests finish and resolves when the port is free. */
export interface Listening {
  url: string
  close(): Promise<void>
}

/** Serves on 127.0.0.1 only. Of several routes that fit, the first wins. Rejects when the port is taken. */
export async function listen<User>(service: Service<User>): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(service, request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, refusal(error)),
    )
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(service.port ?? 0, '127.0.0.1', resolve),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address was expected')
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      // A socket that was opened and never used is not idle to Node, so it is cut after a moment.
      const cut = setTimeout(() => server.closeAllConnections(), 250)
      server.close(() => resolve(clearTimeout(cut)))
    })
  return { url: `http://127.0.0.1:${address.port}`, close }
}

async function answer<User>(service: Service<User>, request: IncomingMessage): Promise<Reply> {
  const url = URL.parse(`http://127.0.0.1${request.url}`)
  if (url === null) throw new Problem(400, 'malformed-path', 'the address is not valid')
  const fitting = service.routes.flatMap((route) => {
    const params = match(route.path, url.pathname)
    return params ? [{ route, params }] : []
  })
  const found = fitting.find(({ route }) => route.method === request.method)
  if (fitting.length === 0) throw new Problem(404, 'no-such-path', 'nothing is served at this path')
  if (!found) throw new Problem(405, 'method-not-allowed', 'this path is not served with this method')
  const { route, params } = found
  const shared = { params, query: url.searchParams, headers: request.headers }
  if (route.access === 'public')
    return route.handle({ ...shared, user: undefined, body: await readBody(service, request) })
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const user = token === undefined ? undefined : service.authenticate(token, request.headers)
  if (user === undefined) throw new Problem(401, 'unauthenticated', 'a valid bearer token is needed')
  return route.handle({ ...shared, user, body: await readBody(service, request) })
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith('{') && value !== '') params[part.slice(1, -1)] = decode(value)
    else if (part !== value) return undefined
  }
  return params
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Problem(400, 'malformed-path', 'the path is not valid percent-encoding')
  }
}

async function readBody<User>(service: Service<User>, request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > (service.maxBodyBytes ?? 65_536)) throw new Problem(413, 'body-too-large', 'the body is too large')
    chunks.push(chunk)
  }
  if (size === 0) return {}
  const body = parse(Buffer.concat(chunks).toString('utf8'))
  if (!isRecord(body)) throw new Problem(400, 'malformed-body', 'the body must be a JSON object')
  return body
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(error: unknown): Reply {
  const known = error instanceof Problem ? error : new Problem(500, 'internal-error', 'an unexpected error occurred')
  if (known !== error) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  const headers = { 'content-type': 'application/problem+json', ...(known.status === 413 && { connection: 'close' }) }
  return {
    status: known.status,
    headers,
    body: { type: 'about:blank', code: known.code, status: known.status, detail: known.message },
  }
}

function send(response: ServerResponse, reply: Reply): void {
  const type = reply.body === undefined ? {} : { 'content-type': 'application/json' }
  response.writeHead(reply.status, { ...type, ...reply.headers })
  response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body))
}
