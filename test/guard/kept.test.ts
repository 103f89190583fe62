// What the store still has of calls once they are settled.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { answered, user, Wallets, walletCharter } from './wallet.ts'

test('of settled calls under a limit without a window, only their sum is kept', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kept-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'store.db')
  const api = new Wallets()
  api.add('w1', { owner: 'ann', state: 'open', limit: 10 })
  const store = openSqliteStore(file)
  const journal = { append: async () => undefined }
  const guard = await createGuard(walletCharter(), { version: '1', journal, truth: api, store })
  const spend = (amount: number, status: number) =>
    guard.call(
      { operation: 'api.spend', principal: user('ann'), request: { path: { id: 'w1' }, body: { amount } } },
      async () => answered(status, { id: 'w1', state: 'open' }),
    )
  const kinds = [await spend(4, 200), await spend(5, 409), await spend(6, 200), await spend(1, 200)]
  assert.deepEqual(
    kinds.map(({ kind }) => kind),
    ['answered', 'answered', 'answered', 'refused'],
  )
  await guard.close()
  await store.close()
  const db = new Sqlite(file, { readonly: true })
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  assert.deepEqual(['calls', 'leases', 'marks', 'sums'].map(count), [0, 0, 0, 0])
  assert.deepEqual(db.prepare('SELECT count, sum FROM scopes').all(), [{ count: 2, sum: '10' }])
  db.close()
})
