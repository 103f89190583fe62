/** A stream of events from a provider to the client, each passed on as soon as it may be. */
import type { Readable } from 'node:stream'
import type { Cleaner } from '../../vault/handed.ts'
import { codeOf } from './provider.ts'
import { type Framed, openFraming, printFramed } from './sse.ts'
import type { ModelStream } from './stream.ts'

export interface Relaying {
  readonly maxBytes: number
  readonly scrubber: Cleaner | undefined
  /** @returns false when the client reads slower than the provider writes. */
  write(bytes: Buffer): boolean
  /** Calls back once the client has caught up. */
  onDrain(listener: () => void): void
  readonly signal: AbortSignal
}

/** Relays until the stream ends. Never rejects. @returns why it ended before its end. */
export async function relayStream(
  body: Readable,
  stream: ModelStream,
  relaying: Relaying,
): Promise<string | undefined> {
  const framing = openFraming(relaying.maxBytes)
  let size = 0
  const pass = async (bytes: Buffer): Promise<void> => {
    for (const given of framing.feed(bytes)) {
      const framed = relaying.scrubber === undefined ? given : cleaned(given, relaying.scrubber)
      const out = 'comment' in framed ? [framed] : await stream.take(framed)
      const text = out.map(printFramed).join('')
      if (text !== '' && !relaying.write(Buffer.from(text))) await caughtUp(relaying)
    }
  }
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      if (size > relaying.maxBytes) return 'TOO_LONG'
      await pass(chunk)
    }
    stream.end?.()
    return undefined
  } catch (error) {
    return relaying.signal.aborted ? 'CLIENT_GONE' : codeOf(error)
  }
}

/** Each event is a JSON text of its own: what is split over its strings is found, too. */
function cleaned(framed: Framed, scrubber: Cleaner): Framed {
  if ('comment' in framed) return { comment: scrubber.text(framed.comment) }
  const { event, id, data } = framed
  return {
    data: scrubber.text(data),
    ...(event === undefined ? {} : { event: scrubber.text(event) }),
    ...(id === undefined ? {} : { id: scrubber.text(id) }),
  }
}

/** A client that has left never catches up. */
function caughtUp({ onDrain, signal }: Relaying): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    onDrain(done)
  })
}
