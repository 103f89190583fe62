/** One request to an API: its answer streamed on as it comes, or collected to be looked at. */
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { type Reply, sendEnd, smallBytes } from './reply.ts'
import type { Upstream } from './upstream.ts'

export interface Sending {
  readonly method: string
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer | Readable | null
  /** The client is ready for an answer with long silences. */
  readonly patient: boolean
  /** Once it is on its way, its answer is waited for although the client has left. */
  readonly finish: boolean
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export interface AnswerHead {
  readonly status: number
  readonly headers: Headers
}

/** Why no answer came. `sent`: it may have reached the API. */
export interface Failure {
  readonly sent: boolean
  readonly why: string
  readonly timedOut: boolean
}

/** Follows one answer; each is called once at most but for `early`. */
export interface Following {
  /** An interim answer (1xx). */
  early?(status: number, headers: Headers): void
  /** The head came; what is returned is sent to the client at once. */
  start(head: AnswerHead): Parameters<Reply['writeHead']>[1]
  /** It came whole. */
  done(): void
  /** Nothing came, or not all of it. */
  fail(failure: Failure, started: boolean): void
}

/** Names of errors that say why without saying more. */
function whyOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function failureOf(error: Error, sent: boolean): Failure {
  const why = whyOf(error)
  return { sent, why, timedOut: why.endsWith('_TIMEOUT') || why === 'ETIMEDOUT' }
}

abstract class Handler implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal
  #finish: boolean
  #controller: Dispatcher.DispatchController | undefined
  #over = false
  protected readonly early: Following['early']

