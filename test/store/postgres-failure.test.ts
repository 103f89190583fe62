import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Change, Store } from '../../src/guard/store.ts'
import { openPostgresStore, type PostgresOptions } from '../../src/store/postgres/open.ts'
import { type Postgres, startPostgres } from './postgres.ts'

let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(async () => {
  await server?.stop()
})

const call = (id: string): Change => ({
  kind: 'call',
  call: { id, node: 'n', state: 'reserved', operation: 'o', at: 1, detail: null },
})
const write = (store: Store, id: string): Promise<void> =>
  store.transact([id], (transaction) => transaction.write([call(id)]))
const has = (store: Store, id: string): Promise<boolean> =>
  store.transact([], async (transaction) => (await transaction.read({ calls: [id] })).calls[0] !== undefined)

async function asOperator(sql: string): Promise<void> {
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(sql)
  await client.end()
}

async function withStore(options: PostgresOptions, use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openPostgresStore(server.url, options)
  try {
    await use(store)
  } finally {
    await store.close()
  }
}

test('says when there is no server', async () => {
  const nowhere = openPostgresStore('postgres://lockstep@127.0.0.1:1/postgres')
  await assert.rejects(nowhere, { name: 'StoreError', code: 'unreachable' })
})

for (const schema of ['', 'Upper', 'a"b', 'a; drop', '1a', 'a'.repeat(60)]) {
  test(`refuses ${JSON.stringify(schema)} as the name of a schema`, async () => {
    await assert.rejects(openPostgresStore(server.url, { schema }), TypeError)
  })
}

test('refuses a schema of a newer program', async () => {
  await withStore({ schema: 'newer' }, async () => undefined)
  await asOperator('UPDATE newer.version SET value = 99')
  const opening = openPostgresStore(server.url, { schema: 'newer' })
  await assert.rejects(opening, { name: 'StoreError', code: 'broken', message: /version 99, .* up to \d/ })
})

test('brings a schema of an older program up to date, its functions too', async () => {
  await withStore({ schema: 'older' }, async () => undefined)
  await asOperator(
    `DROP FUNCTION older.apply_changes; DROP INDEX older.holds_expires_idx; DROP TABLE older.sums; DROP TABLE older.seen; DROP TABLE older.runs; DROP TABLE older.kept;
     ALTER TABLE older.leases DROP COLUMN node; CREATE INDEX leases_call_idx ON older.leases (call);
     UPDATE older.version SET value = 1`,
  )
  await withStore({ schema: 'older' }, (store) => write(store, 'again'))
})

test('can be opened by many nodes at once the first time', async () => {
  const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore(server.url, { schema: 'first' })))
  await Promise.all(stores.map((store) => store.close()))
})

test('keeps schemas apart', async () => {
  await withStore({ schema: 'one' }, (one) =>
    withStore({ schema: 'two' }, async (two) => {
      await write(one, 'mine')
      assert.deepEqual([await has(one, 'mine'), await has(two, 'mine')], [true, false])
    }),
  )
})

test('recovers when all its connections are ended, and goes on telling of changes', async () => {
  await withStore({}, async (store) => {
    let heard = 0
    const stop = store.watch(() => {
      heard += 1
    })
    await write(store, 'before')
    await asOperator('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $$lockstep$$')
    await write(store, 'after')
    await store.transact([], (transaction) => transaction.write([{ kind: 'switch-on', of: 'tenant', name: 'whoever' }]))
    await delay(900)
    stop()
    assert.deepEqual([await has(store, 'before'), await has(store, 'after'), heard > 0], [true, true, true])
  })
})

test('does work again that stood in the way of other work', async () => {
  await withStore({}, async (store) => {
    await store.transact([], (transaction) => transaction.write([call('left'), call('right')]))
    let runs = 0
    const crossing = (first: string, second: string): Promise<void> =>
      store.transact([`${first} ${second}`], async (transaction) => {
        runs += 1
        await transaction.write([call(first)])
        await transaction.read({})
        await transaction.write([call(second), call(`${first} ${second}`)])
        await transaction.read({})
      })
    await Promise.all([crossing('left', 'right'), crossing('right', 'left')])
    assert.deepEqual([await has(store, 'left right'), await has(store, 'right left')], [true, true])
    assert.ok(runs === 2 || runs === 3, `${runs} runs`)
  })
})

test('leaves connections to others while many wait for one key', async () => {
  await withStore({ poolSize: 2 }, async (store) => {
    const { promise: held, resolve: letGo } = promiseOf()
    const hot = Array.from({ length: 8 }, () =>
      store.transact(['hot'], async (transaction) => {
        await transaction.read({})
        await held
      }),
    )
    await write(store, 'elsewhere')
    letGo()
    await Promise.all(hot)
  })
})

test('gives up in time when another node holds the key', async () => {
  await withStore({}, (other) =>
    withStore({ statementTimeoutMs: 200 }, async (store) => {
      const { promise: held, resolve: letGo } = promiseOf()
      const { promise: holding, resolve: hold } = promiseOf()
      const holder = other.transact(['slow'], async (transaction) => {
        await transaction.read({})
        hold()
        await held
      })
      await holding
      const late = store.transact(['slow'], (transaction) => transaction.write([call('late')]))
      await assert.rejects(late, { name: 'StoreError', code: 'busy' })
      letGo()
      await holder
      assert.equal(await has(store, 'late'), false)
    }),
  )
})

function promiseOf(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

// Breaks the first connection that commits, once it is told to, before or after the server hears of it.
const broken: readonly (readonly [string, 'before' | 'after'])[] = [
  ['takes a commit for what it was when the answer is lost', 'after'],
  ['keeps nothing when the commit itself is lost', 'before'],
]
for (const [what, moment] of broken) {
  test(what, async (t) => {
    const line = await openLine(server.url, moment)
    const store = await openPostgresStore(line.url, { schema: 'doubt' })
    t.after(async () => {
      await store.close()
      line.close()
    })
    let runs = 0
    const commit = (): Promise<void> =>
      store.transact(['k'], async (transaction) => {
        runs += 1
        await transaction.read({})
        line.breakAtCommit()
        await transaction.write([call(moment)])
      })
    if (moment === 'after') await commit()
    else await assert.rejects(commit(), { name: 'StoreError', code: 'unreachable' })
    assert.equal(runs, 1)
    assert.equal(await has(store, moment), moment === 'after')
  })
}

interface Line {
  readonly url: string
  breakAtCommit(): void
  close(): void
}

async function openLine(target: string, moment: 'before' | 'after'): Promise<Line> {
  const { port: targetPort } = new URL(target)
  let armed = false
  const carry = (near: Socket): void => {
    const far = connect(Number(targetPort), '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    far.on('data', (bytes) => near.write(bytes))
    near.on('data', (bytes) => {
      const last = armed && bytes.includes('COMMIT')
      if (last) armed = false
      if (!last) far.write(bytes)
      else if (moment === 'before') end()
      else {
        far.removeAllListeners('data').on('data', () => undefined)
        far.write(bytes, () => setTimeout(end, 50))
      }
    })
  }
  const line = createServer(carry)
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const address = line.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  return {
    url: target.replace(targetPort, String(port)),
    breakAtCommit() {
      armed = true
    },
    close() {
      line.close()
    },
  }
}
