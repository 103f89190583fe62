/** Where the overview is kept: a file of its own, made from the ledger and made anew from it whenever it is missing or old. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'

/** A file of another form is thrown away. */
const form = 8
/** Processes of one machine that have an overview of their own in one folder. */
const mostOwners = 8
/** Who is ending lets go of it so soon. */
const patienceMs = 3000
/** Bytes of the log that stay once it was moved into the file. */
const mostLeft = 64 * 1024 * 1024

const schema = `
  CREATE TABLE entry (
    idx INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, call TEXT, operation TEXT, use TEXT, principal TEXT, person TEXT,
    tenant TEXT, effect TEXT, run TEXT, workflow TEXT, object TEXT, state TEXT, rule TEXT, hold TEXT,
    session TEXT, notable TEXT, line TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entry_at ON entry (at);
  CREATE INDEX entry_call ON entry (call) WHERE call IS NOT NULL;
  CREATE INDEX entry_hold ON entry (hold) WHERE hold IS NOT NULL;
  CREATE TABLE object (name TEXT NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (name, idx)) STRICT, WITHOUT ROWID;
  CREATE TABLE count (
    minute INTEGER NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL, use TEXT NOT NULL, effect TEXT NOT NULL, state TEXT NOT NULL,
    workflow TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (minute, kind, operation, use, effect, state, workflow)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE count_hour (
    minute INTEGER NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL, use TEXT NOT NULL, effect TEXT NOT NULL, state TEXT NOT NULL,
    workflow TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (minute, kind, operation, use, effect, state, workflow)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE brief (
    minute INTEGER NOT NULL, kind TEXT NOT NULL, effect TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (minute, kind, effect)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (
    of TEXT NOT NULL, name TEXT NOT NULL, beside TEXT NOT NULL, effect TEXT NOT NULL, n INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (of, name, beside, effect)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE session (
    id TEXT PRIMARY KEY, run TEXT, principal TEXT, person TEXT, workflow TEXT, state TEXT, first INTEGER NOT NULL, last INTEGER NOT NULL,
    calls INTEGER NOT NULL, refused INTEGER NOT NULL, asked INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_of ON session (principal, person, last) WHERE run IS NULL;
  CREATE TABLE reached (id INTEGER PRIMARY KEY CHECK (id = 1), ledger TEXT NOT NULL, size INTEGER NOT NULL) STRICT;
`

const known = (column: string): string => `entry (${column}) WHERE ${column} IS NOT NULL`
const notable = (column: string): string => `entry (${column}, notable) WHERE notable IS NOT NULL`

/** What questions need and the intake does not, by name. */
const indexes: Readonly<Record<string, string>> = {
  entry_kind: 'entry (kind)',
  entry_effect: known('effect'),
  entry_operation: known('operation'),
  entry_use: known('use'),
  entry_principal: known('principal'),
  entry_person: known('person'),
  entry_workflow: known('workflow'),
  entry_rule: known('rule'),
  entry_session: known('session'),
  entry_kind_notable: notable('kind'),
  entry_operation_notable: notable('operation'),
  entry_use_notable: notable('use'),
  entry_principal_notable: notable('principal'),
  entry_workflow_notable: notable('workflow'),
  session_last: 'session (last, id)',
  session_principal: 'session (principal, last, id)',
  session_person: 'session (person, last, id)',
  session_workflow: 'session (workflow, last, id)',
  session_run: 'session (last, id) WHERE run IS NOT NULL',
  session_refused: 'session (last, id) WHERE refused > 0',
}

/** Indexes that are still to be made. Over many entries at once one is made in a second; kept up entry by entry, in many times that. */
export function missingIndexes(db: Database): readonly string[] {
  const made = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'index'").pluck().all())
  return Object.keys(indexes).filter((name) => !made.has(name))
}

export function makeIndex(db: Database, name: string): void {
  db.exec(`CREATE INDEX ${name} ON ${indexes[name]}`)
}

/** Effects that people look for and that are rare: found by an index together with who or what. */
export const notableEffects: ReadonlySet<string> = new Set([
  'deny',
  'ask',
  'would-deny',
  'would-ask',
  'refused',
  'unknown',
  'revoked',
  'off',
])

/**
 * Opens the file for a ledger; what is there of another form, or of another ledger, is dropped. A file has one owner: where another process
 * has it, and does not let go of it soon, one beside it is opened.
 */
export function openOverviewFile(file: string, ledger: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const names = [file, ...Array.from({ length: mostOwners - 1 }, (_, n) => file.replace(/(\.[^./]*)?$/, `-${n + 2}$1`))]
  for (const name of names) {
    const db = openOwned(name, ledger)
    if (db !== undefined) return db
  }
  throw new Error(`other processes have ${file} and those beside it`)
}

/** @returns undefined where another process has it. */
function openOwned(file: string, ledger: string): Database | undefined {
  const db = open(file)
  if (db === undefined || (db.pragma('user_version', { simple: true }) === form && ledgerOf(db) === ledger)) return db
  // INVARIANT: it is emptied by its owner, never removed: another process may be opening it.
  db.transaction(() => {
    const tables = db.prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    for (const name of tables.pluck().all()) db.exec(`DROP TABLE "${name}"`)
    db.exec(schema)
    db.prepare('INSERT INTO reached VALUES (1, ?, 0)').run(ledger)
    db.pragma(`user_version = ${form}`)
  })()
  return db
}

function open(file: string): Database | undefined {
  closeSync(openSync(file, 'a', 0o600))
  const db = new Sqlite(file, { timeout: patienceMs })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.exec('BEGIN IMMEDIATE; COMMIT')
  } catch (error) {
    db.close()
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  // What is lost is made again from the ledger.
  db.pragma('synchronous = OFF')
  db.pragma(`journal_size_limit = ${mostLeft}`)
  return db
}

function ledgerOf(db: Database): string | undefined {
  return db.prepare<[], { ledger: string }>('SELECT ledger FROM reached').get()?.ledger
}
