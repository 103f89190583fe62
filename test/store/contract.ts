import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { type Change, type Query, type Rows, type Store, StoreError, type Transaction } from '../../src/guard/store.ts'
import { anyChange, everything, otherwise } from './arbitrary.ts'
import { writeUntilKilled } from './killed.ts'
import { applyToModel, emptyModel, readModel } from './model.ts'

/** Where stores of one engine are opened for a test; empty in the beginning. */
export interface Place {
  /** Opens the same store once more, as another node would. */
  readonly open: () => Promise<Store>
  /** What test/store/killed-child.ts is called with to open it too. */
  readonly child: readonly string[]
  readonly remove: () => Promise<void>
}

const order = { type: 'order', key: '1' }
const call = (id: string, at = 1): Change => ({
  kind: 'call',
  call: { id, node: 'n1', state: 'reserved', operation: 'shop.refund', at, detail: { id } },
})
const mark = (of: string, at: number, amount = '0.1', effective = true): Change => ({
  kind: 'mark',
  call: of,
  mark: { constraint: 'limit', scope: 'order 1', at, operation: 'shop.refund', amount, object: order },
  effective,
})
const hold = (id: string): Change => ({
  kind: 'hold',
  hold: { id, state: 'pending', question: 'q', group: 'g', at: 1, expires: 2, detail: {} },
})

const run = (id: string, state: 'open' | 'ended'): Change => ({
  kind: 'run',
  run: { id, holder: 'h', state, at: 1, expires: 2, detail: {} },
})

const read = (store: Store, query: Query): Promise<Rows> => store.transact([], (transaction) => transaction.read(query))
const write = (store: Store, changes: readonly Change[]): Promise<void> =>
  store.transact([], (transaction) => transaction.write(changes))

/** What every engine promises; `openPlace` makes a place of its own for these tests, `numRuns` says how often the model is tried. */
export function storeContract(engine: string, openPlace: () => Promise<Place>, numRuns: number): void {
  describe(engine, () => {
    let place: Place
    let store: Store
    let other: Store
    before(async () => {
      place = await openPlace()
      store = await place.open()
      other = await place.open()
    })
    after(async () => {
      await store?.close()
      await other?.close()
      await place?.remove()
    })
    testRows(() => store, numRuns)
    testTransactions(() => [store, other])
    testCounting(() => [store, other])
    testDurability(() => place)
    testWatching(() => [store, other])
  })
}

class Undo extends Error {}

