import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Change, type Query, type Rows, type Store, StoreError, type Transaction } from '../../src/guard/store.ts'
import { anyChange, everything, otherwise } from './arbitrary.ts'
import { applyToModel, emptyModel, readModel } from './model.ts'
import { call, hold, mark, read, Undo, write } from './sample.ts'

/** What is kept and what is refused, on one node; `numRuns` says how often the model is tried. */
export function testRows(store: () => Store, numRuns: number): void {
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
