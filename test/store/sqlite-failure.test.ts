import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { type Change, type Store, StoreError } from '../../src/guard/store.ts'
import { openGroup } from '../../src/store/sqlite/group.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { openSyncing } from '../../src/store/sqlite/syncing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-store-'))
after(() => rmSync(folder, { recursive: true }))

const call = (id: string): Change => ({
  kind: 'call',
  call: { id, node: 'n', state: 'reserved', operation: 'o', at: 1, detail: null },
})
const write = (store: Store, id: string): Promise<void> =>
  store.transact([id], (transaction) => transaction.write([call(id)]))

test('makes folders and files that only their owner can read', async () => {
  const file = join(folder, 'deep/er/state.db')
  const store = openSqliteStore(file)
  await write(store, 'a')
  for (const path of [join(folder, 'deep'), join(folder, 'deep/er')]) assert.equal(statSync(path).mode & 0o777, 0o700)
  for (const path of [file, `${file}-wal`, `${file}-shm`]) assert.equal(statSync(path).mode & 0o777, 0o600)
  await store.close()
  assert.equal(existsSync(`${file}-wal`), false)
})

test('brings a file of an older program up to date', async () => {
  const file = join(folder, 'older.db')
  const store = openSqliteStore(file)
  await write(store, 'kept')
  await store.close()
  changeFile(
    file,
    `DROP INDEX holds_by_end; DROP TABLE sums; DROP TABLE seen; DROP TABLE runs; DROP TABLE kept; ALTER TABLE leases DROP COLUMN node;
     CREATE INDEX leases_by_call ON leases (call); PRAGMA user_version = 1`,
  )
  const again = openSqliteStore(file)
  const { calls } = await again.transact([], (transaction) => transaction.read({ calls: ['kept'] }))
  await again.close()
  assert.equal(calls[0]?.id, 'kept')
  const db = new Sqlite(file)
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'holds_by_end'").pluck().get(), 1)
  db.close()
})

test('brings along what runs have seen', async () => {
  const file = join(folder, 'seen.db')
  await openSqliteStore(file).close()
  changeFile(
    file,
    `DROP TABLE seen;
     CREATE TABLE seen (
       run TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (run, number)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX seen_by_time ON seen (at);
     INSERT INTO seen VALUES ('run-1', 1, 5, '"first"'), ('run-1', 2, 7, '"second"'), ('run-2', 1, 6, '"other"');
     PRAGMA user_version = 7`,
  )
  const again = openSqliteStore(file)
  await again.transact([], ({ write }) => write([{ kind: 'saw', run: 'run-1', at: 8, entries: ['third'] }]))
  const { seen } = await again.read({ seen: [{ run: 'run-1', after: 1 }] })
  await again.close()
  assert.deepEqual(seen, [
    [
      { number: 2, entry: 'second' },
      { number: 3, entry: 'third' },
    ],
  ])
})

const refused: readonly (readonly [string, StoreError['code'], RegExp, (file: string) => void])[] = [
  [
    'a file of a newer program',
    'broken',
    /version 99, .* up to \d/,
    (file) => {
      void openSqliteStore(file).close()
      changeFile(file, 'PRAGMA user_version = 99')
    },
  ],
  ['a database of something else', 'broken', /not a store/, (file) => changeFile(file, 'CREATE TABLE theirs (a)')],
  ['a file that is no database', 'broken', /not a database/, (file) => writeFileSync(file, 'x'.repeat(4096))],
]
for (const [what, code, message, make] of refused) {
  test(`refuses ${what}`, async () => {
    const file = join(folder, `${what}.db`)
    make(file)
    // The store that made the file ends its work in a later turn.
    await new Promise((resolve) => setImmediate(resolve))
    assert.throws(() => openSqliteStore(file), { name: 'StoreError', code, message })
  })
}

function changeFile(file: string, sql: string): void {
  const db = new Sqlite(file)
  db.exec(sql)
  db.close()
}

test('refuses a place where no file can be', () => {
  const file = join(folder, 'plain')
  writeFileSync(file, '')
  assert.throws(() => openSqliteStore(join(file, 'state.db')), { name: 'StoreError', code: 'unreachable' })
})

