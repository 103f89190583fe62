import type { Database } from 'better-sqlite3'
import { StoreError } from '../../guard/store.ts'

/** Marks a file as ours: "Lock" in ASCII. */
const applicationId = 0x4c6f636b

/** Forward only: step n brings a file from version n to n + 1. A step that was released is never changed. */
const steps: readonly string[] = [
  `
  CREATE TABLE calls (
    id TEXT PRIMARY KEY, node TEXT NOT NULL, state TEXT NOT NULL, operation TEXT NOT NULL, principal TEXT,
    at INTEGER NOT NULL, detail TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX calls_by_state ON calls (state, at);

  CREATE TABLE leases (
    type TEXT NOT NULL, key TEXT NOT NULL, call TEXT NOT NULL, shared INTEGER NOT NULL,
    PRIMARY KEY (type, key, call)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_call ON leases (call);

  CREATE TABLE objects (
    type TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, seen_at INTEGER NOT NULL, state TEXT,
    fact TEXT NOT NULL, PRIMARY KEY (type, key)
  ) STRICT;

  -- What all marks of a scope add up to, so that a counter without a window costs the same however long it counts.
  CREATE TABLE scopes (
    id INTEGER PRIMARY KEY, constraint_id TEXT NOT NULL, scope TEXT NOT NULL, count INTEGER NOT NULL, sum TEXT NOT NULL,
    UNIQUE (constraint_id, scope)
  ) STRICT;
  CREATE TABLE marks (
    id INTEGER PRIMARY KEY, scope_id INTEGER NOT NULL, at INTEGER NOT NULL, call TEXT NOT NULL,
    effective INTEGER NOT NULL, operation TEXT NOT NULL, principal TEXT, amount TEXT, object_type TEXT, object_key TEXT
  ) STRICT;
  CREATE INDEX marks_by_time ON marks (scope_id, at);
  CREATE INDEX marks_reserved ON marks (call) WHERE effective = 0;

  CREATE TABLE grants (
    id TEXT PRIMARY KEY, approval TEXT NOT NULL, "by" TEXT NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL,
    revoked INTEGER NOT NULL, object_type TEXT, object_key TEXT, question TEXT, bound TEXT, expires INTEGER,
    taken_by TEXT, spent INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX grants_open ON grants (approval, object_type, object_key, question) WHERE spent = 0;
  CREATE INDEX grants_taken ON grants (taken_by) WHERE taken_by IS NOT NULL;
  CREATE INDEX grants_spent ON grants (at) WHERE spent = 1;

  CREATE TABLE holds (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, question TEXT NOT NULL, "group" TEXT NOT NULL, at INTEGER NOT NULL,
    expires INTEGER NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX holds_by_question ON holds (question);
  CREATE INDEX holds_by_state ON holds (state, at);

  CREATE TABLE repeats (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, call TEXT NOT NULL, at INTEGER NOT NULL, answer TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX repeats_by_time ON repeats (at);

  CREATE TABLE switches (
    "of" TEXT NOT NULL, name TEXT NOT NULL, "by" TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY ("of", name)
  ) STRICT;

  CREATE TABLE nodes (node TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

  CREATE TABLE signal (value INTEGER NOT NULL) STRICT;
  INSERT INTO signal VALUES (0);
  `,
  'CREATE INDEX holds_by_end ON holds (expires);',
  `
  -- What calls on their way have reserved in scopes that nobody asks for single marks of.
  CREATE TABLE sums (
    call TEXT NOT NULL, scope_id INTEGER NOT NULL, count INTEGER NOT NULL, sum TEXT NOT NULL, PRIMARY KEY (call, scope_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A call that only took objects has no row of its own any more: who took them stands with them.
  DELETE FROM leases WHERE call IN (SELECT id FROM calls WHERE state = 'gathering');
  DELETE FROM calls WHERE state = 'gathering';
  ALTER TABLE leases ADD COLUMN node TEXT NOT NULL DEFAULT '';
  DROP INDEX leases_by_call;
  `,
  `
  CREATE TABLE seen (
    run TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (run, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX seen_by_time ON seen (at);
  `,
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY, holder TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER NOT NULL,
    detail TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_by_holder ON runs (holder, at);
  CREATE INDEX runs_by_state ON runs (state, at);
  CREATE INDEX runs_by_end ON runs (expires);
  `,
  `
  CREATE TABLE kept (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires INTEGER NOT NULL, content TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kept_by_holder ON kept (holder, expires);
  CREATE INDEX kept_by_end ON kept (expires);
  `,
  `
  -- What is seen is long: beside its key, a row of more than a quarter of a page takes a page of its own, and two writes.
  DROP INDEX seen_by_time;
  ALTER TABLE seen RENAME TO seen_before;
  CREATE TABLE seen (
    run TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (run, number)
  ) STRICT;
  INSERT INTO seen SELECT run, number, at, entry FROM seen_before ORDER BY at;
  DROP TABLE seen_before;
  `,
]

/**
 * Brings a file to the version this program knows, all of it or nothing.
 *
 * @throws {StoreError} when the file is of something else, or of a newer program.
 */
export function migrate(db: Database): void {
  const apply = db.transaction(() => {
    const version = versionOf(db)
    if (version > steps.length) {
      throw new StoreError('broken', `the store has version ${version}, and this program knows up to ${steps.length}`)
    }
    for (const step of steps.slice(version)) db.exec(step)
    db.pragma(`user_version = ${steps.length}`)
    db.pragma(`application_id = ${applicationId}`)
  })
  apply.immediate()
}

function versionOf(db: Database): number {
  const owner = Number(db.pragma('application_id', { simple: true }))
  const tables = db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0
  if (owner !== applicationId && tables > 0) throw new StoreError('broken', 'the file is not a store of Lockstep')
  return Number(db.pragma('user_version', { simple: true }))
}
