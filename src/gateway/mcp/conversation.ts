/** What a client has asked and not been answered: each answer is looked at, on whichever stream it comes. */
import { hash } from 'node:crypto'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import type { Failure } from '../http/sending.ts'
import {
  keyOfId,
  type Message,
  type MessageId,
  messageOf,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from './message.ts'
import { errorBytes, refusalCodes } from './rpc-error.ts'
import { type SseEvent, withData } from './sse.ts'
import { type AnswerHead, refusesUs, type Sink } from './upstream.ts'

/** What is done with the answer to one request. */
export interface Expected {
  /** @returns what the client is told instead; undefined: the answer as it came. `status` is that of HTTP. */
  answered(message: ResponseMessage, status: number): Buffer | undefined | Promise<Buffer | undefined>
  /** No answer will come. @returns what the client is told. */
  lost(failure: Failure): Buffer | Promise<Buffer>
}

/** Sees what a server says without being asked. @returns whether the client may see it. */
export type Overheard = (message: NotificationMessage) => boolean

/** How long an answer whose stream was closed may still be fetched on another one. */
const resumableMs = 60_000
/** Changed answers that can be given again, and how long they are together. */
const keptAnswers = 64
const keptBytes = 4 * 1024 * 1024

/** Joins requests and their answers, for one client. */
export class Conversation {
  readonly #waiting = new Map<string, Expected>()
  /** What became of answers that were changed: a stream that is resumed gives them again. */
  readonly #given = new Map<string, { readonly came: string; readonly shown: Buffer | undefined }>()
  readonly overheard: Overheard

  constructor(overheard: Overheard) {
    this.overheard = overheard
  }

  /** @returns false when an answer to this id is already waited for. */
  expect(id: MessageId, expected: Expected): boolean {
    const key = keyOfId(id)
    if (this.#waiting.has(key)) return false
    this.#waiting.set(key, expected)
    this.#given.delete(key)
    return true
  }

  isWaiting(id: MessageId): boolean {
    return this.#waiting.has(keyOfId(id))
  }

  /** @returns the message as the client may see it; undefined: not at all. */
  async show(message: NotificationMessage | ResponseMessage, status: number): Promise<Buffer | undefined> {
    if (message.kind !== 'response') return this.overheard(message) ? message.bytes : undefined
    // Without an id there are only errors: a result is one of nothing that was asked.
    if (message.id === null) return message.error === undefined ? undefined : message.bytes
    const key = keyOfId(message.id)
    const expected = this.#waiting.get(key)
    // Whoever resumes a stream is given the same again; a second answer that is another one was judged by nobody.
    if (expected === undefined) {
      const before = this.#given.get(key)
      return before?.came === digestOf(message.bytes) ? (before.shown ?? message.bytes) : undefined
    }
    this.#waiting.delete(key)
    const changed = await judged(expected, message, status)
    this.#remember(key, { came: digestOf(message.bytes), shown: changed })
    return changed ?? message.bytes
  }

  #remember(key: string, given: { readonly came: string; readonly shown: Buffer | undefined }): void {
    this.#given.set(key, given)
    let bytes = [...this.#given.values()].reduce((sum, { shown }) => sum + (shown?.length ?? 0), 0)
    for (const [oldest, { shown }] of this.#given) {
      if (oldest === key || (this.#given.size <= keptAnswers && bytes <= keptBytes)) break
      this.#given.delete(oldest)
      bytes -= shown?.length ?? 0
    }
  }

  /** The answer did not come where it should have. @param later - It may still come on another stream. */
  async lose(id: MessageId, failure: Failure, later: boolean): Promise<Buffer | undefined> {
    const key = keyOfId(id)
    const expected = this.#waiting.get(key)
    if (expected === undefined) return undefined
    if (later) {
      setTimeout(() => void this.#giveUp(key, expected, failure), resumableMs).unref()
      return undefined
    }
    return this.#giveUp(key, expected, failure)
  }

  async #giveUp(key: string, expected: Expected, failure: Failure): Promise<Buffer | undefined> {
    if (this.#waiting.get(key) !== expected) return undefined
    this.#waiting.delete(key)
    return expected.lost(failure)
  }

  /** Nothing more will come. */
  async end(failure: Failure): Promise<void> {
    await Promise.all([...this.#waiting].map(([key, expected]) => this.#giveUp(key, expected, failure)))
  }
}

/** SECURITY: an answer that cannot be judged is not shown, and its client is told so. */
async function judged(expected: Expected, message: ResponseMessage, status: number): Promise<Buffer | undefined> {
  try {
    return await expected.answered(message, status)
  } catch {
    return expected.lost({ sent: true, why: 'unjudged', timedOut: false })
  }
}

function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'base64')
}

export interface Watched {
  readonly conversation: Conversation
  /** The request this answer belongs to, if it is one. */
  readonly id: MessageId | undefined
  /** Its answer may come on another stream when this one ends. */
  readonly resumable: boolean
  /** A request of the server's own. @returns what the client is asked; undefined: nothing. */
  readonly asked: (message: RequestMessage) => Promise<Buffer | undefined>
}

/** A sink before `sink` that lets through what the conversation shows. */
export function watched(sink: Sink, around: Watched): Sink {
  return new WatchedSink(sink, around)
}

class WatchedSink implements Sink {
  readonly #sink: Sink
  readonly #around: Watched
  #head: AnswerHead | undefined

  constructor(sink: Sink, around: Watched) {
    this.#sink = sink
    this.#around = around
  }

  head(head: AnswerHead): void {
    this.#head = head
    if (head.stream) this.#sink.head(head)
  }

  async whole(bytes: Buffer): Promise<void> {
    const { conversation, id } = this.#around
    const head = this.#head ?? { status: 200, headers: {}, stream: false }
    const read = bytes.length === 0 ? undefined : readAnswer(bytes)
    // Questions come on streams: one in the place of an answer is none.
    const message = read?.kind === 'request' ? undefined : read
    let shown: Buffer | undefined
    if (message !== undefined && (message.kind !== 'response' || message.id !== null || id === undefined))
      shown = await this.#show(message, head.status)
    else if (id !== undefined) shown = await conversation.show(unreadable(id, message, head), head.status)
    // What came answers something else: `end` says that no answer came.
    if (shown === undefined && id !== undefined && conversation.isWaiting(id)) return
    const status = refusesUs(head.status) ? 502 : head.status
    const headers =
      shown === undefined ? withoutType(head.headers) : { ...head.headers, 'content-type': 'application/json' }
    this.#sink.head({ status, headers, stream: false })
    await this.#sink.whole(shown ?? Buffer.alloc(0))
  }

  async event(event: SseEvent): Promise<void> {
    const { data } = event
    if (data === undefined || data === '') return this.#sink.event(event)
    const bytes = Buffer.from(data)
    const message = readAnswer(bytes)
    if (message === undefined) return
    const shown = await this.#show(message, 200)
    if (shown !== undefined) await this.#sink.event(shown === bytes ? event : withData(event, shown.toString('utf8')))
  }

  #show(message: Message, status: number): Promise<Buffer | undefined> {
    const { conversation, asked } = this.#around
    return message.kind === 'request' ? asked(message) : conversation.show(message, status)
  }

  end(): void {
    const { conversation, id, resumable } = this.#around
    if (id === undefined || !conversation.isWaiting(id)) this.#sink.end()
    else void this.#missing({ sent: true, why: 'ended', timedOut: false }, resumable && this.#head?.stream === true)
  }

  async #missing(failure: Failure, resumable: boolean): Promise<void> {
    const { conversation, id } = this.#around
    const told = id === undefined ? undefined : await conversation.lose(id, failure, resumable)
    if (told !== undefined) await this.#tell(told)
    this.#sink.end()
  }

  async #tell(told: Buffer): Promise<void> {
    if (this.#head?.stream === true)
      await this.#sink.event(withData({ block: Buffer.alloc(0), data: '' }, told.toString('utf8')))
    else {
      this.#sink.head({ status: 502, headers: { 'content-type': 'application/json' }, stream: false })
      await this.#sink.whole(told)
    }
  }

  fail(failure: Failure): void {
    const { id, resumable } = this.#around
    if (id === undefined) this.#sink.fail(failure)
    else void this.#missing(failure, resumable && this.#head?.stream === true)
  }
}

function readAnswer(bytes: Buffer): Message | undefined {
  return messageOf(parseLosslessJson(bytes.toString('utf8')), bytes)
}

/** An answer without a message that can be read, or one to no request, as an error. */
function unreadable(id: MessageId, message: Message | undefined, { status }: AnswerHead): ResponseMessage {
  const error =
    message?.kind === 'response' && message.error !== undefined
      ? message.error
      : { code: refusalCodes['upstream-failed'], message: wordsOf(status) }
  const bytes =
    message === undefined
      ? errorBytes(id, { code: refusalCodes['upstream-failed'], message: String(status) })
      : message.bytes
  return {
    kind: 'response',
    id,
    error,
    bytes: message === undefined ? Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error })) : bytes,
  }
}

function wordsOf(status: number): string {
  if (refusesUs(status)) return `the server does not take the gateway's own credentials (HTTP ${status})`
  return `the server answered with HTTP ${status} and no message`
}

function withoutType({ 'content-type': _, ...headers }: AnswerHead['headers']): AnswerHead['headers'] {
  return headers
}
