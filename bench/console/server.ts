// The guard and its console in a process of their own, so that what is measured of it is its own. Started by console-hour.ts alone.
import type { Worker } from 'node:worker_threads'
import { show } from '../../test/console/shown.ts'
import { entryOf } from './traffic.ts'
import { company } from './world.ts'

export interface ServerOptions {
  readonly folder: string
  /** So many entries are there already. */
  readonly entries: number
  /** Entries a second that are put on the record directly. */
  readonly rate: number
  /** Further sections of the guard file. */
  readonly more?: string
}

/** In bytes; of threads, the heaps of those that live. */
export interface Memory {
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly threads: readonly number[]
  readonly size: number
}

export type FromServer =
  | { readonly type: 'open'; readonly url: string; readonly gateway: string; readonly link: string }
  | { readonly type: 'memory'; readonly memory: Memory }

const options: ServerOptions = JSON.parse(process.argv[2] ?? '')
const threads = new Set<Worker>()
process.on('worker', (worker) => {
  threads.add(worker)
  worker.once('exit', () => threads.delete(worker))
})
const shown = await show('{ port: 0 }', { ...company, folder: options.folder, more: options.more ?? '' })
const { ledger } = shown.serving.core
const tell = (message: FromServer): boolean => process.send?.(message) ?? false
tell({ type: 'open', url: shown.url, gateway: shown.gateway, link: await shown.link() })

const start = performance.now()
let sent = 0
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - start) / 1000) * options.rate) - sent
  for (let n = 0; n < due; n += 1) void ledger.append(entryOf(options.entries + sent + n, Date.now()))
  sent += due
}, 50)

process.on('message', (asked: 'memory' | 'close') => {
  if (asked === 'memory') void memory().then((found) => tell({ type: 'memory', memory: found }))
  else void close()
})

async function memory(): Promise<Memory> {
  globalThis.gc?.()
  const { rss, heapUsed: heap, external } = process.memoryUsage()
  const heaps = await Promise.all([...threads].map((thread) => thread.getHeapStatistics()))
  const size = (await ledger.reader.head())?.size ?? 0
  return { rss, heap, external, threads: heaps.map((each) => each.used_heap_size), size }
}

async function close(): Promise<void> {
  clearInterval(timer)
  await shown.close()
  process.exit(0)
}