function testRows(store: () => Store, numRuns: number): void {
  test('keeps what a plain model of the rows keeps, whatever is written', async () => {
    const batches = fc.array(fc.array(anyChange, { maxLength: 6 }), { maxLength: 6 })
    const matches = async (transaction: Transaction, batch: readonly (readonly Change[])[]): Promise<void> => {
      const model = emptyModel()
      for (const changes of batch) {
        if (!fitsModel(model, changes)) {
          // An engine may carry writes out no sooner than the next read.
          await assert.rejects(async () => {
            await transaction.write(changes)
            await transaction.read({})
          }, StoreError)
          return
        }
        await transaction.write(changes)
        for (const query of [everything, otherwise]) {
          assert.deepEqual(await transaction.read(query), readModel(model, query))
        }
      }
    }
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const work = store().transact(['all'], async (transaction) => {
          await matches(transaction, batch)
          throw new Undo()
        })
        await assert.rejects(work, Undo)
      }),
      { numRuns },
    )
    assert.deepEqual(await read(store(), everything), readModel(emptyModel(), everything))
  })

  test('shows what was written early at once, and makes it last with all that was', async () => {
    await store().transact(['early'], (transaction) => transaction.write([{ kind: 'beat', node: 'early', at: 7 }]), {
      early: true,
    })
    assert.deepEqual((await read(store(), { nodes: true })).nodes, [{ node: 'early', at: 7 }])
    await store().flush()
    await write(store(), [{ kind: 'forget', before: 8, marksOf: [] }])
  })

  test('reads by itself what was kept, and never what may still be dropped', async () => {
    const seen: Promise<Rows>[] = []
    const work = store().transact(['beside'], async (transaction) => {
      await transaction.write([call('beside', 1)])
      await transaction.read({ calls: ['beside'] })
      seen.push(store().read({ calls: ['beside'] }))
      await transaction.read({ calls: ['beside'] })
      throw new Undo()
    })
    await assert.rejects(work, Undo)
    for (const { calls } of await Promise.all(seen)) assert.deepEqual(calls, [undefined])
    await write(store(), [call('beside', 1)])
    assert.equal((await store().read({ calls: ['beside'] })).calls[0]?.id, 'beside')
    await write(store(), [{ kind: 'drop-call', call: 'beside' }])
  })

  test('answers nothing where nothing is asked', async () => {
    const rows = await read(store(), {})
    assert.deepEqual(rows, readModel(emptyModel(), {}))
  })

  test('keeps text that could be taken for a command', async () => {
    const key = `'); DROP TABLE calls; -- " \\ $1 %s`
    const object = { type: key, key, seenAt: 1, value: key, state: key }
    await write(store(), [{ kind: 'object', object }])
    assert.deepEqual((await read(store(), { objects: [{ type: key, key }] })).objects, [{ ...object, version: 1 }])
  })

  for (const [what, key] of [
    ['NUL', 'a\0'],
    ['half a surrogate pair', '\ud800'],
  ] as const) {
    test(`refuses a name with ${what}, so that no two names become one`, async () => {
      const object = { type: 'order', key }
      const mark = { constraint: 'c', scope: key, at: 1, operation: 'o' }
      const writes: readonly Change[] = [
        { kind: 'object', object: { ...object, seenAt: 1, value: {} } },
        { kind: 'lease', call: 'c', node: 'n', object, shared: false },
        { kind: 'mark', call: 'c', mark, effective: true },
        { kind: 'mark', call: 'c', mark: { ...mark, scope: '', object }, effective: true },
        { kind: 'repeat', repeat: { key, digest: 'd', call: 'c', at: 1 } },
        { kind: 'keep', kept: { name: key, holder: 'h', expires: 1, content: {} } },
        { kind: 'keep', kept: { name: 'n', holder: key, expires: 1, content: {} } },
      ]
      for (const change of writes)
        await assert.rejects(write(store(), [change]), { name: 'StoreError', code: 'broken' })
      const queries: readonly Query[] = [
        { objects: [object] },
        { leases: [object] },
        { counters: [{ constraint: 'c', scope: key }] },
        { repeats: [key] },
        { kept: [key] },
        { grants: [{ approval: 'a', object }] },
      ]
      for (const query of queries) await assert.rejects(read(store(), query), { name: 'StoreError', code: 'broken' })
    })
  }

  test('answers at most 1,000 calls, holds and 100 marked objects', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => `many ${String(index).padStart(4, '0')}`)
    const marks = many.map(
      (id, at): Change => ({
        kind: 'mark',
        call: id,
        mark: { constraint: 'many', scope: '', at, operation: 'o', object: { type: 'many', key: id } },
        effective: false,
      }),
    )
    await write(store(), [...many.map((id, at) => call(id, at)), ...many.map(hold), ...marks])
    const rows = await read(store(), {
      callsIn: { states: ['reserved'] },
      holdsBy: {},
      marked: [{ constraint: 'many', scope: '' }],
    })
    assert.deepEqual(
      rows.callsIn.map(({ id }) => id),
      many.slice(0, 1000),
    )
    assert.equal(rows.holdsBy.length, 1000)
    assert.deepEqual(
      rows.marked[0]?.map(({ key }) => key),
      many.toReversed().slice(0, 100),
    )
  })

  for (const amount of ['', 'NaN', 'Infinity', '1,5', '0x10', `1${'0'.repeat(1000)}`, '1e999', "1'"]) {
    test(`refuses the amount ${amount.slice(0, 9) || 'that is empty'}, with all that was written beside it`, async () => {
      await assert.rejects(write(store(), [call(`beside ${amount.length}`), mark('x', 1, amount)]))
      assert.deepEqual((await read(store(), { calls: [`beside ${amount.length}`] })).calls, [undefined])
    })
  }
}

