// The inventory: granted by the charter against used on the record, and never a secret.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Inventory } from '../../src/api/area/inventory/endpoints.ts'
import { inventoryWorld } from '../console/inventory-world.ts'
import { type Shown, show } from '../console/shown.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

let shown: Shown
let client: SignedIn
before(async () => {
  shown = await show('{ port: 0 }', inventoryWorld)
  client = await signedIn(await shown.link())
})
after(() => shown?.close())

test('what was granted stands beside what was used, and what would be enough is charter text', async () => {
  await shown.call('ann', '/orders')
  await shown.call('ann', '/orders')
  await shown.call('ann', '/pay', { amount: 5000 })
  const hasCalls = ({ principals: [first] }: Inventory): boolean => first?.calls === 3
  const inventory: Inventory = await client.read('/api/inventory', hasCalls)
  const { workflows, operations, principals, secrets, actors, data, identities } = inventory
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
  assert.doesNotMatch(JSON.stringify(inventory), /key-of-|sha256|scrypt/)
  assert.equal((await client.ask('GET', '/api/inventory?days=0')).status, 400)
})
