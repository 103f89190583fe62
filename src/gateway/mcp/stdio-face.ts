/** The gateway's stdio face: one client at the other end of a pipe, whoever started us. */
import type { Readable, Writable } from 'node:stream'
import type { Principal } from '../../charter/charter.ts'
import { askUpstream } from './ask.ts'
import { Conversation, type Watched, watched } from './conversation.ts'
import { type Era, eraOf, headersFor, type McpHeaders } from './era.ts'
import type { Asking, Judge } from './judge.ts'
import { LineSplitter, lineOf } from './lines.ts'
import {
  checkNamesNoRun,
  type Message,
  metaOf,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
} from './message.ts'
import { questionsTo } from './questions.ts'
import { codes, errorBytes, Unanswered } from './rpc-error.ts'
import { ownerOf } from './session.ts'
import type { AnswerHead, Exchange, McpUpstream, Sink } from './upstream.ts'

export interface StdioFaceOptions {
  readonly input: Readable
  readonly output: Writable
  readonly upstream: McpUpstream
  readonly judge: Judge
  /** Whoever is at the other end. */
  readonly principal: Principal
  readonly limits: { readonly bodyBytes: number; readonly jsonDepth: number }
}

/** Serves until the input ends. Never rejects. */
export function serveStdio(options: StdioFaceOptions): Promise<void> {
  const face = new StdioFace(options)
  const lines = new LineSplitter(options.limits.bodyBytes)
  return new Promise((resolve) => {
    const end = (): void => {
      options.input.off('data', take)
      void face.close().then(resolve)
    }
    const take = (chunk: Buffer): void => {
      const found = lines.push(chunk)
      for (const line of found ?? []) face.take(line)
      if (found === undefined) end()
    }
    options.input.on('data', take).once('end', end).once('error', end).once('close', end)
  })
}

class StdioFace {
  readonly #options: StdioFaceOptions
  readonly #conversation: Conversation
  readonly #leaving = new AbortController()
  readonly #owner: string
  /** Abort one request. */
  readonly #requests = new Map<string, AbortController>()
  #session: McpHeaders = {}
  /** What must be on its way before anything else is. */
  #barrier: Promise<void> = Promise.resolve()
  readonly #sending = new Set<Promise<void>>()

  constructor(options: StdioFaceOptions) {
    this.#options = options
    this.#conversation = new Conversation(options.judge.overheard)
    this.#owner = ownerOf(options.principal)
  }

