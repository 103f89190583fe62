import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Item, Shelf } from '../../api/shelf.ts'

interface Row {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly at: number
  readonly expires: number | null
  readonly content: string
}

const schema = `
  CREATE TABLE IF NOT EXISTS shelf (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, expires INTEGER, content TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS shelf_expires ON shelf (expires) WHERE expires IS NOT NULL;
`

/** Keeps a shelf in one SQLite file, made if it is not there, readable by its owner only. Any number of processes of one machine may open it. */
export function openSqliteShelf(file: string, now: () => number = Date.now): Shelf {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  const db = new Sqlite(file, { timeout: 5000 })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(schema)
  const alive = '(expires IS NULL OR expires > ?)'
  const sql = {
    get: db.prepare<unknown[], Row>(`SELECT * FROM shelf WHERE kind = ? AND id = ? AND ${alive}`),
    list: db.prepare<unknown[], Row>(`SELECT * FROM shelf WHERE kind = ? AND id > ? AND ${alive} ORDER BY id LIMIT ?`),
    put: db.prepare('INSERT OR REPLACE INTO shelf VALUES (?, ?, ?, ?, ?, ?)'),
    drop: db.prepare(`DELETE FROM shelf WHERE kind = ? AND id = ? AND ${alive}`),
    forget: db.prepare('DELETE FROM shelf WHERE expires <= ?'),
  }
  const put = db.transaction(({ kind, id, at, expires, content }: Omit<Item, 'version'>, version?: number): boolean => {
    const present = sql.get.get(kind, id, now())?.version ?? 0
    if (version !== undefined && version !== present) return false
    sql.put.run(kind, id, present + 1, at, expires ?? null, JSON.stringify(content))
    return true
  })
  return {
    get: async (kind, id) => itemOf(sql.get.get(kind, id, now())),
    list: async (kind, { after = '', limit = 100 } = {}) =>
      sql.list.all(kind, after, now(), Math.min(limit, 1000)).flatMap((row) => itemOf(row) ?? []),
    put: async (item, version) => put.immediate(item, version),
    drop: async (kind, id) => sql.drop.run(kind, id, now()).changes > 0,
    forget: async (before) => {
      sql.forget.run(before)
    },
    close: async () => void db.close(),
  }
}

function itemOf(row: Row | undefined): Item | undefined {
  if (row === undefined) return undefined
  const { expires, content, ...rest } = row
  return { ...rest, ...(expires === null ? {} : { expires }), content: JSON.parse(content) }
}
