import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** A connection that only listens; made again whenever it breaks. */
export interface Listener {
  /** Begins to listen, unless it does. */
  start(): void
  close(): Promise<void>
}

const againMs = 1000

/**
 * Makes ready to listen on a channel; `heard` is called for each message, and may be called late: whoever needs certainty also polls.
 *
 * @param channel - A plain name, so it needs no quotes.
 */
export function openListener(config: pg.ClientConfig, channel: string, heard: () => void): Listener {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const keepListening = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await listenOnce(config, channel, heard, stopping.signal)
      await delay(againMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  }
  return {
    start() {
      running ??= keepListening()
    },
    async close() {
      stopping.abort()
      await running
    },
  }
}

async function listenOnce(
  config: pg.ClientConfig,
  channel: string,
  heard: () => void,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({ ...config, pipeline: false })
  const over = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  client.on('notification', heard)
  try {
    await client.connect()
    await client.query(`LISTEN ${channel}`)
    if (!signal.aborted) await over
  } catch {
    // The next attempt follows; meanwhile whoever waits polls.
  }
  await client.end().catch(() => undefined)
}
