/** An answer made of the messages a program writes: one message, or a stream as soon as something comes before it. */
import type { Failure } from '../http/sending.ts'
import { codes } from './rpc-error.ts'
import { eventWith } from './sse.ts'
import type { Sink } from './upstream.ts'

/** HTTP statuses that errors have in 2026-07-28. */
const statuses: ReadonlyMap<unknown, number> = new Map([
  [codes.unknownMethod, 404],
  [codes.headerMismatch, 400],
  [codes.missingCapability, 400],
  [codes.unsupportedVersion, 400],
])

export class Answering {
  readonly #sink: Sink
  readonly #headers: Readonly<Record<string, string>>
  #streaming = false
  #last: Promise<void> = Promise.resolve()
  #over = false

  constructor(sink: Sink, headers: Readonly<Record<string, string>>) {
    this.#sink = sink
    this.#headers = headers
  }

  get over(): boolean {
    return this.#over
  }

  /** A message before the answer. */
  add(bytes: Buffer): void {
    if (this.#over) return
    if (!this.#streaming) this.stream()
    this.#then(() => this.#sink.event(eventWith(bytes.toString('utf8'))))
  }

  /** Answers with a stream, although nothing came yet. */
  stream(): void {
    this.#streaming = true
    this.#sink.head({ status: 200, headers: { ...this.#headers, 'content-type': 'text/event-stream' }, stream: true })
  }

  /** The answer. @param code - Of its error, where statuses of HTTP depend on it. */
  finish(bytes: Buffer, code?: unknown): void {
    if (this.#over) return
    this.#over = true
    if (this.#streaming) this.#then(() => this.#sink.event(eventWith(bytes.toString('utf8'))))
    else {
      this.#sink.head({
        status: statuses.get(code) ?? 200,
        headers: { ...this.#headers, 'content-type': 'application/json' },
        stream: false,
      })
      this.#then(() => this.#sink.whole(bytes))
    }
    this.#then(() => this.#sink.end())
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.#then(() => this.#sink.end())
  }

  fail(failure: Failure): void {
    if (this.#over) return
    this.#over = true
    this.#then(() => this.#sink.fail(failure))
  }

  #then(act: () => void | Promise<void>): void {
    this.#last = this.#last.then(act).catch(() => undefined)
  }
}
