/** The guard as a plugin of Fastify 5. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Guard } from '../../guard/guard.ts'
import { problemOf } from '../../guard/refusal.ts'
import { type MiddlewareOptions, openDesk } from './desk.ts'
import { followAnswer } from './node-answer.ts'

/** What of a Fastify request matters here. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

/** What of a Fastify reply matters here. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  code(status: number): unknown
  header(name: string, value: string): unknown
  send(payload: unknown): unknown
}

/** What of a Fastify instance matters here. */
export interface FastifyLike {
  addHook(
    name: 'preParsing',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, payload: Readable) => Promise<unknown>,
  ): unknown
}

export type FastifyGuard = (instance: FastifyLike, options: unknown, done: () => void) => void

/**
 * Judges every request of the instance it is registered on, before its body is parsed. What is parsed then are the bytes that were judged.
 *
 * @throws {TypeError} when options do not say how callers are told.
 */
export function guardFastify(guard: Guard, options: MiddlewareOptions<FastifyRequestLike>): FastifyGuard {
  const desk = openDesk(guard, options)
  const plugin: FastifyGuard = (instance, _options, done) => {
    instance.addHook('preParsing', async (request, reply, payload) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const judged = await desk.judge(request.raw, request, gone.signal)
      if (judged.kind === 'undescribed') return payload
      if (judged.kind === 'go') {
        followAnswer(judged, request.raw, reply.raw, desk.limits.responseBytes)
        return judged.body === undefined ? payload : Readable.from([judged.body.bytes], { objectMode: false })
      }
      if (!request.raw.readableEnded && request.raw.httpVersionMajor < 2) reply.header('connection', 'close')
      reply.header('cache-control', 'no-store')
      reply.header('lockstep-call', judged.call)
      if (judged.kind === 'answered') {
        const { status, headers = {}, text = '' } = judged.answer
        reply.code(status)
        reply.header('content-type', headers['content-type'] ?? 'application/json')
        reply.header('idempotency-replayed', 'true')
        reply.send(text)
      } else {
        const { refusal, call, challenge } = judged
        reply.code(refusal.status)
        reply.header('content-type', 'application/problem+json')
        if (refusal.status === 401) reply.header('www-authenticate', challenge ?? 'Bearer')
        if (refusal.retryAfterMs !== undefined)
          reply.header('retry-after', String(Math.ceil(refusal.retryAfterMs / 1000)))
        reply.send(JSON.stringify(problemOf(refusal, call)))
      }
      return reply
    })
    done()
  }
  // The hook is for the instance itself, not for a child of it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}