  constructor(signal: AbortSignal, finish: boolean, early: Following['early']) {
    this.#signal = signal
    this.#finish = finish
    this.early = early
    signal.addEventListener('abort', this.#abort)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) controller.abort(gone)
    else this.#controller = controller
  }

  /** What waits for a connection is given up at once; what has one is cut off, unless it is to be finished. */
  #abort = (): void => {
    if (this.#controller === undefined) this.giveUp(gone)
    else if (!this.#finish) this.#controller.abort(gone)
  }

  /** From here on, the answer is of use only to the client. */
  protected followClient(): void {
    this.#finish = false
    if (this.#signal.aborted) this.#abort()
  }

  /** Says once that nothing more will come. A request that got a connection may have been sent. */
  giveUp(error: Error): void {
    if (!this.end()) return
    this.onFailure(failureOf(error, this.#controller !== undefined))
  }

  /** @returns false when it was over before. */
  protected end(): boolean {
    if (this.#over) return false
    this.#over = true
    this.#signal.removeEventListener('abort', this.#abort)
    return true
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.giveUp(error)
  }

  protected abstract onFailure(failure: Failure): void

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) this.early?.(status, headers)
    else this.onHead(controller, { status, headers })
  }

  protected abstract onHead(controller: Dispatcher.DispatchController, head: AnswerHead): void
}

const gone: Error = Object.assign(new Error('the client went away'), { code: 'CLIENT_GONE' })

/** Sends a request and streams its answer to the client, no faster than the client reads. */
export function relay(
  upstream: Upstream,
  sending: Sending,
  reply: Reply,
  signal: AbortSignal,
  following: Following,
): void {
  start(upstream, sending, new Relay(reply, signal, sending.finish, following), signal)
}

class Relay extends Handler {
  readonly #reply: Reply
  readonly #following: Following
  #started = false
  /** Bytes of a whole answer that is small; undefined for any other. */
  #expected: number | undefined
  #whole: Buffer | undefined

  constructor(reply: Reply, signal: AbortSignal, finish: boolean, following: Following) {
    super(signal, finish, following.early?.bind(following))
    this.#reply = reply
    this.#following = following
  }

  protected onHead(_controller: Dispatcher.DispatchController, head: AnswerHead): void {
    this.#started = true
    const length = Number(head.headers['content-length'])
    if (length <= smallBytes) this.#expected = length
    this.#reply.writeHead(head.status, this.#following.start(head))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // It is at its end: head and body go out as one piece then.
    if (chunk.length === this.#expected) {
      this.#whole = chunk
      return
    }
    this.#expected = undefined
    if (this.#reply.write(chunk)) return
    controller.pause()
    this.#reply.once('drain', () => controller.resume())
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: Headers): void {
    this.end()
    addTrailers(this.#reply, trailers)
    sendEnd(this.#reply, this.#whole)
    this.#following.done()
  }

  protected onFailure(failure: Failure): void {
    this.#following.fail(failure, this.#started)
  }
}

function addTrailers(reply: Reply, trailers: Headers): void {
  const entries = Object.entries(trailers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : [...value]] as const],
  )
  if (entries.length > 0) reply.addTrailers(Object.fromEntries(entries))
}

/** Where an answer is streamed to. */
export type Sink = Pick<Reply, 'write' | 'end' | 'once' | 'destroy'>

/** What came of a request whose answer is looked at. */
export type Collected =
  | { readonly kind: 'whole'; readonly head: AnswerHead; readonly bytes: Buffer }
  /** It is endless or too long: the rest waits until `stream` or `drop` is called. */
  | { readonly kind: 'begun'; readonly head: AnswerHead; stream(reply: Sink): Promise<void>; drop(): void }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Sends a request and collects its answer, at most `maxBytes` of it. */
export function collect(
  upstream: Upstream,
  sending: Sending,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Collected> {
  return new Promise((resolve) =>
    start(upstream, sending, new Collector({ maxBytes, signal, finish: sending.finish, resolve }), signal),
  )
}

interface Collecting {
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly finish: boolean
  readonly resolve: (collected: Collected) => void
}

class Collector extends Handler {
  readonly #maxBytes: number
  readonly #resolve: (collected: Collected) => void
  #head: AnswerHead | undefined
  #chunks: Buffer[] = []
  #size = 0
  #reply: Sink | undefined
  #finish: (() => void) | undefined
  #waiting = false

  constructor({ maxBytes, signal, finish, resolve }: Collecting) {
    super(signal, finish, undefined)
    this.#maxBytes = maxBytes
    this.#resolve = resolve
  }

  protected onHead(controller: Dispatcher.DispatchController, head: AnswerHead): void {
    this.#head = head
    if (isEndless(head) || Number(head.headers['content-length'] ?? 0) > this.#maxBytes) this.#hold(controller, head)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#reply !== undefined) {
      this.#pass(controller, this.#reply, chunk)
      return
    }
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size > this.#maxBytes && this.#head !== undefined && !this.#waiting) this.#hold(controller, this.#head)
  }

  #hold(controller: Dispatcher.DispatchController, head: AnswerHead): void {
    this.#waiting = true
    controller.pause()
    this.#resolve({
      kind: 'begun',
      head,
      stream: (reply) => {
        const finished = new Promise<void>((resolve) => {
          this.#finish = resolve
        })
        this.#reply = reply
        for (const chunk of this.#chunks) reply.write(chunk)
        this.#chunks = []
        controller.resume()
        this.followClient()
        return finished
      },
      drop: () => controller.abort(gone),
    })
  }

  #pass(controller: Dispatcher.DispatchController, reply: Sink, chunk: Buffer): void {
    if (reply.write(chunk)) return
    controller.pause()
    reply.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.end()
    if (this.#reply !== undefined) {
      this.#reply.end()
      this.#finish?.()
    } else if (this.#head !== undefined && !this.#waiting) {
      const [first] = this.#chunks
      const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
      this.#resolve({ kind: 'whole', head: this.#head, bytes })
    }
  }

  protected onFailure(failure: Failure): void {
    this.#reply?.destroy()
    this.#finish?.()
    this.#resolve({ kind: 'failed', failure })
  }
}

/** Events come one by one for as long as the connection lasts. */
export function isEndless({ headers }: AnswerHead): boolean {
  const type = headers['content-type']
  return typeof type === 'string' && /^(?:text\/event-stream|multipart\/x-mixed-replace)\b/i.test(type)
}

/** Methods that may be sent on a connection of which nobody knows whether the API is just closing it. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function start(upstream: Upstream, sending: Sending, handler: Handler, signal: AbortSignal): void {
  const { method, path, headers, body, patient } = sending
  if (signal.aborted) {
    handler.giveUp(gone)
    return
  }
  try {
    const pool = safe.has(method) ? upstream.pool : upstream.writes
    pool.dispatch({ method, path, headers, body, ...(patient ? { bodyTimeout: 0 } : {}) }, handler)
  } catch (error) {
    handler.giveUp(error instanceof Error ? error : new Error('failed'))
  }
}
