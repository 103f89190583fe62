/** A server reached over Streamable HTTP. */
import type { Dispatcher } from 'undici'
import type { Upstream } from '../http/upstream.ts'
import type { McpHeaders } from './era.ts'
import { without } from './secrets.ts'
import { SseSplitter } from './sse.ts'
import { type Exchange, type McpUpstream, refusesUs, type Sink } from './upstream.ts'

export interface HttpUpstreamOptions {
  readonly upstream: Upstream
  /** Sent with every request: how the gateway itself signs in. */
  readonly headers: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  readonly maxBytes: number
  /** Is told when the server begins not to take our credentials. */
  readonly onRefused?: (why: string) => void
}

type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** What of an answer's head concerns the client. Challenges do not: they are for our own credentials. */
const kept: ReadonlySet<string> = new Set([
  'content-type',
  'mcp-session-id',
  'mcp-protocol-version',
  'allow',
  'retry-after',
])

/** Talks to the server at the address of `upstream`. */
export function httpUpstream({ upstream, headers, maxBytes, onRefused }: HttpUpstreamOptions): McpUpstream {
  const heard = refusalsOf(upstream.source, onRefused ?? (() => undefined))
  const around = { maxBytes, heard }
  return {
    source: upstream.source,
    send: (exchange, sink, signal) => {
      const pass = (own: Readonly<Record<string, string>>): void =>
        dispatch(upstream, exchange, own, new Handler(without(own, sink), signal, around))
      const own = headers()
      if (own instanceof Promise)
        own.then(pass, () => new Handler(sink, signal, around).giveUp(new Error('no credentials')))
      else pass(own)
    },
    // Its connections belong to whoever opened them.
    close: async () => undefined,
  }
}

/** Sees the head of each answer. */
type Heard = (status: number, challenge: string) => void

/** Tells when a server begins not to take our credentials, and what it wants; not again until it took them, or wants something else. */
function refusalsOf(source: string, tell: (why: string) => void): Heard {
  let last = ''
  return (status, challenge) => {
    const refused = refusesUs(status)
    const words = refused
      ? `${source} does not take the gateway's credentials: HTTP ${status}${wantedIn(challenge)}`
      : ''
    if (refused && words !== last) tell(words)
    last = words
  }
}

/** What a challenge says is missing. SECURITY: it is the server's word: nothing is repeated but what OAuth has in these places. */
function wantedIn(challenge: string): string {
  const [, error] = /\berror="([a-z_]{1,40})"/.exec(challenge) ?? []
  const [, scope] = /\bscope="([!#-[\]-~ ]{1,200})"/.exec(challenge) ?? []
  return `${error === undefined ? '' : `, ${error}`}${scope === undefined ? '' : `, for ${scope}`}`
}

function dispatch(
  upstream: Upstream,
  { method, headers, message }: Exchange,
  own: Readonly<Record<string, string>>,
  handler: Handler,
): void {
  const flat = ['host', upstream.host]
  for (const name in headers) flat.push(name, headers[name] ?? '')
  for (const name in own) flat.push(name, own[name] ?? '')
  const isCall = message?.kind === 'request' && message.method === 'tools/call'
  try {
    const pool = isCall ? upstream.writes : upstream.pool
    const path = upstream.prefix === '' ? '/' : upstream.prefix
    pool.dispatch({ method, path, headers: flat, body: message?.bytes ?? null, bodyTimeout: 0 }, handler)
  } catch (error) {
    handler.giveUp(error instanceof Error ? error : new Error('failed'))
  }
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #sink: Sink
  readonly #signal: AbortSignal
  readonly #maxBytes: number
  readonly #heard: Heard
  #controller: Dispatcher.DispatchController | undefined
  #splitter: SseSplitter | undefined
  #chunks: Buffer[] = []
  #size = 0
  #over = false
  /** Events are taken one after the other. */
  #last: Promise<void> | undefined

  constructor(sink: Sink, signal: AbortSignal, around: { readonly maxBytes: number; readonly heard: Heard }) {
    this.#sink = sink
    this.#signal = signal
    this.#maxBytes = around.maxBytes
    this.#heard = around.heard
    signal.addEventListener('abort', this.#abort)
    if (signal.aborted) this.#abort()
  }

  #abort = (): void => {
    if (this.#controller === undefined) this.giveUp(gone)
    else this.#controller.abort(gone)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) controller.abort(gone)
    else this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    if (status < 200) return
    this.#heard(status, String(headers['www-authenticate'] ?? ''))
    const stream = /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''))
    if (stream) this.#splitter = new SseSplitter(this.#maxBytes)
    this.#sink.head({ status, headers: headersOf(headers), stream })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#splitter === undefined) {
      this.#size += chunk.length
      if (this.#size > this.#maxBytes) controller.abort(tooLong)
      else this.#chunks.push(chunk)
      return
    }
    const events = this.#splitter.push(chunk)
    if (events === undefined) controller.abort(tooLong)
    for (const event of events ?? []) this.#take(controller, () => this.#sink.event(event))
  }

  #take(controller: Dispatcher.DispatchController, pass: () => void | Promise<void>): void {
    const taken = this.#last === undefined ? pass() : this.#last.then(() => pass())
    if (!(taken instanceof Promise)) return
    controller.pause()
    const last = taken.then(
      () => {
        if (this.#last !== last) return
        this.#last = undefined
        controller.resume()
      },
      (error: unknown) => controller.abort(error instanceof Error ? error : new Error('failed')),
    )
    this.#last = last
  }

  onResponseEnd(): void {
    if (this.#last !== undefined) void this.#last.then(() => this.#finish())
    else this.#finish()
  }

  #finish(): void {
    if (!this.#settle()) return
    if (this.#splitter !== undefined) {
      this.#sink.end()
      return
    }
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    const written = this.#sink.whole(bytes)
    if (written instanceof Promise) void written.then(() => this.#sink.end())
    else this.#sink.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.giveUp(error)
  }

  giveUp(error: Error): void {
    if (!this.#settle()) return
    const why = 'code' in error && typeof error.code === 'string' ? error.code : error.name
    this.#sink.fail({ sent: this.#controller !== undefined, why, timedOut: why.endsWith('_TIMEOUT') })
  }

  #settle(): boolean {
    if (this.#over) return false
    this.#over = true
    this.#signal.removeEventListener('abort', this.#abort)
    return true
  }
}

const gone: Error = Object.assign(new Error('the client went away'), { code: 'CLIENT_GONE' })
const tooLong: Error = Object.assign(new Error('the answer is longer than what is looked at'), { code: 'TOO_LONG' })

function headersOf(headers: RawHeaders): McpHeaders {
  const found: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && kept.has(name)) found[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return found
}
