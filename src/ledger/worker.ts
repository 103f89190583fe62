/** The thread that writes: takes what waits, makes it durable in one commit, and answers for all of it. Started by writer.ts alone. */
import { createSecretKey } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { buildBatch } from './batch.ts'
import { secretHeaderTest } from './content.ts'
import { LedgerError } from './error.ts'
import { parseLine } from './line.ts'
import { type EntryRecord, keySubject, type RecordRule, recordOf } from './record.ts'
import { openKeys, openStorage } from './storage/open.ts'
import type { KeyStore, Storage, StoredHead } from './storage/storage.ts'
import type { FromWriter, Order, ToWriter, WriterConfig } from './writer.ts'

const maxBatch = 1024

/** Runs the loop of the thread until it is told to close. */
async function run(config: WriterConfig, answer: (message: FromWriter) => void): Promise<(message: ToWriter) => void> {
  const rule: RecordRule = {
    node: config.node,
    content: config.content,
    isSecret: secretHeaderTest(config.secretHeaders),
  }
  const secret = createSecretKey(config.secret)
  const waiting: string[] = []
  const orders: Exclude<ToWriter, { readonly type: 'append' }>[] = []
  let engine: { readonly storage: Storage; readonly keys: KeyStore } | undefined
  let running = false
  let last: StoredHead | undefined
  /** The batch that is being made durable. Never rejects. */
  let lasting: Promise<void> = Promise.resolve()

  const open = async () =>
    (engine ??= { storage: await openStorage(config.storage), keys: await openKeys(config.storage) })
  const close = async (): Promise<void> => {
    const closing = engine
    engine = undefined
    await closing?.storage.close()
    await closing?.keys.close()
  }
  const fail = async (lines: readonly string[], error: unknown): Promise<void> => {
    answer({ type: 'failed', count: lines.length, ...describe(error) })
    // What the engine thinks it knows may be wrong now: the next batch opens it anew and reads the head again.
    await close().catch(() => undefined)
  }
  const commit = async (storage: Storage, records: readonly EntryRecord[]): Promise<FromWriter> => {
    let first = 0
    let head: StoredHead | undefined
    await storage.append((before) => {
      const batch = buildBatch(before, records, { secret, last })
      first = before?.size ?? 0
      head = batch.head
      return batch
    })
    last = head
    return { type: 'appended', first, count: records.length }
  }
  // What comes next is prepared while this is made durable.
  const flush = async (): Promise<void> => {
    const lines = waiting.splice(0, maxBatch)
    try {
      const { keys } = await open()
      const records = await recordAll(lines, rule, keys)
      await lasting
      const { storage } = await open()
      lasting = commit(storage, records).then(answer, (error: unknown) => fail(lines, error))
    } catch (error) {
      await lasting
      await fail(lines, error)
    }
  }
  const obey = async (order: (typeof orders)[number]): Promise<void> => {
    await lasting
    if (order.type === 'close') {
      await close()
      return answer({ type: 'closed' })
    }
    try {
      answer({ type: 'done', id: order.id, more: await carryOut(order, (await open()).storage) })
    } catch (error) {
      answer({ type: 'done', id: order.id, more: false, failed: describe(error) })
    }
  }
  const work = async (): Promise<void> => {
    if (running) return
    running = true
    while (waiting.length > 0 || orders.length > 0) {
      if (waiting.length > 0) await flush()
      const order = orders[0]?.type === 'close' && waiting.length > 0 ? undefined : orders.shift()
      if (order !== undefined) await obey(order)
      // Lets in what arrived during the commit, so that it goes into the next one together.
      await new Promise((resolve) => setImmediate(resolve))
    }
    running = false
  }
  return (message) => {
    if (message.type === 'append') for (const line of message.lines.split('\n')) waiting.push(line)
    else orders.push(message)
    void work()
  }
}

async function carryOut(order: Order, storage: Storage): Promise<boolean> {
  if (order.type === 'prune') return storage.prune(order.upTo)
  await storage.keepCheckpoint(order.size, order.note)
  return false
}

async function recordAll(lines: readonly string[], rule: RecordRule, keys: KeyStore): Promise<EntryRecord[]> {
  const delivered = lines.map(parseLine)
  const subjects = delivered.map((each) => keySubject(each, rule))
  const named = new Set(subjects.filter((subject) => subject !== undefined))
  const found = named.size > 0 ? await keys.obtain([...named]) : new Map<string, never>()
  return delivered.map((each, at) => recordOf(each, rule, found.get(subjects[at] ?? '')))
}

function describe(error: unknown): { code: LedgerError['code']; message: string; index?: number } {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof LedgerError)) return { code: 'unwritable', message }
  return { code: error.code, message, ...(error.index === undefined ? {} : { index: error.index }) }
}

const port = parentPort
if (port !== null) {
  const take = await run(workerData, (message) => port.postMessage(message))
  port.on('message', (message: ToWriter) => take(message))
}