function fitsModel(model: ReturnType<typeof emptyModel>, changes: readonly Change[]): boolean {
  try {
    for (const change of changes) applyToModel(model, change)
    return true
  } catch {
    return false
  }
}

function testTransactions(stores: () => readonly [Store, Store]): void {
  test('reads what another one wrote of a run a moment ago, and nothing of what was dropped', async () => {
    const [store, other] = stores()
    const saw = (...entries: string[]): Change => ({ kind: 'saw', run: 'shared', at: 1, entries })
    const seenBy = async (by: Store, after: number): Promise<readonly unknown[]> =>
      (await by.read({ seen: [{ run: 'shared', after }] })).seen[0]?.map(({ number, entry }) => [number, entry]) ?? []
    await write(store, [saw('a')])
    for (const by of [store, other]) {
      assert.deepEqual(await seenBy(by, 0), [[1, 'a']])
      assert.deepEqual(await seenBy(by, 1), [])
    }
    await write(other, [saw('b')])
    assert.deepEqual(await seenBy(store, 1), [[2, 'b']])
    const dropped = store.transact([], async (transaction) => {
      await transaction.write([saw('none', 'none')])
      throw new Undo('')
    })
    await assert.rejects(dropped, Undo)
    for (const by of [store, other]) assert.deepEqual(await seenBy(by, 2), [])
    await write(other, [saw('c')])
    await write(store, [saw('d')])
    for (const by of [store, other])
      assert.deepEqual(await seenBy(by, 1), [
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ])
  })

  test('reads what it wrote before, and hands on what work made', async () => {
    const [store] = stores()
    const seen = await store.transact(['k'], async (transaction) => {
      await transaction.write([call('own')])
      return (await transaction.read({ calls: ['own'] })).calls[0]?.detail
    })
    assert.deepEqual(seen, { id: 'own' })
  })

  test('keeps nothing of work that rejects, and all of its neighbours', async () => {
    const [store] = stores()
    const ids = Array.from({ length: 20 }, (_, index) => `neighbour ${index}`)
    const results = await Promise.allSettled(
      ids.map((id, index) =>
        store.transact([id], async (transaction) => {
          await transaction.write([call(id)])
          if (index % 3 === 0) throw new Undo(id)
        }),
      ),
    )
    assert.deepEqual(
      results.map(({ status }) => status === 'fulfilled'),
      ids.map((_, index) => index % 3 !== 0),
    )
    const { calls } = await read(store, { calls: ids })
    assert.deepEqual(
      calls.map((row) => row !== undefined),
      ids.map((_, index) => index % 3 !== 0),
    )
  })

  test('keeps nothing of work that goes on after a write failed', async () => {
    const [store] = stores()
    const work = store.transact([], async (transaction) => {
      await transaction.write([call('before')])
      await transaction.write([{ kind: 'take-grant', grant: 'nowhere', call: 'before' }]).catch(() => undefined)
      await transaction.write([call('behind')]).catch(() => undefined)
    })
    await assert.rejects(work, { name: 'StoreError', code: 'busy' })
    assert.deepEqual((await read(store, { calls: ['before', 'behind'] })).calls, [undefined, undefined])
  })

  test('refuses a transaction that is over', async () => {
    const [store] = stores()
    const kept = await store.transact([], async (transaction) => transaction)
    await assert.rejects(kept.read({}), TypeError)
    await assert.rejects(kept.write([call('late')]), TypeError)
  })
}

