/** What the servers behind the gateway have in common, however they are reached. */
import type { Principal, Run } from '../../charter/charter.ts'
import type { Failure } from '../http/sending.ts'
import type { Era, McpHeaders } from './era.ts'
import type { Message } from './message.ts'
import type { SseEvent } from './sse.ts'

/** What goes to a server: a message, or one of the two requests of earlier revisions that have none. */
export interface Exchange {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly era: Era
  /** Of the protocol, and nothing else: no credential of a caller has a place here. */
  readonly headers: McpHeaders
  /** The source it is for, where the message alone does not say and it is known. */
  readonly to?: string
  /** Null with GET and DELETE. */
  readonly message: Message | null
  /** Who it is from, for secrets that are for some only. Set once the guard let it go. */
  readonly whose?: { readonly call?: string; readonly principal?: Principal; readonly run?: Run }
}

/** The beginning of an answer. `stream`: events follow, else one message or nothing. */
export interface AnswerHead {
  readonly status: number
  readonly headers: McpHeaders
  readonly stream: boolean
}

/** Whether it says that the gateway's own credentials are not taken: nothing its clients can do about, who would sign in again in vain. */
export function refusesUs(status: number): boolean {
  return status === 401 || status === 403 || status === 407
}

/** Takes an answer as it comes: `head`, then `whole` or any number of `event`s, then `end`; or `fail`, once, whenever. */
export interface Sink {
  head(head: AnswerHead): void
  whole(bytes: Buffer): void | Promise<void>
  /** The next one comes when this one is taken. */
  event(event: SseEvent): void | Promise<void>
  end(): void
  fail(failure: Failure): void
}

/** One server. */
export interface McpUpstream {
  readonly source: string
  /** Sends and tells `sink` what comes of it. Aborting gives up the answer, which cancels a modern request. */
  send(exchange: Exchange, sink: Sink, signal: AbortSignal): void
  close(): Promise<void>
}
