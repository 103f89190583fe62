/** Server-sent events, in and out (WHATWG HTML section 9.2). */
import { createParser } from 'eventsource-parser'
import { isObject, type PlainObject } from '../../charter/source/plain.ts'
import { parseLosslessJson } from '../../wire/lossless-json.ts'

export interface StreamEvent {
  readonly event?: string
  readonly id?: string
  readonly data: string
}

/**
 * What an event says; undefined for words that are no JSON to anybody, as `[DONE]`.
 *
 * @throws when it is no JSON here and may be some to other readers: nobody could judge it.
 */
export function dataOf({ data }: StreamEvent): PlainObject | undefined {
  const value = parseLosslessJson(data)
  if (isObject(value)) return value
  if (/[[{]/.test(data) && data.trim() !== '[DONE]')
    throw Object.assign(new Error('an event that cannot be read'), { code: 'UNREADABLE' })
  return undefined
}

/** What a stream of events is made of: events, and comments that only keep it alive. */
export type Framed = StreamEvent | { readonly comment: string }

/** Takes the bytes of a stream apart. */
export interface Framing {
  /**
   * What is complete after these bytes, in order. What is unfinished at the end of a stream is no event.
   *
   * @throws when one event is longer than allowed.
   */
  feed(bytes: Buffer): readonly Framed[]
}

/** @param maxChars - The longest event that is read. */
export function openFraming(maxChars: number): Framing {
  const decoder = new TextDecoder('utf-8')
  let found: Framed[] = []
  const parser = createParser({
    maxBufferSize: maxChars,
    onEvent: ({ event, id, data }) =>
      found.push({ data, ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) }),
    onComment: (comment) => found.push({ comment }),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error
    },
  })
  return {
    feed: (bytes) => {
      found = []
      parser.feed(decoder.decode(bytes, { stream: true }))
      return found
    },
  }
}

/** Writes an event so that any reader reads it back as it is. */
export function printFramed(framed: Framed): string {
  if ('comment' in framed) return `: ${framed.comment}\n\n`
  const { event, id, data } = framed
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`
}
