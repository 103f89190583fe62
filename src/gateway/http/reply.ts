/** Answers of our own, and the stream back to the client whichever HTTP it speaks. */
import type { OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Answer, Refusal } from '../../guard/call.ts'
import { problemOf } from '../../guard/refusal.ts'

/** What of a request both HTTP/1.1 and HTTP/2 give. */
export interface Arriving extends Readable {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
  readonly socket: Socket | TLSSocket
}

/** What of a response both HTTP/1.1 and HTTP/2 give. */
export interface Reply {
  readonly headersSent: boolean
  /** Null while the answers to earlier requests of the connection are still to come. */
  readonly socket: unknown
  readonly writableEnded: boolean
  /** Goes with whatever head is written. */
  setHeader(name: string, value: string): unknown
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  write(chunk: Buffer): boolean
  end(chunk?: Buffer | string): unknown
  end(chunk: string, encoding: 'latin1'): unknown
  destroy(error?: Error): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
  addTrailers(trailers: OutgoingHttpHeaders): void
  writeContinue(): void
  writeEarlyHints?(hints: Record<string, string | string[]>): void
}

/** Whether an interim answer (1xx) would stand before the answer: what is written while others come first ends up in the middle of it. */
export function takesInterim(reply: Reply): boolean {
  return reply.socket !== null && !reply.headersSent
}

/** How a refusal goes back besides its problem details. */
export interface RefusalExtras {
  readonly challenge?: string | undefined
  /** The body of the request was not read to its end: the connection cannot be used again. */
  readonly hangUp?: boolean
}

/** Answers with the problem details of a refusal (RFC 9457). */
export function sendRefusal(reply: Reply, refusal: Refusal, call: string, extras: RefusalExtras = {}): void {
  const body = JSON.stringify(problemOf(refusal, call))
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'lockstep-call': call,
  }
  if (refusal.status === 401) headers['www-authenticate'] = extras.challenge ?? 'Bearer'
  if (refusal.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)))
  if (extras.hangUp === true) headers['connection'] = 'close'
  send(reply, refusal.status, headers, body)
}

/** Gives an answer again that an idempotency key had before. */
export function sendAgain(reply: Reply, answer: Answer, call: string): void {
  const { status, headers = {}, text = '' } = answer
  const type = headers['content-type']
  const location = headers['location']
  send(
    reply,
    status,
    {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(location === undefined ? {} : { location }),
      ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }),
      'cache-control': 'private, no-store',
      'idempotency-replayed': 'true',
      'lockstep-call': call,
    },
    status === 204 ? undefined : text,
  )
}

/** Writes a whole answer, if the client is still there. */
export function send(reply: Reply, status: number, headers: OutgoingHttpHeaders, body?: Buffer | string): void {
  if (reply.headersSent || reply.writableEnded) {
    reply.destroy()
    return
  }
  reply.writeHead(status, headers)
  sendEnd(reply, body)
}

/** Up to so many bytes are turned into characters on their way out. */
export const smallBytes: number = 16 * 1024

// Each answer that is written wakes somebody who then takes the processor: those of one turn are written together.
const ending: { readonly reply: Reply; readonly text: string }[] = []

function endAll(): void {
  for (const { reply, text } of ending.splice(0)) reply.end(text, 'latin1')
}

/** Ends an answer, at the latest at the end of this turn of the loop. */
export function sendEnd(reply: Reply, body: Buffer | string | undefined): void {
  // Node writes a head and text after it at once, a head and bytes as two pieces, which costs more than turning few bytes into as many characters.
  if (!Buffer.isBuffer(body) || body.length > smallBytes) reply.end(body)
  else if (ending.push({ reply, text: body.toString('latin1') }) === 1) setImmediate(endAll)
}
