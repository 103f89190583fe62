import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { type FlawName, flaws, isFlawName } from '../../examples/shop-orders/flaws.ts'
import { type RunningShop, start } from '../../examples/shop-orders/start.ts'
import { attacks } from './shop-attacks.ts'
import { Desk } from './shop-desk.ts'

const names: FlawName[] = Object.keys(flaws).filter(isFlawName)
const descriptionFile = new URL('../../examples/shop-orders/openapi.yaml', import.meta.url)
const descriptionSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))),
})
let shop: RunningShop
let desk: Desk

before(async () => {
  shop = await start({ testHooks: true })
  desk = new Desk(shop)
})
after(() => shop.close())

describe('every flaw opens its abuse, and without flaws none is open', () => {
  for (const name of names)
    test(name, async () => {
      assert.equal(await works(name), true, 'with the flaw')
      assert.equal(await attacks[name](desk), false, 'without flaws')
    })
})

/** A race is not won each time where the machine has other work. */
async function works(name: FlawName): Promise<boolean> {
  for (let left = flaws[name].kind === 'race' ? 5 : 1; left > 0; left -= 1) {
    const flawed = await start({ flaws: [name] })
    if (await attacks[name](new Desk(flawed)).finally(flawed.close)) return true
  }
  return false
}

describe('the workflows run to their end', () => {
  test('an order is bought, shipped, returned and refunded with approval', async () => {
    const customer = await desk.customer()
    const { id, total } = await desk.returnRequested(customer)
    const approved = await desk.as('clara').post(`/orders/${id}/return/approve`)
    assert.equal(approved.body.status, 'returned')
    const { body: refund } = await desk.as('clara').post(`/orders/${id}/refunds`, { amount: total, reason: 'returned' })
    assert.equal((await desk.as('clara').post(`/refunds/${refund.id}/execute`)).http, 403)
    assert.equal((await desk.as('mona').post(`/refunds/${refund.id}/approve`)).body.status, 'approved')
    assert.equal((await desk.as('clara').post(`/refunds/${refund.id}/execute`)).body.status, 'executed')
    const { body: order } = await customer.get(`/orders/${id}`)
    assert.deepEqual([order.status, order.paid, order.refunded], ['refunded', total, total])
    assert.equal((await customer.get('/me')).body.credit, total)
  })

  test('a coupon lowers the total, and a refusal of one is an answer with ok: false', async () => {
    const customer = await desk.customer()
    const cart = await desk.cart(customer, 'prd-3', 2)
    assert.equal((await customer.post(`/carts/${cart}/coupon`, { code: 'SUMMER20' })).body.ok, true)
    const again = await customer.post(`/carts/${cart}/coupon`, { code: 'SUMMER20' })
    assert.deepEqual([again.http, again.body.ok], [200, false])
    const { body } = await desk.checkout(customer, cart)
    assert.deepEqual([body.discount, body.total], [1996, 7984])
  })

  test('a payment repeated under its key is the same payment, and pays once', async () => {
    const customer = await desk.customer()
    const { id, total } = await desk.placed(customer)
    const headers = { 'idempotency-key': randomUUID() }
    const pay = () =>
      customer.post(`/orders/${id}/payments`, { amount: total, currency: 'EUR', method: 'card' }, headers)
    const [first, second] = [await pay(), await pay()]
    assert.deepEqual([first.http, second.http, second.body.id], [201, 200, first.body.id])
    assert.equal((await customer.get(`/orders/${id}`)).body.paid, total)
  })

  test('a hold takes goods off the shelf, is bought, released or expires', async (t) => {
    let now = 0
    const timed = await start({ now: () => now })
    t.after(timed.close)
    const customer = new Desk(timed).as('alice')
    const hold = async () => (await customer.post('/products/prd-4/holds', { quantity: 1 })).body.id
    const available = async () => (await customer.get('/products/prd-4')).body['available']
    const first = await hold()
    assert.equal(await available(), 0)
    assert.equal((await customer.post(`/holds/${first}/release`)).body.status, 'released')
    const second = await hold()
    now += 15 * 60_000
    assert.equal((await customer.get(`/holds/${second}`)).body.status, 'expired')
    assert.equal((await customer.post(`/holds/${second}/buy`, { address: 'Main Street 1' })).http, 409)
    const { body: order } = await customer.post(`/holds/${await hold()}/buy`, { address: 'Main Street 1' })
    assert.deepEqual([order.status, order.total], ['placed', 6000])
    assert.equal((await new Desk(timed).as('clara').get('/products/prd-4')).body.stock, 0)
  })

  test('a gift card becomes credit, and credit pays an order', async () => {
    const customer = await desk.customer()
    const { code } = (await desk.as('max').post('/gift-cards', { value: 2000 })).body
    assert.equal((await customer.post(`/gift-cards/${code}/redeem`)).body.status, 'redeemed')
    const { id } = await desk.placed(customer, 'prd-6', 2)
    const body = { amount: 1300, currency: 'EUR', method: 'credit' }
    assert.equal((await customer.post(`/orders/${id}/payments`, body, { 'idempotency-key': 'k' })).http, 201)
    assert.equal((await customer.get('/me')).body.credit, 700)
  })

  test('a trial, then paid periods, open the report until they are cancelled', async () => {
    const customer = await desk.customer()
    const payment = { amount: 999, currency: 'EUR', method: 'card' }
    const report = async () => (await customer.get('/premium/report')).http
    assert.equal(await report(), 403)
    await customer.post('/subscription/trial')
    assert.equal(await report(), 200)
    await customer.post('/subscription/cancel')
    assert.equal(await report(), 403)
    await customer.post('/subscription/payments', payment, { 'idempotency-key': 'one' })
    assert.equal(await report(), 200)
  })

  test('an order is shown to whoever holds its link, and its invoice to customer and shop', async () => {
    const customer = await desk.customer()
    const { id, total } = await desk.paid(customer)
    const { shareId } = (await customer.post(`/orders/${id}/share`)).body
    assert.equal((await desk.stranger.get(`/shared/${shareId}`)).body.total, total)
    for (const reader of [customer, desk.as('clara')])
      assert.ok((await reader.get('/invoices')).body.invoices.some(({ orderId }) => orderId === id))
    assert.ok(!(await desk.as('claus').get('/invoices')).body.invoices.some(({ orderId }) => orderId === id))
  })

  test('the admin makes somebody a clerk', async () => {
    const { person, id } = await desk.register()
    await desk.as('root').put(`/users/${id}/role`, { role: 'clerk', shop: 'shop-2' })
    assert.equal((await person.get('/products/prd-5')).body['costPrice'], 3300)
  })
})