  take(line: Buffer): void {
    let message: Message
    try {
      message = readMessage(line, this.#options.limits.jsonDepth)
      checkNamesNoRun(message)
    } catch (error) {
      const said = error instanceof Unanswered ? error.error : { code: codes.internal, message: 'the gateway failed' }
      this.#write(errorBytes(null, said))
      return
    }
    const isParallel = message.kind === 'request' && message.method !== 'initialize'
    if (!isParallel) {
      this.#barrier = Promise.all([this.#barrier, ...this.#sending]).then(() => this.#send(message))
      return
    }
    const sending = this.#barrier.then(() => this.#send(message)).finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  async #send(message: Message): Promise<void> {
    try {
      await (message.kind === 'request' ? this.#request(message) : this.#tell(message))
    } catch {
      if (message.kind === 'request')
        this.#write(errorBytes(message.id, { code: codes.internal, message: 'the gateway failed' }))
    }
  }

  #asking(era: Era, message: Message | null, signal: AbortSignal): Asking {
    const { principal, upstream } = this.#options
    const headers = message === null ? this.#session : this.#headers(era, message)
    const meta = message === null || message.kind === 'response' ? {} : metaOf(message)
    return {
      principal,
      owner: this.#owner,
      era,
      signal,
      ask: (method, params) => {
        const declared = method === 'tools/call' ? this.#options.judge.parametersOf({ params }) : undefined
        return askUpstream({ upstream, era, signal: this.#leaving.signal, headers, meta, declared }, method, params)
      },
    }
  }

  #headers(era: Era, message: Message): McpHeaders {
    const own = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
    if (era === 'legacy') return { ...own, ...this.#session }
    const declared = message.kind === 'request' ? this.#options.judge.parametersOf(message) : undefined
    return { ...own, ...headersFor(message, declared) }
  }

  async #request(message: RequestMessage): Promise<void> {
    const { judge, upstream } = this.#options
    const era = eraOf(message, {})
    const leaving = new AbortController()
    const verdict = await judge.request(this.#asking(era, message, leaving.signal), message)
    if (verdict.kind === 'said') {
      this.#write(verdict.bytes)
      return
    }
    if (!this.#conversation.expect(message.id, verdict.expected)) {
      await verdict.dropped()
      this.#write(errorBytes(message.id, { code: codes.invalid, message: 'a request with this id is on its way' }))
      return
    }
    this.#requests.set(JSON.stringify(message.id), leaving)
    const { message: sent } = verdict
    const exchange = { method: 'POST', era, headers: this.#headers(era, sent), message: sent } as const
    const around = { ...this.#around(exchange), id: message.id, resumable: era === 'legacy' }
    const done = (): void => void this.#requests.delete(JSON.stringify(message.id))
    upstream.send(exchange, watched(this.#sink(message.method === 'initialize', done), around), leaving.signal)
  }

  async #tell(message: Exclude<Message, { kind: 'request' }>): Promise<void> {
    const { judge, upstream } = this.#options
    const era = eraOf(message, {})
    if (message.kind === 'notification') {
      if (!(await judge.notification(this.#asking(era, message, this.#leaving.signal), message))) return
      // A request that is stateless is cancelled by giving up its answer, however the server is reached.
      const cancelled =
        message.method === 'notifications/cancelled' ? JSON.stringify(message.params['requestId']) : undefined
      if (cancelled !== undefined && this.#session['mcp-session-id'] === undefined) {
        this.#requests.get(cancelled)?.abort()
        return
      }
    }
    const passed = message.kind === 'response' ? await this.#answer(message) : message
    if (passed === undefined) return
    const headers = this.#headers(this.#isLegacy(message) ? 'legacy' : era, message)
    upstream.send(
      { method: 'POST', era: this.#isLegacy(message) ? 'legacy' : era, headers, message: passed },
      this.#silent(),
      this.#leaving.signal,
    )
    if (message.kind === 'notification' && message.method === 'notifications/initialized') this.#listen()
  }

  /** What the client answers to a server's question, as the server may have it; undefined where nobody asked. */
  async #answer(message: ResponseMessage): Promise<ResponseMessage | undefined> {
    const asking = this.#asking('legacy', message, this.#leaving.signal)
    const bytes = await this.#options.judge.answered(asking, message)
    return bytes === undefined ? undefined : { ...message, bytes }
  }

  #around({ era, headers, message }: Exchange): Pick<Watched, 'conversation' | 'asked'> {
    const asking = this.#asking(era, message, this.#leaving.signal)
    return { conversation: this.#conversation, asked: questionsTo(this.#options, asking, headers) }
  }

  #isLegacy(message: Message): boolean {
    return message.kind === 'response' || eraOf(message, {}) === 'legacy'
  }

  /** What a server of the earlier revisions says without being asked. */
  #listen(): void {
    const exchange = {
      method: 'GET',
      era: 'legacy',
      headers: { ...this.#session, accept: 'text/event-stream' },
      message: null,
    } as const
    const around = { ...this.#around(exchange), id: undefined, resumable: false }
    this.#options.upstream.send(exchange, watched(this.#silent(), around), this.#leaving.signal)
  }

  /** Writes messages; statuses and headers have no place on a pipe. */
  #sink(opens: boolean, done: () => void): Sink {
    return {
      head: (head) => {
        if (opens) this.#remember(head)
      },
      whole: (bytes) => {
        if (opens) this.#negotiated(bytes)
        this.#write(bytes)
      },
      event: ({ data = '' }) => {
        if (opens) this.#negotiated(Buffer.from(data))
        this.#write(Buffer.from(data))
      },
      end: done,
      fail: done,
    }
  }

  /** Only events are messages: an answer to a notification is none. */
  #silent(): Sink {
    const nothing = (): void => undefined
    return {
      head: nothing,
      whole: nothing,
      event: ({ data = '' }) => this.#write(Buffer.from(data)),
      end: nothing,
      fail: nothing,
    }
  }

  #remember({ headers }: AnswerHead): void {
    const id = headers['mcp-session-id']
    if (id !== undefined) this.#session = { ...this.#session, 'mcp-session-id': id }
  }

  #negotiated(bytes: Buffer): void {
    const [, version] = /"protocolVersion"\s*:\s*"(\d{4}-\d\d-\d\d)"/.exec(bytes.toString('utf8')) ?? []
    if (version !== undefined) this.#session = { ...this.#session, 'mcp-protocol-version': version }
  }

  #write(bytes: Buffer): void {
    if (bytes.length > 0) this.#options.output.write(lineOf(bytes))
  }

  /** The client is gone: what it asked may still be done. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#barrier, ...this.#sending])
    this.#leaving.abort()
    for (const each of this.#requests.values()) each.abort()
    await this.#conversation.end({ sent: true, why: 'CLIENT_GONE', timedOut: false })
  }
}
