/** News of the record, as it happens. One stream for the whole page; answers that news make old are asked for again. */
import { useEffect, useSyncExternalStore } from 'react'
import type { NewsItem } from '../../src/api/area/news.ts'
import { answers } from './answers.ts'
import type { EndpointName } from './ask.ts'

export type { NewsItem } from '../../src/api/area/news.ts'

type Kind = NewsItem['kinds'][number]

/** Which answers are old once an entry of a kind is on the record. */
const touched: Readonly<Partial<Record<Kind, readonly EndpointName[]>>> = {
  decision: [
    'GET /api/entries',
    'GET /api/sessions',
    'GET /api/counts',
    'GET /api/tallies/{of}',
    'GET /api/posture',
    'GET /api/lifecycles/{object}/traffic',
  ],
  outcome: ['GET /api/entries', 'GET /api/counts', 'GET /api/doubts', 'GET /api/posture'],
  switch: ['GET /api/switches', 'GET /api/entries', 'GET /api/notices', 'GET /api/posture'],
  hold: ['GET /api/notices', 'GET /api/approvals', 'GET /api/approvals/{reference}', 'GET /api/posture'],
  approval: ['GET /api/approvals', 'GET /api/approvals/{reference}', 'GET /api/standing', 'GET /api/posture'],
  settle: ['GET /api/doubts', 'GET /api/entries', 'GET /api/posture'],
  act: [
    'GET /api/charter/changes',
    'GET /api/findings',
    'GET /api/findings/{fingerprint}',
    'GET /api/proofs',
    'GET /api/coverage',
  ],
  charter: [
    'GET /api/charter',
    'GET /api/inventory',
    'GET /api/approvals',
    'GET /api/approvals/{reference}',
    'GET /api/session',
    'GET /api/posture',
    'GET /api/lifecycles',
    'GET /api/lifecycles/{object}',
  ],
}

/** However much happens, an answer is asked for again at most so often. */
const paceMs = 1000

export type Connection = 'live' | 'waiting'

const listeners = new Set<(item: NewsItem) => void>()
const watchers = new Set<() => void>()
const due = new Set<EndpointName>()
let source: EventSource | undefined
let connection: Connection = 'waiting'
let timer: ReturnType<typeof setTimeout> | undefined

function say(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const watcher of watchers) watcher()
}

function hear(item: NewsItem): void {
  for (const listener of listeners) listener(item)
  for (const kind of item.kinds) for (const name of touched[kind] ?? []) due.add(name)
  if (due.size > 0) timer ??= setTimeout(refresh, paceMs)
}

function refresh(): void {
  timer = undefined
  for (const name of due) void answers.invalidateQueries({ queryKey: [name] })
  due.clear()
}

function open(): void {
  source = new EventSource('/api/news')
  source.addEventListener('open', () => say('live'))
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

/** Hears every piece of news while the page is shown. `listener` must be stable. */
export function useNews(listener: (item: NewsItem) => void): void {
  useEffect(() => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}
