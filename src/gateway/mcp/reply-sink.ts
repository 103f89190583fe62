/** The way back to a client over HTTP. */
import type { OutgoingHttpHeaders } from 'node:http'
import { type Reply, send } from '../http/reply.ts'
import type { Failure } from '../http/sending.ts'
import type { SseEvent } from './sse.ts'
import type { AnswerHead, Sink } from './upstream.ts'

/** Writes an answer as it comes; events at once, one by one, and no faster than the client reads. */
export class ReplySink implements Sink {
  readonly #reply: Reply
  readonly #headers: OutgoingHttpHeaders
  #head: AnswerHead = { status: 502, headers: {}, stream: false }

  constructor(reply: Reply, headers: OutgoingHttpHeaders) {
    this.#reply = reply
    this.#headers = headers
  }

  head(head: AnswerHead): void {
    this.#head = head
    if (!head.stream) return
    const { 'content-type': type = 'text/event-stream' } = head.headers
    // Whoever stands in front must not collect events.
    const unbuffered = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }
    this.#reply.writeHead(head.status, { ...head.headers, ...this.#headers, ...unbuffered, 'content-type': type })
  }

  whole(bytes: Buffer): void {
    const { status, headers } = this.#head
    const { 'content-type': type, ...rest } = headers
    send(
      this.#reply,
      status,
      {
        ...rest,
        ...this.#headers,
        ...(bytes.length === 0 || type === undefined ? {} : { 'content-type': type }),
        'content-length': bytes.length,
        'cache-control': 'no-store',
      },
      bytes,
    )
  }

  event({ block }: SseEvent): void | Promise<void> {
    if (this.#reply.write(block)) return
    return new Promise((resolve) => {
      this.#reply.once('drain', resolve)
      this.#reply.once('close', resolve)
    })
  }

  end(): void {
    if (this.#head.stream) this.#reply.end()
  }

  fail({ timedOut }: Failure): void {
    if (this.#reply.headersSent) this.#reply.destroy()
    else send(this.#reply, timedOut ? 504 : 502, { ...this.#headers, 'content-length': 0 })
  }
}
