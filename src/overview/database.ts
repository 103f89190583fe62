/** Where the overview is kept: a file of its own, made from the ledger and made anew from it whenever it is missing or old. */
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { openSessions } from './join-sessions.ts'
import type { Summary } from './summary.ts'
import { briefOf, countsOf, talliesOf } from './sums.ts'

/** A file of another form is thrown away. */
const form = 4

const schema = `
  CREATE TABLE entry (
    idx INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, call TEXT, operation TEXT, use TEXT, principal TEXT, person TEXT,
    tenant TEXT, effect TEXT, run TEXT, workflow TEXT, object TEXT, state TEXT, rule TEXT, hold TEXT,
    session TEXT, notable TEXT, line TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entry_at ON entry (at);
  CREATE INDEX entry_kind ON entry (kind);
  CREATE INDEX entry_effect ON entry (effect) WHERE effect IS NOT NULL;
  CREATE INDEX entry_call ON entry (call) WHERE call IS NOT NULL;
  CREATE INDEX entry_operation ON entry (operation) WHERE operation IS NOT NULL;
  CREATE INDEX entry_use ON entry (use) WHERE use IS NOT NULL;
  CREATE INDEX entry_principal ON entry (principal) WHERE principal IS NOT NULL;
  CREATE INDEX entry_person ON entry (person) WHERE person IS NOT NULL;
  CREATE INDEX entry_workflow ON entry (workflow) WHERE workflow IS NOT NULL;
  CREATE INDEX entry_rule ON entry (rule) WHERE rule IS NOT NULL;
  CREATE INDEX entry_hold ON entry (hold) WHERE hold IS NOT NULL;
  CREATE INDEX entry_session ON entry (session) WHERE session IS NOT NULL;
  CREATE INDEX entry_kind_notable ON entry (kind, notable) WHERE notable IS NOT NULL;
  CREATE INDEX entry_operation_notable ON entry (operation, notable) WHERE notable IS NOT NULL;
  CREATE INDEX entry_use_notable ON entry (use, notable) WHERE notable IS NOT NULL;
  CREATE INDEX entry_principal_notable ON entry (principal, notable) WHERE notable IS NOT NULL;
  CREATE INDEX entry_workflow_notable ON entry (workflow, notable) WHERE notable IS NOT NULL;
  CREATE TABLE object (name TEXT NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (name, idx)) STRICT, WITHOUT ROWID;
  CREATE TABLE count (
    minute INTEGER NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL, use TEXT NOT NULL, effect TEXT NOT NULL, state TEXT NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (minute, kind, operation, use, effect, state)
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
  CREATE INDEX session_last ON session (last, id);
  CREATE INDEX session_principal ON session (principal, last, id);
  CREATE INDEX session_person ON session (person, last, id);
  CREATE INDEX session_workflow ON session (workflow, last, id);
  CREATE INDEX session_run ON session (last, id) WHERE run IS NOT NULL;
  CREATE INDEX session_refused ON session (last, id) WHERE refused > 0;
  CREATE INDEX session_of ON session (principal, person, last) WHERE run IS NULL;
  CREATE TABLE reached (id INTEGER PRIMARY KEY CHECK (id = 1), ledger TEXT NOT NULL, size INTEGER NOT NULL) STRICT;
`

/** Effects that people look for and that are rare: found by an index together with who or what. */
export const notableEffects: ReadonlySet<string> = new Set(['deny', 'ask', 'refused', 'unknown', 'revoked', 'off'])

/** Opens the file for a ledger; what is there of another form, or of another ledger, is dropped. */
export function openOverviewFile(file: string, ledger: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  let db = open(file)
  if (db.pragma('user_version', { simple: true }) === form && ledgerOf(db) === ledger) return db
  db.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  db = open(file)
  db.exec(schema)
  db.prepare('INSERT INTO reached VALUES (1, ?, 0)').run(ledger)
  db.pragma(`user_version = ${form}`)
  return db
}

function open(file: string): Database {
  closeSync(openSync(file, 'a', 0o600))
  const db = new Sqlite(file, { timeout: 5000 })
  db.pragma('journal_mode = WAL')
  // What is lost is made again from the ledger.
  db.pragma('synchronous = OFF')
  return db
}

function ledgerOf(db: Database): string | undefined {
  return db.prepare<[], { ledger: string }>('SELECT ledger FROM reached').get()?.ledger
}

/** Takes in entries, in order. All of a call are kept, or none. */
export interface Intake {
  /** The index of the next entry that is wanted. */
  readonly next: () => number
  /** `upTo` is the index after the last of them, also of those that are missing. */
  take(summaries: readonly Summary[], upTo: number): void
  /** Drops what tells of entries before `upTo`: their texts were dropped from the ledger. */
  prune(upTo: number): void
}

export function openIntake(db: Database): Intake {
  const sql = prepare(db)
  const sessions = openSessions(db)
  const one = (summary: Summary): void => {
    const {
      index,
      at,
      kind,
      call,
      operation,
      use,
      principal,
      person,
      tenant,
      effect,
      run,
      workflow,
      objects = [],
      state,
    } = summary
    const session = sessions.join(summary)
    const values = [
      index,
      at,
      kind,
      call,
      operation,
      use,
      principal,
      person,
      tenant,
      effect,
      run,
      workflow,
      objects[0],
      state,
    ]
    const notable = effect !== undefined && notableEffects.has(effect) ? effect : undefined
    const line = [summary.constraint, summary.hold, session, notable, JSON.stringify(summary)]
    sql.entry.run([...values, ...line].map((value) => value ?? null))
    for (const name of objects) sql.object.run(name, index)
  }
  const take = db.transaction((summaries: readonly Summary[], upTo: number): void => {
    sessions.begin()
    for (const summary of summaries) one(summary)
    sessions.write()
    for (const { key, n } of countsOf(summaries)) sql.count.run(...key, n)
    for (const { key, n } of briefOf(summaries)) sql.brief.run(...key, n)
    for (const { key, n, first, last } of talliesOf(summaries)) sql.tally.run(...key, n, first, last)
    sql.reach.run(upTo)
  })
  return {
    next: () => sql.reached.get()?.size ?? 0,
    take,
    prune: (upTo) => {
      db.prepare('DELETE FROM entry WHERE idx < ?').run(upTo)
      db.prepare('DELETE FROM object WHERE idx < ?').run(upTo)
    },
  }
}

function prepare(db: Database) {
  return {
    entry: db.prepare(`INSERT OR REPLACE INTO entry VALUES (${Array.from({ length: 19 }, () => '?').join(', ')})`),
    object: db.prepare('INSERT OR IGNORE INTO object VALUES (?, ?)'),
    count: db.prepare('INSERT INTO count VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n'),
    brief: db.prepare('INSERT INTO brief VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n'),
    tally: db.prepare(
      'INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, last = max(last, excluded.last)',
    ),
    reached: db.prepare<[], { size: number }>('SELECT size FROM reached'),
    reach: db.prepare('UPDATE reached SET size = ?'),
  }
}
