// Two nodes on one PostgreSQL are one guard.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startPostgres } from '../store/postgres.ts'
import { call, guardText, openTill, run, startGuard } from './guard-stage.ts'

const till = await openTill()
const postgres = await startPostgres()
after(async () => {
  till.close()
  await postgres.stop()
})

test('nodes share what was decided, what is switched off, and one ledger', async () => {
  till.write('guard.yaml', `${guardText(till.url)}store: { postgres: "\${file:url}" }\n`)
  till.write('url', postgres.url)
  const file = till.path('guard.yaml')
  const nodes = [await startGuard(file), await startGuard(file)] as const
  assert.equal((await call(nodes[0].url, 'ann', 'POST /orders', { amount: 500 })).status, 200)
  const paid = await Promise.all(nodes.map((node) => call(node.url, 'ann', 'POST /orders/o1/pay', { amount: 500 })))
  assert.deepEqual(paid.map(({ status }) => status).toSorted(), [200, 403])
  assert.deepEqual(till.effects, ['open o1 500', 'pay o1 500'])
  const off = ['switch', 'off', 'principal', 'ann', '--why', 'a drill', '--url', nodes[0].control]
  assert.equal((await run(off, { LOCKSTEP_TOKEN: 'ops-token-of-the-test' })).code, 0)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.equal((await call(nodes[1].url, 'ann', 'POST /orders', { amount: 1 })).body['code'], 'switched-off')
  assert.deepEqual(await Promise.all(nodes.map((node) => node.stop())), [0, 0])
  const verified = await run(['ledger', 'verify', file])
  assert.match(verified.out, /as it was recorded/, verified.error)
  const starts = await run(['ledger', 'search', file, '--kind', 'start', '--json'])
  const writers = new Set(
    starts.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).entry.node),
  )
  assert.equal(writers.size, 2)
})
