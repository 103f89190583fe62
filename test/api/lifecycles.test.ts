// Lifecycles over the console's API: laid out as `explain` draws them, with what really happened on them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lifecyclesOf } from '../../src/explain/lifecycle.ts'
import { printSvg } from '../../src/explain/svg.ts'
import { ordersApi, ordersCharter } from '../console/orders.ts'
import { type Shown, show } from '../console/shown.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

type Counted = { readonly use: string; readonly allowed: number }

let shown: Shown
let read: SignedIn['read']
before(async () => {
  shown = await show('{ port: 0 }', { charter: ordersCharter, api: ordersApi() })
  ;({ read } = await signedIn(await shown.link()))
})
after(() => shown?.close())

const post = async (who: string, path: string, body: unknown = {}): Promise<number> =>
  (await shown.call(who, path, body)).status

test('the browser draws the lines of `lockstep explain`, marks and all', async () => {
  const { objects } = await read('/api/lifecycles')
  assert.deepEqual(
    objects.map(({ object }: { object: string }) => object),
    ['order'],
  )
  const { picture, uses, approvals } = await read('/api/lifecycles/order')
  const [lifecycle] = lifecyclesOf(shown.serving.core.guard.charter())
  assert.ok(lifecycle)
  const svg = printSvg(lifecycle)
  for (const { path, head, arrows } of picture.moves) {
    assert.ok(svg.includes(`d="${path}"`) && svg.includes(`d="${head}"`))
    for (const { name, marks } of arrows)
      assert.ok(svg.includes(name) && marks.every(({ text }: { text: string }) => svg.includes(text)))
  }
  const refund = picture.moves.find(({ from }: { from: string }) => from === 'shipped')?.arrows[0]
  assert.deepEqual(refund?.marks, [
    { kind: 'limit', text: 'at most object.amount' },
    { kind: 'approval', text: 'needs large' },
  ])
  assert.ok(uses.some(({ id, who }: { id: string; who: string }) => id === 'order.pay' && who === 'the owner'))
  assert.match(approvals[0].says, /large: needed when/)
  assert.equal((await fetch(`${shown.url}/api/lifecycles/order`)).status, 401)
})

test('moves are counted where they start, attempts where they were tried, and what went astray where it went', async () => {
  for (const amount of [10, 20, 13]) assert.equal(await post('ann', '/orders', { amount }), 200)
  assert.equal(await post('ann', '/orders/o1/pay'), 200)
  assert.equal(await post('ann', '/orders/o1/pay'), 403, 'paid before')
  assert.equal(await post('max', '/orders/o2/ship'), 403, 'not paid')
  assert.equal(await post('ann', '/orders/o1/ship'), 403, 'not hers to do')
  assert.equal(await post('max', '/orders/o1/refund', { amount: 5 }), 200)
  assert.equal(await post('ann', '/orders/o3/pay'), 200, 'and the API ships it')
  const traffic = await read(
    '/api/lifecycles/order/traffic?span=1h',
    ({ moves, astray }) =>
      moves.length === 4 &&
      moves.some(({ allowed, use }: Counted) => use === 'order.pay' && allowed === 2) &&
      astray.length > 0,
  )
  const sorted = [...traffic.moves].sort((a, b) => a.use.localeCompare(b.use))
  assert.deepEqual(sorted, [
    { use: 'order.pay', from: 'placed', allowed: 2, refused: 0, asked: 0 },
    { use: 'order.place', from: '[start]', allowed: 3, refused: 0, asked: 0 },
    { use: 'order.refund', from: 'paid', allowed: 1, refused: 0, asked: 0 },
    { use: 'order.ship', from: 'paid', allowed: 0, refused: 1, asked: 0 },
  ])
  assert.deepEqual(
    traffic.tried.map(({ line, ...each }: { line: unknown }) => ({ ...each, drawn: line !== undefined })),
    [
      { from: 'paid', uses: [{ use: 'order.pay', n: 1 }], drawn: false, to: undefined },
      { from: 'placed', to: 'shipped', uses: [{ use: 'order.ship', n: 1 }], drawn: true },
    ].map(({ to, ...each }) => (to === undefined ? each : { ...each, to })),
  )
  const [astray] = traffic.astray
  assert.deepEqual([astray.use, astray.from, astray.to, astray.n], ['order.pay', 'placed', 'shipped', 1])
  assert.match(astray.says, /the order o3 is shipped/)
})

test('there is no lifecycle of another name, nor a span without an end', async () => {
  await assert.rejects(read('/api/lifecycles/nothing'), /404/)
  await assert.rejects(read('/api/lifecycles/order/traffic?span=100y'), /400/)
})
