import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { type Change, type Query, type Rows, type Store, StoreError } from '../../guard/store.ts'
import { addDecimals, subtractDecimals } from '../amount.ts'
import { openTransaction } from '../transaction.ts'
import { openWatchers } from '../watchers.ts'
import { asFailure, isBusy } from './failure.ts'
import { openGroup } from './group.ts'
import { openLastSeen } from './last-seen.ts'
import { migrate } from './migrations.ts'
import { prepareRead } from './read.ts'
import { openSyncing } from './syncing.ts'
import { prepareWrite } from './write.ts'

/** How a store in a file behaves. */
export interface SqliteOptions {
  /** `full` (the default): what was kept survives a power cut. `normal`: the last moments may not, the death of the process always. */
  readonly synchronous?: 'normal' | 'full'
  /** How long to wait for another process that writes; 5,000 by default. */
  readonly busyTimeoutMs?: number
}

// SQLite sleeps in our only thread while it waits for a lock; longer waits are ours, with the thread free.
const blockedMs = 2
const lookEveryMs = 250

/**
 * Opens a store in one SQLite file, made if it is not there, and brings it to the version this program knows.
 *
 * Any number of processes on one machine may open the same file; never put it on a network file system. New folders and files can be
 * read by their owner only.
 *
 * @throws {StoreError} when the file cannot be opened, is of something else, or of a newer program.
 */
export function openSqliteStore(file: string, options: SqliteOptions = {}): Store {
  const { synchronous = 'full', busyTimeoutMs = 5000 } = options
  const db = openDatabase(file, busyTimeoutMs)
  const lastSeen = openLastSeen(db)
  const read = prepareRead(db, lastSeen)
  const write = prepareWrite(db, lastSeen)
  const log = synchronous === 'full' && file !== ':memory:' ? openLog(file) : undefined
  const syncing = openSyncing(log?.sync)
  const group = openGroup(db, { busyTimeoutMs, syncing })
  const signal = db.prepare<[], number>('SELECT value FROM signal').pluck()
  const watchers = openWatchers(async () => valueOrNone(() => signal.get()), lookEveryMs)
  let closed = false

  const applyAll = (changes: readonly Change[]): void => {
    for (const change of changes) write(change)
  }
  const readAlone = (query: Query): Rows | undefined => {
    if (closed) return undefined
    try {
      return read(query)
    } catch (error) {
      if (isBusy(error)) return undefined
      throw asFailure(error)
    }
  }
  const transact: Store['transact'] = async (_keys, work, { early = false } = {}) => {
    if (closed) throw new StoreError('unreachable', 'the store is closed')
    const run = (keep: () => void): ReturnType<typeof work> => {
      const write = (changes: readonly Change[]): void => {
        keep()
        applyAll(changes)
      }
      return openTransaction({ read, write }, work)
    }
    return await group.run(run, early)
  }
  return {
    transact,
    // Beside those who write at the same moment: by itself it would cost more than it saves in waiting. Where nobody does, one look needs
    // no transaction.
    read: async (query) =>
      (group.isIdle() && isOneLook(query) ? readAlone(query) : undefined) ??
      transact([], (transaction) => transaction.read(query)),
    flush: syncing.flush,
    watch: watchers.watch,
    async close() {
      closed = true
      watchers.close()
      await group.idle()
      await syncing.idle()
      db.close()
      log?.close()
    },
  }
}

function openDatabase(file: string, busyTimeoutMs: number): Database {
  let db: Database | undefined
  try {
    if (file !== ':memory:') prepareFile(file)
    db = new Sqlite(file, { timeout: busyTimeoutMs })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    addFunctions(db)
    migrate(db)
    // From here on, commits are made durable by `openLog`.
    db.pragma('synchronous = NORMAL')
    db.pragma(`busy_timeout = ${blockedMs}`)
    return db
  } catch (error) {
    db?.close()
    const failure = asFailure(error)
    throw failure instanceof StoreError
      ? failure
      : new StoreError('unreachable', 'the file of the store cannot be opened', { cause: error })
  }
}

/**
 * The write-ahead log as a file of ours, to sync it with the thread free while SQLite would wait in it: what is synced there is what
 * `synchronous=FULL` syncs at every commit. SQLite itself still syncs before and after it moves the log into the database.
 */
function openLog(file: string): { sync(): Promise<void>; close(): void } {
  const log = openSync(`${file}-wal`, 'r+')
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(log, (error) => {
          if (error === null) resolve()
          else
            reject(
              new StoreError('unreachable', 'the disk failed: what was written may be kept or not', { cause: error }),
            )
        })
      }),
    close: () => closeSync(log),
  }
}

// SQLite gives its companion files the permissions of the file itself.
function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}

function addFunctions(db: Database): void {
  db.function('decimal_add', { deterministic: true }, addDecimals)
  db.function('decimal_subtract', { deterministic: true }, subtractDecimals)
  db.aggregate('decimal_sum', { start: '0', step: addDecimals, deterministic: true })
}

/** Whether a query is one statement, so that what it shows was all true at one moment. */
function isOneLook(query: Query): boolean {
  const asked = Object.values(query)
  return asked.length === 1 && asked.every((each) => !Array.isArray(each) || each.length === 1)
}

function valueOrNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    // Another look follows soon.
    return undefined
  }
}
