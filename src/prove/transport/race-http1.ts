import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Connection } from './connect.ts'
import type { Exchange, HttpRequest } from './exchange.ts'
import { HeldSocket } from './held-socket.ts'
import type { Racer, RaceWire } from './race.ts'
import { readResponse } from './response.ts'
import type { Target } from './scope.ts'

/**
 * Readies one request on its own HTTP/1.1 connection with only its last byte kept back: the last byte of the body, or of the head
 * when there is no body. Servers start on a request when it is complete, so it is the last byte that has to be simultaneous.
 */
export async function holdLastByte(
  request: HttpRequest,
  target: Target,
  { connection, wire }: { connection: Connection; wire: RaceWire },
): Promise<Racer> {
  const held = new HeldSocket(connection.socket)
  const client = httpRequest({
    createConnection: () => held,
    method: request.method,
    host: target.host,
    port: target.port,
    path: target.path,
    headers: requestHeaders(request, target),
    signal: wire.deadline.signal,
    setDefaultHeaders: false,
  })
  // A connection may fail more than once; only the first failure is the outcome.
  client.on('error', () => undefined)
  const answered = once(client, 'response')
  // The outcome is taken up after the release; until then a failure must not count as unhandled.
  answered.catch(() => undefined)
  client.end(request.body)
  await once(client, 'finish')
  await held.sendHead()
  return {
    release: () => held.release(),
    finish: (startedAt) => finish(request, { client, answered, wire, startedAt, held }),
  }
}

interface Pending {
  readonly client: ReturnType<typeof httpRequest>
  readonly answered: Promise<unknown[]>
  readonly wire: RaceWire
  readonly startedAt: number
  readonly held: HeldSocket
}

async function finish(request: HttpRequest, pending: Pending): Promise<Exchange> {
  const { client, answered, wire, startedAt, held } = pending
  try {
    const [message] = await answered
    if (!isIncoming(message)) throw new TypeError('an HTTP response event carries a message')
    const head = { status: message.statusCode ?? 0, headers: message.headersDistinct }
    return { request, response: await readResponse(head, message, { ...wire, startedAt }) }
  } catch (error) {
    return { request, failure: wire.deadline.explain(error) }
  } finally {
    client.destroy()
    held.destroy()
  }
}

function isIncoming(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'headersDistinct' in value
}

/** Node leaves out the length of a GET's or DELETE's body; without it the body would be read as a second request. */
function requestHeaders(request: HttpRequest, target: Target): Record<string, string> {
  const names = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()))
  const needsLength = request.body !== undefined || /^(POST|PUT|PATCH)$/.test(request.method)
  return {
    ...(names.has('host') ? {} : { host: new URL(target.origin).host }),
    ...(names.has('connection') ? {} : { connection: 'close' }),
    ...request.headers,
    ...(names.has('content-length') || !needsLength
      ? {}
      : { 'content-length': String(Buffer.byteLength(request.body ?? '')) }),
  }
}
