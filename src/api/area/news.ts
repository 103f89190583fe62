/** What happens, as it happens: server-sent events. */
import type { OpenOverview } from '../../overview/overview.ts'
import type { Summary } from '../../overview/summary.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'

export const newsEndpoints = {
  'GET /api/news': {
    id: 'followNews',
    summary: 'What is put on the record, as it happens: server-sent events of the type `news`',
    needs: 'view',
    text: 'text/event-stream',
  },
} as const satisfies EndpointTable

/** One piece of news. Of many new entries the last are told; `kinds` are those of all. */
export interface NewsItem {
  readonly size: number
  readonly behind: number
  readonly kinds: readonly Summary['kind'][]
  readonly entries: readonly Summary[]
}

/** However much happens, a page hears of it four times a second. */
const paceMs = 250
const mostEntries = 50
const aliveMs = 15_000
/** Browsers come back by themselves; whether they still may is looked at then. */
const longestMs = 5 * 60_000

export function newsArea(overview: Pick<OpenOverview, 'watch' | 'reached'>): readonly Mounted[] {
  return mount(newsEndpoints, { 'GET /api/news': async ({ signal }) => follow(overview, signal) })
}

async function* follow(overview: Pick<OpenOverview, 'watch' | 'reached'>, signal: AbortSignal): AsyncGenerator<string> {
  let waiting: NewsItem | undefined
  let wake: () => void = () => undefined
  const stop = overview.watch(({ size, behind, entries }) => {
    const kinds = [...new Set([...(waiting?.kinds ?? []), ...entries.map(({ kind }) => kind)])]
    waiting = { size, behind, kinds, entries: [...(waiting?.entries ?? []), ...entries].slice(-mostEntries) }
    wake()
  })
  const end = Date.now() + longestMs
  try {
    // Heard from before it is said how far the record was read: nothing is lost between the two.
    yield print({ ...(await overview.reached()), kinds: [], entries: [] })
    while (!signal.aborted && Date.now() < end) {
      if (waiting === undefined) await until((done) => (wake = done), aliveMs, signal)
      const item = waiting
      waiting = undefined
      yield item === undefined ? ': alive\n\n' : print(item)
      await until(() => undefined, paceMs, signal)
    }
  } finally {
    stop()
  }
}

function print(item: NewsItem): string {
  return `event: news\ndata: ${JSON.stringify(item)}\n\n`
}

/** Resolves when `set`'s function is called, the client goes, or time is up. */
function until(set: (done: () => void) => void, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    set(done)
  })
}