function testCounting(stores: () => readonly [Store, Store]): void {
  test('loses no update of fifty at once on two nodes', async () => {
    const limit = 20
    const counters = [{ constraint: 'limit', scope: 'order 1' }]
    const [first] = stores()
    const start = (await read(first, { counters })).counters[0]?.count ?? 0
    const use = (index: number): Promise<boolean> =>
      stores()[index % 2 === 0 ? 0 : 1].transact(['z', 'limit', `own ${index}`], async (transaction) => {
        const { counters: found } = await transaction.read({ counters, objects: [order] })
        if ((found[0]?.count ?? 0) >= start + limit) return false
        await transaction.write([
          mark(`use ${index}`, index),
          { kind: 'object', object: { ...order, seenAt: 1, value: {} } },
        ])
        return true
      })
    const versionBefore = (await read(first, { objects: [order] })).objects[0]?.version ?? 0
    const used = await Promise.all(Array.from({ length: 50 }, (_, index) => use(index)))
    assert.equal(used.filter(Boolean).length, limit)
    const rows = await read(first, { counters, objects: [order] })
    assert.deepEqual(rows.counters, [{ count: start + limit, sum: '2' }])
    assert.equal(rows.objects[0]?.version, versionBefore + limit)
  })

  test('gives a grant to one call only, even without a common key', async () => {
    const grant = { id: 'one', approval: 'big', by: { id: 'm' }, at: 1, value: {}, revoked: false, question: 'q' }
    const [first] = stores()
    await write(first, [{ kind: 'grant', grant }])
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        stores()[index % 2 === 0 ? 0 : 1].transact([`own ${index}`], (transaction) =>
          transaction.write([{ kind: 'take-grant', grant: 'one', call: `taker ${index}` }]),
        ),
      ),
    )
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('takes the same keys in any order without waiting for ever', async () => {
    const keys = ['a', 'b', 'c', 'd']
    const turns = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? keys : keys.toReversed()))
    await Promise.all(
      turns.map((turn, index) =>
        stores()[index % 3 === 0 ? 0 : 1].transact(turn, (transaction) => transaction.read({ calls: ['x'] })),
      ),
    )
  })
}

function testDurability(place: () => Place): void {
  test('keeps every commit that a killed process was told of', async () => {
    const told = await writeUntilKilled(place().child)
    assert.ok(told.length > 0, 'the child wrote something')
    const store = await place().open()
    const { calls } = await read(store, { calls: told })
    await store.close()
    const lost = told.filter((_, index) => calls[index] === undefined)
    assert.deepEqual(lost, [])
  })

  test('finishes what runs when it is closed, and refuses what comes after', async () => {
    const store = await place().open()
    const running = write(store, [call('last')])
    await store.close()
    await running
    await assert.rejects(write(store, [call('too late')]), { name: 'StoreError', code: 'unreachable' })
  })
}

function testWatching(stores: () => readonly [Store, Store]): void {
  const changes: readonly (readonly [string, Change])[] = [
    ['a hold', hold('watched')],
    ['a switch', { kind: 'switch-off', switch: { of: 'tenant', name: 't', by: 'm', why: 'w', at: 1 } }],
    ['a run that is over', run('watched', 'ended')],
    ['a switch turned on again', { kind: 'switch-on', of: 'tenant', name: 't' }],
  ]
  for (const [what, change] of changes) {
    test(`tells every node of ${what} within a second`, async () => {
      const heard = stores().map((store) => {
        let stop = (): void => {}
        const promise = new Promise<void>((resolve) => {
          stop = store.watch(resolve)
        })
        return { promise, stop }
      })
      const [first] = stores()
      // The listening connection may still be on its way; the poll is not.
      await delay(50)
      await write(first, [change])
      const late = delay(1000, 'late', { ref: false })
      const told = await Promise.race([Promise.all(heard.map(({ promise }) => promise)), late])
      for (const { stop } of heard) stop()
      assert.notEqual(told, 'late')
    })
  }

  test('tells nobody who stopped, nor of anything else', async () => {
    const [first, other] = stores()
    let heard = 0
    const count = (): void => {
      heard += 1
    }
    const stop = other.watch(count)
    first.watch(count)()
    await delay(50)
    await write(first, [call('unwatched'), run('unwatched', 'open')])
    await delay(700)
    stop()
    await write(first, [hold('unheard')])
    await delay(50)
    assert.equal(heard, 0)
  })
}
