import { randomBytes } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { SubjectKey } from '../seal.ts'
import { openDatabase } from './sqlite.ts'
import type { KeyStore } from './storage.ts'

/** Keeps the keys in one SQLite file. What is dropped is overwritten in the file and leaves the write-ahead log at once. */
export function openSqliteKeys(file: string): KeyStore {
  const database = openDatabase(file)
  database.pragma('secure_delete = ON')
  database.exec(
    'CREATE TABLE IF NOT EXISTS ledger_key (subject TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, secret BLOB NOT NULL) STRICT',
  )
  const sql = prepare(database)
  const create = database.transaction((subjects: readonly string[]) => {
    for (const subject of subjects) sql.insert.run(subject, randomBytes(12).toString('base64url'), randomBytes(32))
  })
  const get = (subject: string): [string, SubjectKey][] => {
    const key = sql.bySubject.get(subject)
    return key === undefined ? [] : [[subject, key]]
  }
  return {
    obtain: async (subjects) => {
      const found = new Map(subjects.flatMap(get))
      if (found.size === subjects.length) return found
      create.immediate(subjects.filter((subject) => !found.has(subject)))
      return new Map(subjects.flatMap(get))
    },
    find: async (id) => sql.byId.get(id),
    idsOf: async (subject) => sql.bySubject.all(subject).map(({ id }) => id),
    drop: async (subject) => {
      sql.drop.run(subject)
      database.pragma('wal_checkpoint(TRUNCATE)')
    },
    close: async () => {
      database.close()
    },
  }
}

function prepare(database: Database.Database) {
  return {
    bySubject: database.prepare<[string], SubjectKey>('SELECT id, secret FROM ledger_key WHERE subject = ?'),
    byId: database.prepare<[string], SubjectKey>('SELECT id, secret FROM ledger_key WHERE id = ?'),
    insert: database.prepare('INSERT INTO ledger_key VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    drop: database.prepare('DELETE FROM ledger_key WHERE subject = ?'),
  }
}
