/** WebSocket and other protocols: the handshake is a call like any other, what follows is a pipe. */
import type { OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Refusal } from '../../guard/call.ts'
import { problemOf, refuse } from '../../guard/refusal.ts'
import { incomingOf, readCall, recordError, type Surroundings, upstreamFor } from './call.ts'
import { outcomeOf } from './carry.ts'
import { flatHeaders, requestHeaders, responseHeaders } from './headers.ts'
import { malformed, refused } from './refused.ts'
import type { Arriving } from './reply.ts'
import { pathAt, type Upstream } from './upstream.ts'

/** Serves a request to change the protocol. Never rejects. */
export async function serveUpgrade(
  around: Surroundings,
  arriving: Arriving,
  socket: Socket,
  early: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  try {
    await open(around, arriving, socket, early)
  } catch (error) {
    const { call, refusal } = await recordError(around, error, arriving)
    refuseSocket(socket, refusal, call)
  }
}

async function open(around: Surroundings, arriving: Arriving, socket: Socket, early: Buffer): Promise<void> {
  const read = await readCall(around, arriving, undefined)
  const { head, found } = read
  if (head.method !== 'GET' || head.upgrade?.toLowerCase() !== 'websocket')
    throw malformed('only a GET may change the protocol, and only to websocket')
  if (found === undefined) throw refused('undescribed', 'no description has this method and path')
  const leaving = new AbortController()
  socket.once('close', () => leaving.abort())
  const upstream = upstreamFor(around, found.route.shape.source)
  const ruling = await around.guard.begin(incomingOf(around, read, found, leaving.signal))
  const { call } = ruling
  if (ruling.kind === 'refused') {
    refuseSocket(socket, ruling.refusal, call)
    return
  }
  const mayHoldSecrets = around.vault?.watches(upstream.source) === true
  if (ruling.kind === 'answered' || ruling.inspect || found.route.writes || mayHoldSecrets) {
    if (ruling.kind === 'go') await ruling.settle({ kind: 'not-sent', why: 'a stream cannot be judged' })
    throw refused('denied', 'what would come over this connection has to be judged, and cannot be')
  }
  const path = pathAt(upstream, found.route.shape.basePath, head.path)
  const headers = requestHeaders(head, read.origin, upstream.host, false)
  const target = `${path ?? head.path}${head.query === undefined ? '' : `?${head.query}`}`
  const result = await connect(upstream, target, headers, leaving.signal)
  const { outcome } = result
  const release = await ruling.settle(outcome)
  if (release.kind === 'refused' || result.socket === undefined || outcome.kind !== 'answered') {
    result.socket?.destroy()
    const refusal =
      release.kind === 'refused' ? release.refusal : refuse('upstream-failed', 'the API did not change the protocol')
    refuseSocket(socket, refusal, call)
    return
  }
  socket.write(headText(101, 'Switching Protocols', { ...result.headers, 'lockstep-call': call }))
  join(socket, result.socket, early)
}

interface Connected {
  readonly outcome:
    | ReturnType<typeof outcomeOf>
    | { kind: 'answered'; answer: { status: number; headers: Readonly<Record<string, string>> } }
  readonly headers: OutgoingHttpHeaders
  readonly socket?: Duplex
}

function connect(upstream: Upstream, path: string, headers: string[], signal: AbortSignal): Promise<Connected> {
  return new Promise((resolve) => {
    let sent = false
    upstream.pool.dispatch(
      { method: 'GET', path, headers, upgrade: 'websocket' },
      {
        onRequestStart: (controller) => {
          sent = true
          if (signal.aborted) controller.abort(new Error('gone'))
        },
        onRequestUpgrade: (_controller, status, answered, socket) => {
          const kept = { ...responseHeaders(answered, ''), connection: 'Upgrade', upgrade: 'websocket' }
          resolve({
            outcome: { kind: 'answered', answer: { status, headers: flatHeaders(answered) } },
            headers: kept,
            socket,
          })
        },
        onResponseStart: (controller, status, answered) => {
          if (status < 200) return
          resolve({ outcome: { kind: 'answered', answer: { status, headers: flatHeaders(answered) } }, headers: {} })
          controller.abort(new Error('no upgrade'))
        },
        onResponseData: () => undefined,
        onResponseEnd: () => undefined,
        onResponseError: (_controller, error) => {
          resolve({ outcome: outcomeOf({ sent, why: error.name, timedOut: false }), headers: {} })
        },
      },
    )
  })
}

function join(client: Socket, api: Duplex, early: Buffer): void {
  if (early.length > 0) api.write(early)
  client.setTimeout(0)
  client.pipe(api).pipe(client)
  client.once('close', () => api.destroy())
  api.once('close', () => client.destroy())
  api.on('error', () => client.destroy())
}

function headText(status: number, reason: string, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${String(each)}\r\n`),
  )
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`
}

function refuseSocket(socket: Socket, refusal: Refusal, call: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(problemOf(refusal, call))
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    'lockstep-call': call,
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  }
  socket.end(headText(refusal.status, 'Refused', headers) + body)
}