test('refusals have the status they should have', async () => {
  const customer = await desk.customer()
  const { id } = await desk.placed(customer)
  const bob = desk.as('bob')
  const cases: readonly (readonly [number, Promise<{ http: number }>])[] = [
    [401, desk.stranger.get(`/orders/${id}`)],
    [403, customer.post(`/orders/${id}/ship`, { tracking: 'T-1' })],
    [404, bob.get(`/orders/${id}`)],
    [404, bob.get('/orders/ord-0')],
    [409, desk.ship(id)],
    [422, desk.pay(customer, id, 1)],
    [400, customer.post(`/orders/${id}/payments`, { amount: '159' })],
    [404, bob.post('/test/nothing')],
  ]
  for (const [status, answer] of cases) assert.equal((await answer).http, status)
})

test('a reset puts the seed back and keeps the tokens', async (t) => {
  const flawless = await start({ testHooks: true })
  t.after(flawless.close)
  const fresh = new Desk(flawless)
  const { id } = await fresh.placed(fresh.as('alice'))
  assert.equal((await fresh.stranger.post('/test/reset')).http, 204)
  assert.equal((await fresh.as('alice').get(`/orders/${id}`)).http, 404)
  assert.equal((await fresh.as('alice').get('/me')).body.id, 'alice')
  const closed = await start()
  t.after(closed.close)
  assert.equal((await new Desk(closed).stranger.post('/test/reset')).http, 404)
})

test('the description names every operation that is served, and every flaw an operation of it', async () => {
  const described = descriptionSchema.parse(parse(readFileSync(descriptionFile, 'utf8')))
  const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method: method.toUpperCase(), operationId })),
  )
  for (const { path, method } of operations) {
    const { http, body } = await desk.as('alice').send(method, path.replaceAll(/[{}]/g, ''))
    assert.ok(http !== 405 && body.code !== 'no-such-path', `${method} ${path}`)
  }
  const ids = new Set(operations.map(({ operationId }) => operationId))
  assert.equal(ids.size, 40)
  for (const name of names) for (const operation of flaws[name].operations) assert.ok(ids.has(operation), operation)
})
