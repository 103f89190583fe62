// The shelf: the same contract on every engine.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Shelf } from '../../src/api/shelf.ts'
import { openPostgresShelf } from '../../src/store/shelf/postgres.ts'
import { openSqliteShelf } from '../../src/store/shelf/sqlite.ts'
import { type Postgres, startPostgres } from './postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-shelf-'))
let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

let clock = 1000
const now = (): number => clock
const engines: Readonly<Record<string, (name: string) => Promise<Shelf>>> = {
  SQLite: async (name) => openSqliteShelf(join(folder, `${name}.db`), now),
  PostgreSQL: (name) => openPostgresShelf(server.url, `shelf_${name}`, now),
}

for (const [engine, open] of Object.entries(engines)) {
  suite(`shelf on ${engine}`, () => {
    test('what is put is found, in order of ids, by every opener', async () => {
      const [one, two] = await Promise.all([open('a'), open('a')])
      for (const id of ['b', 'a', 'C']) assert.equal(await one.put({ kind: 'k', id, at: 5, content: { of: id } }), true)
      await one.put({ kind: 'other', id: 'a', at: 5, content: null })
      assert.deepEqual(
        (await two.list('k')).map(({ id }) => id),
        ['C', 'a', 'b'],
      )
      assert.deepEqual(
        (await two.list('k', { after: 'C', limit: 1 })).map(({ content }) => content),
        [{ of: 'a' }],
      )
      assert.deepEqual(await two.get('k', 'a'), { kind: 'k', id: 'a', version: 1, at: 5, content: { of: 'a' } })
      assert.equal(await two.drop('k', 'a'), true)
      assert.equal(await one.drop('k', 'a'), false)
      assert.equal(await one.get('k', 'a'), undefined)
      await Promise.all([one.close(), two.close()])
    })

    test('of those who put on one version, one does', async () => {
      const openers = await Promise.all([open('b'), open('b')])
      for (const version of [0, 1, 2]) {
        const kept = await Promise.all(
          [...openers, ...openers].map((shelf, index) =>
            shelf.put({ kind: 'k', id: 'x', at: index, content: index }, version),
          ),
        )
        assert.equal(kept.filter(Boolean).length, 1)
      }
      assert.equal((await openers[0]?.get('k', 'x'))?.version, 3)
      assert.equal(await openers[0]?.put({ kind: 'k', id: 'y', at: 1, content: 1 }, 4), false)
      assert.equal(await openers[0]?.put({ kind: 'k', id: 'x', at: 9, content: 'any' }), true)
      await Promise.all(openers.map((shelf) => shelf.close()))
    })

    test('what expired is gone, and its place is free', async () => {
      const shelf = await open('c')
      await shelf.put({ kind: 'k', id: 'x', at: 1, expires: 2000, content: 'old' })
      clock = 1999
      assert.equal((await shelf.get('k', 'x'))?.expires, 2000)
      clock = 2000
      assert.equal(await shelf.get('k', 'x'), undefined)
      assert.deepEqual(await shelf.list('k'), [])
      assert.equal(await shelf.drop('k', 'x'), false)
      assert.equal(await shelf.put({ kind: 'k', id: 'x', at: 1, content: 'new' }, 1), false)
      assert.equal(await shelf.put({ kind: 'k', id: 'x', at: 1, content: 'new' }, 0), true)
      await shelf.forget(5000)
      assert.equal((await shelf.get('k', 'x'))?.content, 'new')
      await shelf.close()
    })
  })
}

test('only its owner can read the file', () => {
  assert.equal(statSync(join(folder, 'a.db')).mode & 0o077, 0)
})
