/** Answers of every API, whole and streamed. */
import type { PlainObject } from '../../charter/source/plain.ts'
import { ChatStream, readWholeChat } from './chat-output.ts'
import { MessagesStream, readWholeMessage } from './messages-output.ts'
import type { Judge, Output } from './output.ts'
import type { Api } from './request.ts'
import { ResponsesStream, readWholeResponse } from './responses-output.ts'
import type { StreamEvent } from './sse.ts'

/** A whole answer, with what became of its calls. */
export interface Whole {
  readonly body: PlainObject
  readonly changed: boolean
  readonly output: Output
}

/** An answer that comes event by event. */
export interface ModelStream {
  readonly output: Output
  /**
   * What goes to the client after this event. Calls of tools are held until they are judged, everything else goes at once. To be called
   * with one event after the other.
   */
  take(event: StreamEvent): Promise<readonly StreamEvent[]>
  /** To be called where the provider ended its stream, and nothing broke. */
  end?(): void
}

/** Judges the calls of a whole answer. */
export function readWhole(api: Api, body: PlainObject, judge: Judge): Promise<Whole> {
  if (api === 'chat') return readWholeChat(body, judge)
  return api === 'responses' ? readWholeResponse(body, judge) : readWholeMessage(body, judge)
}

/** @param showUsage - Whether the client of Chat Completions asked for the usage. */
export function openStream(api: Api, judge: Judge, showUsage: boolean): ModelStream {
  if (api === 'chat') return new ChatStream(judge, showUsage)
  return api === 'responses' ? new ResponsesStream(judge) : new MessagesStream(judge)
}
