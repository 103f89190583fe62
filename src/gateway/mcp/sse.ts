/** Streams of events (WHATWG HTML section 9.2), cut into whole events and passed on as the bytes they came as. */

/** One event, or a comment alone, with the empty line that ends it. */
export interface SseEvent {
  readonly block: Buffer
  /** Its data; undefined when it has none. */
  readonly data: string | undefined
}

const lf = 0x0a
const cr = 0x0d

/** Cuts a stream into events as they are complete. */
export class SseSplitter {
  #kept: Buffer = Buffer.alloc(0)
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns the events that are complete now; undefined when one is longer than what is looked at. */
  push(chunk: Buffer): readonly SseEvent[] | undefined {
    const bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk])
    const events: SseEvent[] = []
    let start = 0
    // What was looked at before has no end in it, but its last two bytes may begin one.
    for (let at = Math.max(0, this.#kept.length - 3); at < bytes.length; ) {
      const end = endOfEvent(bytes, at)
      if (end === undefined) break
      events.push(eventOf(bytes.subarray(start, end)))
      start = end
      at = end
    }
    this.#kept = bytes.subarray(start)
    return this.#kept.length > this.#maxBytes ? undefined : events
  }

  /** What came after the last whole event. */
  rest(): Buffer {
    return this.#kept
  }
}

/** Just after the first empty line at or after `from`. */
function endOfEvent(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] !== lf && bytes[at] !== cr) continue
    const next = afterLineEnd(bytes, at)
    if (next < bytes.length && (bytes[next] === lf || bytes[next] === cr)) {
      const end = afterLineEnd(bytes, next)
      // A lone CR at the end of what came may be half of a CRLF.
      if (bytes[next] === cr && end === bytes.length && bytes[end - 1] === cr) return undefined
      return end
    }
    at = next - 1
  }
  return undefined
}

function afterLineEnd(bytes: Buffer, at: number): number {
  return bytes[at] === cr && bytes[at + 1] === lf ? at + 2 : at + 1
}

function eventOf(came: Buffer): SseEvent {
  const block = withoutMarks(came)
  const lines: string[] = []
  for (const line of block.toString('utf8').split(/\r\n|\n|\r/)) {
    if (line.startsWith('data:')) lines.push(line.charAt(5) === ' ' ? line.slice(6) : line.slice(5))
    else if (line === 'data') lines.push('')
  }
  return { block, data: lines.length === 0 ? undefined : lines.join('\n') }
}

/**
 * SECURITY: a client leaves out a byte order mark at the beginning of its stream, and reads the line behind it. Which event it gets first is
 * not what came first here, so that none keeps one.
 */
function withoutMarks(block: Buffer): Buffer {
  let at = 0
  while (block[at] === 0xef && block[at + 1] === 0xbb && block[at + 2] === 0xbf) at += 3
  return at === 0 ? block : block.subarray(at)
}

/** The same event with other data. */
export function withData({ block }: SseEvent, data: string): SseEvent {
  const kept = block
    .toString('utf8')
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '' && !/^data(?::|$)/.test(line))
  return { block: Buffer.from(`${[...kept, ...dataLines(data)].join('\n')}\n\n`), data }
}

function dataLines(data: string): readonly string[] {
  return data.split(/\r\n|\n|\r/).map((line) => `data: ${line}`)
}

/** An event that carries a message. */
export function eventWith(data: string): SseEvent {
  return { block: Buffer.from(`event: message\n${dataLines(data).join('\n')}\n\n`), data }
}
