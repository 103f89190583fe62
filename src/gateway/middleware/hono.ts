/** The guard as middleware of Hono 4, on any runtime that gives web requests. */
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Guard } from '../../guard/guard.ts'
import type { Arriving } from '../http/reply.ts'
import { type MiddlewareOptions, openDesk, settleSafely } from './desk.ts'
import { againResponse, refusalResponse, showResponse } from './web-answer.ts'
import { takeBody } from './web-body.ts'

/** What of a Hono context matters here. */
export interface HonoContextLike {
  readonly req: { raw: Request }
  get res(): Response
  set res(response: Response | undefined)
}

export type HonoGuard = (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * Judges every request before the handlers that follow; they get the very bytes that were judged.
 *
 * @throws {TypeError} when options do not say how callers are told.
 */
export function guardHono(guard: Guard, options: MiddlewareOptions<Request>): HonoGuard {
  const desk = openDesk(guard, options)
  return async (context, next) => {
    const peeked = await peek(context.req.raw)
    if (peeked.raw !== context.req.raw) context.req.raw = peeked.raw
    const { raw } = peeked
    const judged = await desk.judge(arrivingOf(peeked), raw, raw.signal)
    if (judged.kind === 'refused') return refusalResponse(judged.refusal, judged.call, judged.challenge)
    if (judged.kind === 'answered') return againResponse(judged.answer, judged.call)
    if (judged.kind === 'undescribed') {
      await next()
      return undefined
    }
    if (judged.body !== undefined) context.req.raw = withBody(raw, new Uint8Array(judged.body.bytes))
    try {
      await next()
    } catch (error) {
      await settleSafely(judged.ruling, { kind: 'unknown', why: 'the handler failed' })
      throw error
    }
    if (raw.signal.aborted) {
      await settleSafely(judged.ruling, { kind: 'unknown', why: 'the client went before the answer came' })
      return undefined
    }
    const shown = await showResponse(judged, context.res, { maxBytes: desk.limits.responseBytes, decoded: false })
    if (shown !== context.res) {
      // Otherwise the headers of what was written come back.
      context.res = undefined
      context.res = shown
    }
    return undefined
  }
}

const framing: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host'])

interface Peeked {
  readonly raw: Request
  readonly hasBody: boolean
}

/** Whether a body comes. Where the headers do not say, only its first piece can tell. */
async function peek(raw: Request): Promise<Peeked> {
  const { body, headers } = raw
  if (body === null || headers.get('content-length') === '0') return { raw, hasBody: false }
  if (headers.has('content-length') || headers.has('transfer-encoding')) return { raw, hasBody: true }
  const taken = await takeBody(body, 0)
  return taken.kind === 'whole'
    ? { raw: withBody(raw, null), hasBody: false }
    : { raw: withBody(raw, taken.stream), hasBody: true }
}

/** A web request as the strict reader takes requests. The runtime has undone the framing, and joined headers that came twice. */
function arrivingOf({ raw, hasBody }: Peeked): Arriving {
  const url = new URL(raw.url)
  const headers = ['host', raw.headers.get('host') ?? url.host]
  for (const [name, value] of raw.headers) if (!framing.has(name)) headers.push(name, value)
  const stream = Readable.from(hasBody && raw.body !== null ? chunksOf(raw.body) : [], { objectMode: false })
  return Object.assign(stream, {
    method: raw.method,
    url: url.pathname + url.search,
    httpVersion: '2.0',
    rawHeaders: headers,
    socket: Object.assign(new Socket(), url.protocol === 'https:' ? { encrypted: true } : {}),
    stream: { endAfterHeaders: !hasBody },
  })
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield chunk
}

function withBody(raw: Request, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null): Request {
  const { method, headers, signal } = raw
  const streamed = body instanceof ReadableStream ? { duplex: 'half' as const } : {}
  return new Request(raw.url, { method, headers, signal, body, ...streamed })
}
