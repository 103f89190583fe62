import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { pageOf, searchStatement } from './search-sql.ts'
import type { Batch, NewRow, Storage, StoredEntry, StoredHead } from './storage.ts'

interface EntryRow {
  readonly idx: number
  readonly hash: Buffer
  readonly text: string | null
}

const chunk = 1000
const pruneChunk = 2000

/** Opens a database file of ours, made when it is missing, readable by its owner only, every commit synced to the disk. */
export function openDatabase(file: string): Database.Database {
  mkdirSync(dirname(file), { recursive: true })
  closeSync(openSync(file, 'a', 0o600))
  const database = new Database(file, { timeout: 5000 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  return database
}

/** Keeps a ledger in one SQLite file. Several processes of one machine may open it; never on a network file system. */
export function openSqlite(file: string): Storage {
  const database = openDatabase(file)
  database.exec(schema)
  const sql = prepare(database)
  const log = openLog(database, file)
  const append = database.transaction((build: (head: StoredHead | undefined) => Batch): void => {
    const { rows, nodes, head } = build(sql.head.get())
    for (const row of rows) insertRow(sql.insert, row)
    for (const node of nodes) sql.insertNode.run(node.height, node.index, node.hash)
    sql.setHead.run(head.size, head.frontier, head.seal)
  })
  return {
    append: async (build) => {
      append.immediate(build)
      await log.sync()
    },
    head: async () => sql.head.get(),
    entries: (from, to) => readChunks(sql.range, from, to),
    hashes: async (height, first, count) =>
      (height === 0 ? sql.leaves.all(first, first + count) : sql.nodes.all(height, first, first + count)).map(
        ({ hash }) => hash,
      ),
    search: async (query) => {
      const { sql: text, values } = searchStatement(query, () => '?')
      return pageOf(
        query,
        database
          .prepare<unknown[], EntryRow>(text)
          .all(...values)
          .map(toEntry),
      )
    },
    checkpoints: async (size, limit = -1) => sql.checkpoints.all(size, limit).map(({ note }) => note),
    lastCheckpoint: async () => sql.lastCheckpoint.get()?.note,
    keepCheckpoint: async (size, note) => {
      sql.keepCheckpoint.run(size, note)
      await log.sync()
    },
    firstSince: async (at) => sql.firstSince.get(at)?.idx ?? sql.head.get()?.size ?? 0,
    prune: async (upTo) => {
      const { changes } = sql.prune.run(upTo)
      await log.sync()
      return changes === pruneChunk
    },
    close: async () => {
      database.close()
      log.close()
    },
  }
}

/**
 * From here on, commits are synced by `sync`, with the thread free: what is synced there is what `synchronous=FULL` syncs at every commit.
 * SQLite itself still syncs before and after it moves the log into the database.
 */
function openLog(database: Database.Database, file: string): { sync(): Promise<void>; close(): void } {
  let log: number | undefined
  database.pragma('synchronous = NORMAL')
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        log ??= openSync(`${file}-wal`, 'r+')
        fdatasync(log, (error) => (error === null ? resolve() : reject(error)))
      }),
    close: () => {
      if (log !== undefined) closeSync(log)
    },
  }
}

const schema = `
  CREATE TABLE IF NOT EXISTS ledger_entry (
    idx INTEGER PRIMARY KEY, hash BLOB NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    call TEXT, operation TEXT, principal TEXT, effect TEXT, text TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ledger_entry_at ON ledger_entry (at);
  CREATE INDEX IF NOT EXISTS ledger_entry_kind ON ledger_entry (kind, effect);
  CREATE INDEX IF NOT EXISTS ledger_entry_call ON ledger_entry (call) WHERE call IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_entry_operation ON ledger_entry (operation) WHERE operation IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_entry_principal ON ledger_entry (principal) WHERE principal IS NOT NULL;
  CREATE TABLE IF NOT EXISTS ledger_node (
    height INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (height, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledger_head (
    id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, frontier BLOB NOT NULL, seal BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ledger_checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
`

function prepare(database: Database.Database) {
  return {
    head: database.prepare<[], StoredHead>('SELECT size, frontier, seal FROM ledger_head WHERE id = 1'),
    setHead: database.prepare(
      'INSERT INTO ledger_head VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, frontier = excluded.frontier, seal = excluded.seal',
    ),
    insert: database.prepare('INSERT INTO ledger_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    insertNode: database.prepare('INSERT INTO ledger_node VALUES (?, ?, ?)'),
    range: database.prepare<[number, number], EntryRow>(
      `SELECT idx, hash, text FROM ledger_entry WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ${chunk}`,
    ),
    leaves: database.prepare<[number, number], EntryRow>(
      'SELECT hash FROM ledger_entry WHERE idx >= ? AND idx < ? ORDER BY idx',
    ),
    nodes: database.prepare<[number, number, number], EntryRow>(
      'SELECT hash FROM ledger_node WHERE height = ? AND idx >= ? AND idx < ? ORDER BY idx',
    ),
    checkpoints: database.prepare<[number, number], { note: string }>(
      'SELECT note FROM ledger_checkpoint WHERE size > ? ORDER BY size LIMIT ?',
    ),
    lastCheckpoint: database.prepare<[], { note: string }>(
      'SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1',
    ),
    keepCheckpoint: database.prepare('INSERT INTO ledger_checkpoint VALUES (?, ?) ON CONFLICT DO NOTHING'),
    firstSince: database.prepare<[number], EntryRow>('SELECT idx FROM ledger_entry WHERE at >= ? ORDER BY idx LIMIT 1'),
    prune: database.prepare(
      `UPDATE ledger_entry SET text = NULL, call = NULL, operation = NULL, principal = NULL, effect = NULL
       WHERE idx IN (SELECT idx FROM ledger_entry WHERE idx < ? AND text IS NOT NULL ORDER BY idx LIMIT ${pruneChunk})`,
    ),
  }
}

function insertRow(insert: Database.Statement, row: NewRow): void {
  const { index, hash, at, kind, call, operation, principal, effect, text } = row
  insert.run(index, hash, at, kind, call, operation, principal, effect, text)
}

async function* readChunks(
  range: Database.Statement<[number, number], EntryRow>,
  from: number,
  to: number,
): AsyncGenerator<readonly StoredEntry[]> {
  for (let next = from; next < to; ) {
    const rows = range.all(next, to).map(toEntry)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    next = last.index + 1
  }
}

function toEntry({ idx, hash, text }: EntryRow): StoredEntry {
  return { index: idx, hash, text: text ?? undefined }
}
