import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Change, Store } from '../../src/guard/store.ts'
import type { Place } from './contract.ts'
import { writeUntilKilled } from './killed.ts'
import { call, hold, mark, order, read, run, Undo, write } from './sample.ts'

/** Work that is done or dropped as a whole, also beside that of another node. */
export function testTransactions(stores: () => readonly [Store, Store]): void {
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

/** Two nodes that count and take the same things at once. */
export function testCounting(stores: () => readonly [Store, Store]): void {
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

/** What is left when a process ends. */
export function testDurability(place: () => Place): void {
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

/** What each node hears of what another one writes. */
export function testWatching(stores: () => readonly [Store, Store]): void {
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
