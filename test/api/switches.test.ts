// Switches, doubts and notices through the console's API: who may, what is told before, what is on the record.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Shown, show } from '../console/shown.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

let shown: Shown
let client: SignedIn
before(async () => {
  shown = await show()
  client = await signedIn(await shown.link())
})
after(() => shown?.close())

test('what a switch would stop is told by the calls of the last hour; switching needs a reason', async () => {
  for (let at = 0; at < 3; at += 1) await shown.call('ann', '/orders')
  await shown.call('ann', '/pay', { amount: 5000 })
  const reach = (of: string, name: string): string => `/api/switches/reach?of=${of}&name=${name}`
  const { passed, more, known, operations } = await client.read(reach('principal', 'ann'), ({ calls }) => calls === 4)
  assert.deepEqual([passed, more, known], [3, false, true])
  assert.deepEqual(operations, [
    { name: 'shop.list', calls: 3 },
    { name: 'shop.pay', calls: 1 },
  ])
  assert.deepEqual((await client.read(reach('operation', 'shop.list'))).calls, 3)
  assert.deepEqual((await client.read(reach('agent', 'nobody'))).known, false)
  const body = { of: 'principal', name: 'ann' }
  assert.equal(await client.post('/api/switches', { ...body, why: ' ' }), 400)
  assert.equal(await client.post('/api/switches', { ...body, why: 'a theft' }), 200)
  assert.equal((await shown.call('ann', '/orders')).status, 403)
  const { off } = await client.read(reach('principal', 'ann'))
  assert.deepEqual([off.why, off.by], ['a theft', 'administrator'])
  assert.equal(await client.post('/api/switches/on', { ...body, why: 'it was none' }), 204)
  assert.equal(await client.post('/api/switches/on', { ...body, why: 'again' }), 404)
  assert.equal((await shown.call('ann', '/orders')).status, 200)
})

test('a call in doubt is shown without its headers and settled with a reason, once', async () => {
  const pay = shown.call('ann', '/pay', { amount: 13 }).catch(() => undefined)
  await pay
  const list = async (): Promise<Record<string, unknown>[]> => (await client.read('/api/doubts')).doubts
  const [doubt] = await list()
  assert.ok(doubt)
  assert.equal(doubt['operation'], 'shop.pay')
  assert.doesNotMatch(JSON.stringify(doubt), /key-of-ann/)
  assert.equal(doubt['request'], '{"body":{"amount":13}}')
  const path = `/api/doubts/${String(doubt['call'])}`
  assert.equal(await client.post(path, { effect: 'released', why: '' }), 400)
  assert.equal(await client.post(path, { effect: 'released', why: 'the bank has nothing' }), 204)
  assert.equal(await client.post(path, { effect: 'effective', why: 'or has it' }), 404)
  assert.deepEqual(await list(), [])
})

test('who may only look may not switch, settle or test; where nobody is told, that is said', async () => {
  const viewer = await show(`{ port: 0, local: { roles: [viewer] } }`)
  try {
    const looker = await signedIn(await viewer.link())
    await looker.read('/api/switches')
    assert.deepEqual(await looker.read('/api/notices'), { targets: [] })
    const body = { of: 'tenant', name: 'north', why: 'no' }
    assert.equal(await looker.post('/api/switches', body), 403)
    assert.equal(await looker.post('/api/switches/on', body), 403)
    assert.equal(await looker.post('/api/doubts/x', { effect: 'released', why: 'no' }), 403)
    assert.equal(await looker.post('/api/notices/x/test'), 403)
    assert.equal(await client.post('/api/notices/x/test'), 404)
  } finally {
    await viewer.close()
  }
})
