import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { Connection } from './connect.ts'
import type { Exchange, HttpRequest } from './exchange.ts'
import type { Racer, RaceWire } from './race.ts'
import { readResponse } from './response.ts'
import type { Target } from './scope.ts'

/** Headers of HTTP/1.1 connections that HTTP/2 forbids (RFC 9113 section 8.2.2), and those its pseudo-headers replace. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
])

/**
 * Readies requests as streams of one HTTP/2 connection so that all of them end in a single write.
 *
 * A request with a body has all but its last byte sent; a request without one is not sent at all before the release, because
 * servers may start on a HEADERS frame alone. A ping answered in between proves that the server has everything sent so far.
 */
export async function holdLastFrames(
  requests: readonly HttpRequest[],
  target: Target,
  { connection, wire }: { connection: Connection; wire: RaceWire },
): Promise<Racer[]> {
  const session = connect(target.origin, {
    createConnection: () => connection.socket,
    settings: { enablePush: false },
  })
  const { signal } = wire.deadline
  const closeSession = (): void => session.destroy()
  session.on('error', () => undefined)
  signal.addEventListener('abort', closeSession, { once: true })
  let open = requests.length
  const finished = (): void => {
    open -= 1
    if (open > 0) return
    signal.removeEventListener('abort', closeSession)
    closeSession()
  }
  try {
    await once(session, 'remoteSettings', { signal })
    const racers = requests.map((request) => holdStream(session, request, { target, wire, finished }))
    await ping(session)
    return racers
  } catch (error) {
    closeSession()
    throw error
  }
}

interface StreamContext {
  readonly target: Target
  readonly wire: RaceWire
  readonly finished: () => void
}

function holdStream(
  session: ClientHttp2Session,
  request: HttpRequest,
  { target, wire, finished }: StreamContext,
): Racer {
  const body = Buffer.from(request.body ?? '')
  const headers = pseudoHeaders(request, target)
  let exchange: Promise<StreamAnswer> | undefined
  let release = (): void => {
    const stream = session.request(headers, { endStream: true })
    exchange = answerOf(stream)
  }
  if (body.length > 0) {
    const stream = session.request(headers, { endStream: false })
    exchange = answerOf(stream)
    stream.write(body.subarray(0, -1))
    release = () => {
      stream.end(body.subarray(-1))
    }
  }
  return {
    release,
    finish: async (startedAt) => {
      try {
        const answer = await exchange
        if (answer === undefined) throw new TypeError('a stream is finished after its release')
        return await readAnswer(request, answer, { ...wire, startedAt })
      } catch (error) {
        return { request, failure: wire.deadline.explain(error) }
      } finally {
        finished()
      }
    },
  }
}

interface StreamAnswer {
  readonly stream: ClientHttp2Stream
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader
}

function answerOf(stream: ClientHttp2Stream): Promise<StreamAnswer> {
  const answer = new Promise<StreamAnswer>((resolve, reject) => {
    stream.once('response', (headers) => resolve({ stream, headers }))
    stream.once('error', reject)
    stream.once('close', () => reject(Object.assign(new Error('stream closed'), { code: 'ECONNRESET' })))
  })
  // The outcome is taken up after the release; until then a failure must not count as unhandled.
  answer.catch(() => undefined)
  return answer
}

async function readAnswer(
  request: HttpRequest,
  { stream, headers }: StreamAnswer,
  options: RaceWire & { startedAt: number },
): Promise<Exchange> {
  const head = { status: headers[':status'] ?? 0, headers }
  return { request, response: await readResponse(head, stream, options) }
}

function pseudoHeaders(request: HttpRequest, target: Target): Record<string, string> {
  const headers: Record<string, string> = {
    ':method': request.method,
    ':path': target.path,
    ':scheme': target.secure ? 'https' : 'http',
    ':authority': new URL(target.origin).host,
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (!connectionHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = value
  }
  if (request.body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(request.body))
  return headers
}

function ping(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once('close', () => reject(Object.assign(new Error('session closed'), { code: 'ECONNRESET' })))
    session.ping((error) => (error === null ? resolve() : reject(error)))
  })
}
