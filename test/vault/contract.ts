// What every engine that keeps secrets promises.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { StoredHead, StoredVersion, UseCount, VaultStore } from '../../src/vault/store.ts'

const head = (name: string, revision: number, detail = '{}'): StoredHead => ({ name, revision, detail, seal: 's' })
const version = (name: string, number: number, detail = `v${number}`): StoredVersion => ({
  name,
  version: number,
  detail,
})
const use = (more: Partial<UseCount>): UseCount => ({
  name: 'a',
  version: 1,
  workflow: '',
  operation: 'desk.get',
  agent: '',
  count: 1,
  last: 10,
  ...more,
})

/** `open` opens the same store once more, as another node would; it is empty in the beginning. */
export function vaultStoreContract(engine: string, open: () => Promise<VaultStore>): void {
  describe(engine, () => {
    let [store, other]: VaultStore[] = []
    before(async () => {
      ;[store, other] = [await open(), await open()]
    })
    after(async () => {
      await store?.close()
      await other?.close()
    })
    const both = (): readonly [VaultStore, VaultStore] => {
      assert.ok(store !== undefined && other !== undefined)
      return [store, other]
    }

    test('keeps a secret with its versions, for every node', async () => {
      const [here, there] = both()
      const before = await there.generation()
      assert.equal(await here.replace(0, head('a', 1, '{"x":"é\\n"}'), [version('a', 1)]), true)
      assert.equal(await here.replace(0, head('b', 1), [version('b', 1)]), true)
      assert.equal(await there.replace(1, head('a', 2), [version('a', 1, 'again'), version('a', 2)]), true)
      const rows = await there.read()
      assert.deepEqual(rows.heads, [head('a', 2), head('b', 1)])
      assert.deepEqual(rows.versions, [version('a', 1, 'again'), version('a', 2), version('b', 1)])
      assert.equal(rows.generation, await here.generation())
      assert.notEqual(rows.generation, before)
      assert.equal(await here.replace(2, head('a', 3), []), true)
      assert.deepEqual((await there.read()).versions, [version('b', 1)])
    })

    test('lets one of two changes at once through, and keeps nothing of the other', async () => {
      const nodes = both()
      const changes = Array.from({ length: 8 }, (_, index) =>
        (nodes[index % 2] ?? nodes[0]).replace(0, head('race', 1, `${index}`), [version('race', index)]),
      )
      const done = await Promise.all(changes)
      assert.equal(done.filter((each) => each).length, 1)
      const rows = await nodes[1].read()
      const winner = String(done.indexOf(true))
      assert.deepEqual(rows.heads.find(({ name }) => name === 'race')?.detail, winner)
      assert.deepEqual(
        rows.versions.filter(({ name }) => name === 'race').map((each) => String(each.version)),
        [winner],
      )
      assert.equal(await nodes[0].replace(7, head('race', 8), []), false)
    })

    test('a change that cannot be made changes nothing', async () => {
      const [here, there] = both()
      const before = await there.read()
      await assert.rejects(here.replace(1, head('b', 2), [version('b', 1), version('b', 1)]), { code: 'unavailable' })
      assert.deepEqual(await there.read(), before)
    })

    test('adds up uses of all nodes', async () => {
      const [here, there] = both()
      const many = Array.from({ length: 10 }, (_, index) => use({ operation: `desk.${index % 3}`, last: index }))
      await here.count([use({}), use({ workflow: 'refunds', agent: 'bot', count: 3 })])
      await Promise.all([there.count([use({ count: 4, last: 30 })]), here.count([use({ count: 2, last: 20 })])])
      for (const each of many) await here.count([each])
      const uses = await there.uses()
      assert.deepEqual(
        uses.filter(({ operation }) => operation === 'desk.get'),
        [use({ count: 7, last: 30 }), use({ workflow: 'refunds', agent: 'bot', count: 3 })],
      )
      assert.deepEqual(
        uses.filter(({ operation }) => operation !== 'desk.get').map(({ operation, count }) => [operation, count]),
        [
          ['desk.0', 4],
          ['desk.1', 3],
          ['desk.2', 3],
        ],
      )
    })
  })
}
