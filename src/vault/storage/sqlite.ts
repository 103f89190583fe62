import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { VaultError } from '../error.ts'
import type { StoredHead, StoredVersion, UseCount, VaultRows, VaultStore } from '../store.ts'

/** Marks a file as ours: "LokV" in ASCII. */
const applicationId = 0x4c6f6b56

const tables = `
  CREATE TABLE IF NOT EXISTS vault_state (value INTEGER NOT NULL) STRICT;
  INSERT INTO vault_state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM vault_state);
  CREATE TABLE IF NOT EXISTS vault_secret (
    name TEXT PRIMARY KEY, revision INTEGER NOT NULL, detail TEXT NOT NULL, seal TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS vault_version (
    name TEXT NOT NULL, version INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (name, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS vault_use (
    name TEXT NOT NULL, version INTEGER NOT NULL, workflow TEXT NOT NULL, operation TEXT NOT NULL, agent TEXT NOT NULL,
    count INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (name, version, workflow, operation, agent)
  ) STRICT, WITHOUT ROWID;
`

/** Keeps secrets in one file, which any number of processes of one machine may open. @throws {VaultError} `unavailable`. */
export function openSqliteVault(file: string): VaultStore {
  const db = guarded(() => openDatabase(file))
  const generation = db.prepare<[], number>('SELECT value FROM vault_state').pluck()
  const heads = db.prepare<[], StoredHead>('SELECT name, revision, detail, seal FROM vault_secret ORDER BY name')
  const versions = db.prepare<[], StoredVersion>(
    'SELECT name, version, detail FROM vault_version ORDER BY name, version',
  )
  const uses = db.prepare<[], UseCount>('SELECT * FROM vault_use ORDER BY name, version, workflow, operation, agent')
  const all = db.transaction(
    (): VaultRows => ({ generation: generation.get() ?? 0, heads: heads.all(), versions: versions.all() }),
  )
  const replace = prepareReplace(db)
  const count = prepareCount(db)
  return {
    generation: async () => guarded(() => generation.get() ?? 0),
    read: async () => guarded(() => all()),
    replace: async (expected, head, next) => guarded(() => replace.immediate(expected, head, next)),
    count: async (more) => guarded(() => count.immediate(more)),
    uses: async () => guarded(() => uses.all()),
    close: async () => {
      db.close()
    },
  }
}

function openDatabase(file: string): Database {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
  }
  const db = new Sqlite(file, { timeout: 5000 })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    // What is deleted is overwritten: a destroyed version leaves no sealed text behind.
    db.pragma('secure_delete = ON')
    const known = Number(db.pragma('application_id', { simple: true }))
    if (known !== applicationId && known !== 0) throw new Error('the file is of something else')
    db.pragma(`application_id = ${applicationId}`)
    db.exec(tables)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareReplace(
  db: Database,
): Sqlite.Transaction<(expected: number, head: StoredHead, versions: readonly StoredVersion[]) => boolean> {
  const revision = db.prepare<[string], number>('SELECT revision FROM vault_secret WHERE name = ?').pluck()
  const put = db.prepare<[string, number, string, string]>('INSERT OR REPLACE INTO vault_secret VALUES (?, ?, ?, ?)')
  const drop = db.prepare<[string]>('DELETE FROM vault_version WHERE name = ?')
  const add = db.prepare<[string, number, string]>('INSERT INTO vault_version VALUES (?, ?, ?)')
  const grow = db.prepare('UPDATE vault_state SET value = value + 1')
  return db.transaction((expected: number, head: StoredHead, versions: readonly StoredVersion[]) => {
    if ((revision.get(head.name) ?? 0) !== expected) return false
    put.run(head.name, head.revision, head.detail, head.seal)
    drop.run(head.name)
    for (const { version, detail } of versions) add.run(head.name, version, detail)
    grow.run()
    return true
  })
}

function prepareCount(db: Database): Sqlite.Transaction<(uses: readonly UseCount[]) => void> {
  const add = db.prepare<[string, number, string, string, string, number, number]>(
    `INSERT INTO vault_use VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count, last = max(last, excluded.last)`,
  )
  return db.transaction((uses: readonly UseCount[]) => {
    for (const { name, version, workflow, operation, agent, count, last } of uses)
      add.run(name, version, workflow, operation, agent, count, last)
  })
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof VaultError) throw cause
    throw new VaultError('unavailable', 'the store of the vault failed', { cause })
  }
}
