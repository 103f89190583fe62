/** News of the record, as it happens. One stream for the whole page; answers that news make old are asked for again. */
import { useEffect, useSyncExternalStore } from 'react'
import type { NewsItem } from '../../src/api/area/news.ts'
import { answers } from './answers.ts'
import type { ListedPage } from './frame.ts'
import { pages } from './pages.ts'

export type { NewsItem } from '../../src/api/area/news.ts'

/** However much happens, an answer is asked for again at most so often. */
const paceMs = 1000

export type Connection = 'live' | 'waiting'

/** How far the record was read, where that is not nearly all of it. */
export interface Reading {
  readonly read: number
  readonly of: number
}

/** Fewer entries are read before anybody has seen that they are missing. */
const worthTelling = 2000

const listeners = new Set<(item: NewsItem) => void>()
const watchers = new Set<() => void>()
const due = new Set<string>()
let source: EventSource | undefined
let connection: Connection = 'waiting'
let reading: Reading | undefined
let timer: ReturnType<typeof setTimeout> | undefined
/** The size of the record that was last heard of, and whether the stream has just been opened. */
let heard: number | undefined
let opened = false

function say(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const watcher of watchers) watcher()
}

function hear(item: NewsItem): void {
  const { size, behind, kinds } = item
  const next = behind < worthTelling ? undefined : { read: size, of: size + behind }
  if (next !== reading) {
    reading = next
    for (const watcher of watchers) watcher()
  }
  for (const listener of listeners) listener(item)
  // What was put on the record before the stream was open is no news: answers may be older than that.
  const missed = opened && size !== heard
  opened = false
  heard = size
  for (const name of missed ? renewed() : renewed(kinds)) due.add(name)
  if (due.size > 0) timer ??= setTimeout(refresh, paceMs)
}

/** What is asked for again after entries of these kinds; of all, when it is not known which there were. */
function renewed(kinds?: NewsItem['kinds']): readonly string[] {
  const all = pages.flatMap(({ renewedBy }: ListedPage) => Object.entries(renewedBy ?? {}))
  return all.flatMap(([name, by]) => (kinds === undefined || by.some((kind) => kinds.includes(kind)) ? [name] : []))
}

function refresh(): void {
  timer = undefined
  for (const name of due) void answers.invalidateQueries({ queryKey: [name] })
  due.clear()
}

function open(): void {
  source = new EventSource('/api/news')
  source.addEventListener('open', () => {
    opened = true
    say('live')
  })
  source.addEventListener('error', () => say('waiting'))
  source.addEventListener('news', ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as NewsItem))
}

function close(): void {
  source?.close()
  source = undefined
  clearTimeout(timer)
  timer = undefined
  say('waiting')
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher)
  if (source === undefined) open()
  return () => {
    watchers.delete(watcher)
    if (watchers.size === 0) close()
  }
}

/** Keeps the stream open, and says whether it is. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection)
}

/** Undefined when what is shown tells of the whole record, or it is not known yet. */
export function useReading(): Reading | undefined {
  return useSyncExternalStore(subscribe, () => reading)
}

/** Hears every piece of news while the page is shown. `listener` must be stable. */
export function useNews(listener: (item: NewsItem) => void): void {
  useEffect(() => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}
