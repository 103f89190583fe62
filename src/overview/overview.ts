/** What the ledger adds up to: counts, sessions, and every entry by what it is about. Kept beside the ledger by a thread of its own. */
import { Worker } from 'node:worker_threads'
import type { StorageConfig } from '../ledger/storage/storage.ts'
import type { Overview } from './query.ts'
import type { Summary } from './summary.ts'

export interface OverviewConfig {
  /** The file it is kept in; may be deleted at any time. One process at a time. */
  readonly file: string
  readonly storage: StorageConfig
  /** Public key of the ledger: an overview of another one is thrown away. */
  readonly ledger: string
}

export type ToOverview =
  | {
      readonly type: 'ask'
      readonly id: number
      readonly name: keyof Overview
      readonly values: readonly unknown[]
    }
  | { readonly type: 'close' }

export type FromOverview =
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly why: string }
  | ({ readonly type: 'news' } & News)
  | { readonly type: 'behind'; readonly why: string }

/** The ledger has grown to `size`; `behind` entries are still to be read. Of many new ones, the last are told. */
export interface News {
  readonly size: number
  readonly behind: number
  readonly entries: readonly Summary[]
}

/** Questions to the overview, answered by its thread. */
export type Asking = {
  readonly [Name in keyof Overview]: (...asked: Parameters<Overview[Name]>) => Promise<ReturnType<Overview[Name]>>
}

export interface OpenOverview extends Asking {
  /** Calls `listener` whenever the ledger has grown. Returns how to stop that. */
  watch(listener: (news: News) => void): () => void
  close(): Promise<void>
}

/** New objects live as long as a piece of the ledger is read; without a limit their space grows over hours to many times what that needs. */
const resourceLimits = { maxYoungGenerationSizeMb: 24 }

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Starts the thread. It catches up with the ledger by itself; answers tell what it has read so far.
 *
 * @param onFailure - Learns why it cannot read the ledger, or that it died.
 */
export function openOverview(config: OverviewConfig, onFailure: (why: string) => void): OpenOverview {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  const worker = new Worker(new URL(file, import.meta.url), { workerData: config, resourceLimits })
  const waiting = new Map<number, Waiting>()
  const listeners = new Set<(news: News) => void>()
  let asked = 0
  let dead: string | undefined
  const end = (why: string): void => {
    dead ??= why
    for (const { reject } of waiting.values()) reject(new Error(why))
    waiting.clear()
  }
  worker.on('message', (message: FromOverview) => {
    if (message.type === 'news') for (const listener of listeners) listener(message)
    else if (message.type === 'behind') onFailure(`the overview cannot read the ledger: ${message.why}`)
    else settle(waiting, message)
  })
  worker.on('error', (error) => {
    onFailure(`the overview ended: ${error.message}`)
    end('the overview is not there')
  })
  const ask = (name: keyof Overview, ...values: readonly unknown[]): Promise<never> =>
    new Promise((resolve, reject) => {
      if (dead !== undefined) {
        reject(new Error(dead))
        return
      }
      asked += 1
      waiting.set(asked, { resolve: resolve as (result: unknown) => void, reject })
      worker.postMessage({ type: 'ask', id: asked, name, values } satisfies ToOverview)
    })
  return {
    entries: (query) => ask('entries', query),
    sessions: (query) => ask('sessions', query),
    session: (id) => ask('session', id),
    counts: (query) => ask('counts', query),
    tallies: (of, name) => ask('tallies', of, name),
    reached: () => ask('reached'),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      const gone = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage({ type: 'close' } satisfies ToOverview)
      await gone
      end('the overview is closed')
    },
  }
}

function settle(waiting: Map<number, Waiting>, message: Extract<FromOverview, { id: number }>): void {
  const found = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.type === 'answer') found?.resolve(message.result)
  else found?.reject(new Error(message.why))
}
