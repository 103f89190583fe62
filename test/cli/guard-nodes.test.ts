// What clients carry from node to node is sealed with a key that all nodes of a store have.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadGuard } from '../../src/cli/guard/config.ts'
import { openCore } from '../../src/cli/guard/core.ts'
import { openSecrets } from '../../src/cli/guard/secrets.ts'
import { env, openTill, type Till } from './guard-stage.ts'

const tills: readonly Till[] = [await openTill(), await openTill()]
after(() => {
  for (const till of tills) till.close()
})

async function open(till: Till): Promise<Awaited<ReturnType<typeof openCore>>> {
  const { ready } = await loadGuard(till.path('guard.yaml'))
  assert.ok(ready)
  return await openCore(ready, { secrets: openSecrets(env, ready.folder), version: 'test' })
}

test('nodes of one store have one key, and other stores another', async () => {
  const [till, elsewhere] = [tills[0] ?? assert.fail(), tills[1] ?? assert.fail()]
  const nodes = [await open(till), await open(till), await open(elsewhere)]
  const [one, two, other] = nodes.map(({ carriedKey }) => carriedKey.toString('hex'))
  for (const node of nodes) await node.close()
  assert.equal(one, two)
  assert.notEqual(one, other)
  const again = await open(till)
  assert.equal(again.carriedKey.toString('hex'), one)
  await again.close()
})
