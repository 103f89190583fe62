// The inventory: granted by the charter against used on the record, and never a secret.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Inventory } from '../../src/api/area/inventory/endpoints.ts'
import { inventoryWorld } from '../console/inventory-world.ts'
import { type Shown, show } from '../console/shown.ts'
import { type Client, clientOf } from './client.ts'
import { until } from './notice-stage.ts'

let shown: Shown
let client: Client
before(async () => {
  shown = await show('{ port: 0 }', inventoryWorld)
  client = await clientOf(shown)
})
after(() => shown?.close())

test('what was granted stands beside what was used, and what would be enough is charter text', async () => {
  await shown.call('ann', '/orders')
  await shown.call('ann', '/orders')
  await shown.call('ann', '/pay', { amount: 5000 })
  const read = async (query = ''): Promise<Inventory> =>
    (await client.get(`/api/inventory${query}`)).body as unknown as Inventory
  await until(async () => (await read()).principals[0]?.calls === 3, 'the record has the calls')
  const { workflows, operations, principals, secrets, actors, data, identities } = await read()
  const [flow] = workflows
  assert.deepEqual(flow?.owners, { workflow: 'sales', security: 'appsec' })
  assert.deepEqual(
    flow?.operations.map(({ name, calls, refused, unused }) => [name, calls, refused, unused]),
    [
      ['shop.list', 2, 0, false],
      ['shop.pay', 1, 1, true],
    ],
  )
  assert.equal(flow?.least, 'workflows:\n  orders:\n    operations:\n      - shop.list\n')
  assert.deepEqual(
    operations.map(({ name, does, unused }) => [name, does, unused]),
    [
      ['shop.list', ['reads'], false],
      ['shop.pay', ['writes', 'sends', 'moves an amount'], true],
    ],
  )
  assert.deepEqual([principals[0]?.name, principals[0]?.refused], ['ann', 1])
  assert.deepEqual(secrets, [])
  assert.deepEqual(
    actors.map(({ name, operations: count }) => [name, count]),
    [
      ['customer', 2],
      ['manager', 1],
    ],
  )
  assert.deepEqual(data.flows, [{ class: 'personal', to: ['shop.pay'], otherwise: 'deny' }])
  assert.deepEqual(identities, [{ kind: 'api-key', name: 'api-key', says: 'keys, known by their digests' }])
  assert.doesNotMatch(JSON.stringify(await read()), /key-of-|sha256|scrypt/)
  assert.equal((await client.get('/api/inventory?days=0')).status, 400)
})
