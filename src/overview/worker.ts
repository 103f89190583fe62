/** The thread of the overview: reads the ledger as it grows, keeps the overview, answers questions about it. Started by overview.ts alone. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Entry } from '../ledger/entry.ts'
import { openLedgerReader } from '../ledger/ledger.ts'
import type { LedgerReader, StoredEntry } from '../ledger/storage/storage.ts'
import { openIntake, openOverviewFile } from './database.ts'
import type { FromOverview, OverviewConfig, ToOverview } from './overview.ts'
import { openQueries } from './query.ts'
import { type Summary, summaryOf } from './summary.ts'

/** How often the ledger is looked at. */
const lookMs = 200
/** News tells the last of many; pages ask for the rest. */
const mostNews = 200
/** Questions are answered between pieces, also while much is read. */
const piece = 2000

const port = parentPort
if (port === null) throw new Error('the overview runs in a thread of its own')
const config: OverviewConfig = workerData
const tell = (message: FromOverview): void => port.postMessage(message)

const db = openOverviewFile(config.file, config.ledger)
const intake = openIntake(db)
const queries = openQueries(db)
const reader = await openLedgerReader(config.storage)
let closing = false
/** How far entries dropped texts, by their index. */
const pruned = new Map<number, number>()

port.on('message', (message: ToOverview) => {
  if (message.type === 'close') closing = true
  else answer(message)
})

function answer({ id, name, values }: Extract<ToOverview, { type: 'ask' }>): void {
  try {
    const result = (queries[name] as (...given: readonly unknown[]) => unknown)(...values)
    tell({ type: 'answer', id, result })
  } catch (error) {
    tell({ type: 'failed', id, why: error instanceof Error ? error.message : String(error) })
  }
}

while (!closing) {
  const more = await catchUp(reader).catch((error: unknown) => {
    tell({ type: 'behind', why: error instanceof Error ? error.message : String(error) })
    return false
  })
  await new Promise((resolve) => (more ? setImmediate(resolve) : setTimeout(resolve, lookMs)))
}
await reader.close()
db.close()
port.close()

/** @returns whether there is more to read at once. */
async function catchUp(ledger: LedgerReader): Promise<boolean> {
  const size = (await ledger.head())?.size ?? 0
  const from = intake.next()
  if (size <= from) return false
  const upTo = Math.min(size, from + piece)
  const found: Summary[] = []
  for await (const entries of ledger.entries(from, upTo)) found.push(...entries.flatMap(summarize))
  intake.take(found, upTo)
  for (const pruned of found) if (pruned.kind === 'prune') prune(pruned.index)
  tell({ type: 'news', size: upTo, behind: size - upTo, entries: found.slice(-mostNews) })
  return upTo < size
}

function summarize({ index, text }: StoredEntry): readonly Summary[] {
  if (text === undefined) return []
  const entry: Entry = JSON.parse(text)
  if (entry.kind === 'prune') pruned.set(index, entry.upTo)
  return [summaryOf(index, entry)]
}

function prune(index: number): void {
  intake.prune(pruned.get(index) ?? 0)
  pruned.delete(index)
}