test('waits for another process that writes with its thread free, gives up in time, and recovers', async () => {
  const file = join(folder, 'busy.db')
  const store = openSqliteStore(file, { busyTimeoutMs: 100 })
  const other = new Sqlite(file)
  other.exec('BEGIN IMMEDIATE')
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 5)
  await assert.rejects(write(store, 'too late'), { name: 'StoreError', code: 'busy' })
  assert.ok(turns > 3, 'timers went on')
  const waiting = write(store, 'in time')
  setTimeout(() => other.exec('COMMIT'), 30)
  await waiting
  clearInterval(timer)
  const { calls } = await store.transact([], (transaction) => transaction.read({ calls: ['too late', 'in time'] }))
  assert.deepEqual(
    calls.map((row) => row?.id),
    [undefined, 'in time'],
  )
  other.close()
  await store.close()
})

test('keeps exactly what it said it kept when the disk is full, and goes on when there is room', async () => {
  const db = new Sqlite(join(folder, 'full.db'))
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE rows (id INTEGER, filling BLOB)')
  db.pragma('max_page_count = 20')
  const insert = db.prepare('INSERT INTO rows VALUES (?, zeroblob(?))')
  const group = openGroup(db, { busyTimeoutMs: 100, syncing: openSyncing(undefined) })
  const add = (id: number): Promise<unknown> =>
    group.run(async (keep) => {
      keep()
      insert.run(id, id % 4 === 3 ? 60_000 : 3000)
    }, false)
  const ids = Array.from({ length: 40 }, (_, index) => index)
  const results = await Promise.allSettled(ids.map(add))
  const told = ids.filter((id) => results[id]?.status === 'fulfilled')
  const kept = db.prepare('SELECT id FROM rows ORDER BY id').pluck().all()
  assert.deepEqual(kept, told)
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  assert.ok(failures.length > 0 && told.length > 0, `${told.length} kept, ${failures.length} not`)
  for (const failure of failures) assert.ok(failure instanceof StoreError && failure.code !== 'busy', String(failure))
  assert.ok(failures.some(({ code }) => code === 'full'))
  db.pragma('max_page_count = 1000')
  await add(99)
  db.close()
})

test('commits what waits together at once, and no more than 64 of it', async () => {
  const file = join(folder, 'group.db')
  const db = new Sqlite(file)
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE rows (id INTEGER)')
  const watcher = new Sqlite(file)
  const seen = new Set<unknown>()
  const insert = db.prepare('INSERT INTO rows VALUES (?)')
  const group = openGroup(db, { busyTimeoutMs: 100, syncing: openSyncing(undefined) })
  await Promise.all(
    Array.from({ length: 130 }, (_, id) =>
      group.run(async (keep) => {
        keep()
        insert.run(id)
        seen.add(watcher.prepare('SELECT count(*) FROM rows').pluck().get())
      }, false),
    ),
  )
  assert.deepEqual([...seen], [0, 64, 128])
  watcher.close()
  db.close()
})

test('tells early work before the sync, other work after it, and whoever waits that it failed', async () => {
  const db = new Sqlite(':memory:')
  db.exec('CREATE TABLE rows (id INTEGER)')
  const insert = db.prepare('INSERT INTO rows VALUES (?)')
  const syncs: { resolve: () => void; reject: (error: Error) => void }[] = []
  const syncing = openSyncing(() => new Promise((resolve, reject) => syncs.push({ resolve, reject })))
  const group = openGroup(db, { busyTimeoutMs: 100, syncing })
  const told: string[] = []
  const add = (name: string, early: boolean): Promise<unknown> =>
    group
      .run(async (keep) => {
        keep()
        insert.run(1)
      }, early)
      .then(
        () => told.push(name),
        () => told.push(`${name} failed`),
      )
  const [, late] = [await add('early', true), add('late', false)]
  await until(() => syncs.length > 0)
  assert.deepEqual([told, syncs.length], [['early'], 1])
  // A sync that began before the commit does not count for it.
  const [next, flushed] = [add('next', false), syncing.flush().then(() => told.push('flushed'))]
  syncs[0]?.resolve()
  await Promise.all([late, flushed])
  await until(() => syncs.length > 1)
  assert.deepEqual([told.slice(1).sort(), syncs.length], [['flushed', 'late'], 2])
  syncs[1]?.reject(new Error('the disk'))
  await next
  assert.deepEqual(told.at(-1), 'next failed')
  db.close()
})

async function until(there: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000 && !there(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5))
}
