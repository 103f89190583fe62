/** The thread of the overview: reads the ledger as it grows, keeps the overview, answers questions about it. Started by overview.ts alone. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Entry } from '../ledger/entry.ts'
import { openLedgerReader } from '../ledger/ledger.ts'
import type { LedgerReader, StoredEntry } from '../ledger/storage/storage.ts'
import { openOverviewFile } from './database.ts'
import { openIntake } from './intake.ts'
import type { FromOverview, OverviewConfig, ToOverview } from './overview.ts'
import { openQueries } from './query.ts'
import { type Summary, summaryOf } from './summary.ts'

/** How often the ledger is looked at. */
const lookMs = 200
/** News tells the last of many; pages ask for the rest. */
const mostNews = 200
/** Questions are answered between pieces, also while much is read. */
const piece = 1000
/** So many entries at most are kept together. */
const together = 10_000
/** Indexes that are missing are made once no more than this is to be read. */
const nearly = 40_000

interface Piece {
  readonly from: number
  readonly upTo: number
  readonly found: Promise<readonly Summary[]>
}

const port = parentPort
if (port === null) throw new Error('the overview runs in a thread of its own')
const config: OverviewConfig = workerData
const tell = (message: FromOverview): void => port.postMessage(message)

const db = openOverviewFile(config.file, config.ledger)
const intake = openIntake(db)
let reader: LedgerReader | undefined
/** How far the ledger is known to reach. */
let size = intake.next()
const queries = openQueries(db, () => size)
/** The next piece, asked for while this one is taken in. */
let ahead: Piece | undefined
/** Entries that were taken in and not kept yet. */
let unkept = 0
let failing: string | undefined
let closing = false
/** How far entries dropped texts, by their index. */
const pruned = new Map<number, number>()

function answer({ id, name, values }: Extract<ToOverview, { type: 'ask' }>): void {
  try {
    const result = (queries[name] as (...given: readonly unknown[]) => unknown)(...values)
    tell({ type: 'answer', id, result })
  } catch (error) {
    tell({ type: 'failed', id, why: wordsOf(error) })
  }
}

// Whoever asks first learns how much there is to read.
await look().catch(fail)
port.on('message', (message: ToOverview) => {
  if (message.type === 'close') closing = true
  else answer(message)
})
while (!closing) {
  const more = await goOn().catch(fail)
  await new Promise((resolve) => (more ? setImmediate(resolve) : setTimeout(resolve, lookMs)))
}
keep()
await ahead?.found.catch(() => undefined)
await reader?.close()
db.close()
port.close()

async function look(): Promise<LedgerReader> {
  reader ??= await openLedgerReader(config.storage)
  size = (await reader.head())?.size ?? 0
  return reader
}

/** @returns whether there is more to do at once. */
async function goOn(): Promise<boolean> {
  const from = intake.next()
  const ledger = from >= size || reader === undefined ? await look() : reader
  if (size - from <= nearly && intake.index()) return true
  if (from < size) {
    await takePiece(ledger, from)
    failing = undefined
    if (unkept >= together) keep()
    if (intake.next() < size) return true
  }
  keep()
  return false
}

async function takePiece(ledger: LedgerReader, from: number): Promise<void> {
  const { upTo, found: reading } = ahead?.from === from ? ahead : askFor(ledger, from)
  ahead = undefined
  const found = await reading
  if (upTo < size) ahead = askFor(ledger, upTo)
  intake.take(found, upTo)
  unkept += upTo - from
  for (const { kind, index } of found) if (kind === 'prune') prune(index)
  tell({ type: 'news', size: upTo, behind: size - upTo, entries: found.slice(-mostNews) })
}

function askFor(ledger: LedgerReader, from: number): Piece {
  const upTo = Math.min(size, from + piece)
  const found = read(ledger, from, upTo)
  // Whoever waits for it learns why it failed.
  found.catch(() => undefined)
  return { from, upTo, found }
}

async function read(ledger: LedgerReader, from: number, upTo: number): Promise<readonly Summary[]> {
  const found: Summary[] = []
  for await (const entries of ledger.entries(from, upTo)) found.push(...entries.flatMap(summarize))
  return found
}

function keep(): void {
  intake.keep()
  unkept = 0
}

/** Says so once, however often it is tried again. */
function fail(error: unknown): false {
  const why = wordsOf(error)
  try {
    keep()
  } catch {
    // What was not kept is read again; why is what is told.
  }
  if (why !== failing) tell({ type: 'behind', why })
  failing = why
  return false
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

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
