import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { placeOrder } from './checkout.ts'
import { orderView } from './orders.ts'
import { addStock, findProduct } from './products.ts'
import { conflict, demand, missing, parseBody, type Routes, type Shop, type User, unprocessable } from './shop.ts'

interface Hold {
  id: string
  productId: string
  customerId: string
  quantity: number
  status: string
  expiresAt: number
}

const holdMs = 15 * 60_000
const maxHeldUnits = 5
const wish = z.object({ quantity: z.int().min(1).max(maxHeldUnits) })
const destination = z.object({ address: z.string().min(1).max(300) })

/** Holds keep stock for one customer for a quarter of an hour: held → bought, released or expired. */
export function holdRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/products/{productId}/holds', access: 'bearer', handle: (call) => create(shop, call) },
    { method: 'GET', path: '/holds/{holdId}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'POST', path: '/holds/{holdId}/release', access: 'bearer', handle: (call) => release(shop, call) },
    { method: 'POST', path: '/holds/{holdId}/buy', access: 'bearer', handle: (call) => buy(shop, call) },
  ]
}

function create(shop: Shop, { user, params, body }: Call<User>): Reply {
  const { quantity } = parseBody(wish, body)
  return shop.atomic(() => {
    const product = findProduct(shop, params['productId'])
    const held = heldUnits(shop, user.id)
    const tooMany = unprocessable('hold-limit', `at most ${maxHeldUnits} units may be held at a time`)
    shop.rule('hold-unlimited', held + quantity <= maxHeldUnits, tooMany)
    demand(product.available >= quantity, unprocessable('out-of-stock', `not enough of ${product.id} in stock`))
    const id = shop.nextId('hld')
    shop.db
      .prepare("INSERT INTO holds VALUES (?, ?, ?, ?, 'held', ?)")
      .run(id, product.id, user.id, quantity, shop.now() + holdMs)
    return { status: 201, body: view(shop, find(shop, id)) }
  })
}

function show(shop: Shop, { user, params }: Call<User>): Reply {
  const hold = find(shop, params['holdId'])
  demand(hold.customerId === user.id, missing('hold'))
  return { status: 200, body: view(shop, hold) }
}

function release(shop: Shop, { user, params }: Call<User>): Reply {
  return shop.atomic(() => {
    const hold = find(shop, params['holdId'])
    shop.rule('hold-releasable', hold.customerId === user.id, missing('hold'))
    demand(statusOf(shop, hold) === 'held', conflict(`the hold is ${statusOf(shop, hold)}`))
    setStatus(shop, hold.id, 'released')
    return { status: 200, body: view(shop, find(shop, hold.id)) }
  })
}

function buy(shop: Shop, { user, params, body }: Call<User>): Reply {
  const { address } = parseBody(destination, body)
  return shop.atomic(() => {
    const hold = find(shop, params['holdId'])
    demand(hold.customerId === user.id, missing('hold'))
    const status = statusOf(shop, hold)
    shop.rule('hold-bought-twice', status === 'held', conflict(`the hold is ${status}`))
    const { price, shop: shopId } = findProduct(shop, hold.productId)
    const items = [{ productId: hold.productId, quantity: hold.quantity, unitPrice: price }]
    const order = placeOrder(shop, { user, shopId, items, discount: 0, address })
    addStock(shop, hold.productId, -hold.quantity)
    setStatus(shop, hold.id, 'bought')
    return { status: 201, body: orderView(shop, order) }
  })
}

function find(shop: Shop, id: string | undefined): Hold {
  const hold = shop.db.prepare<[string], Hold>('SELECT * FROM holds WHERE id = ?').get(id ?? '')
  if (!hold) throw missing('hold')
  return hold
}

function heldUnits(shop: Shop, customerId: string): number {
  const row = shop.db
    .prepare<[string, number], { units: number | null }>(
      "SELECT SUM(quantity) AS units FROM holds WHERE customerId = ? AND status = 'held' AND expiresAt > ?",
    )
    .get(customerId, shop.now())
  return row?.units ?? 0
}

function setStatus(shop: Shop, id: string, status: string): void {
  shop.db.prepare('UPDATE holds SET status = ? WHERE id = ?').run(status, id)
}

function statusOf(shop: Shop, hold: Hold): string {
  return hold.status === 'held' && hold.expiresAt <= shop.now() ? 'expired' : hold.status
}

function view(shop: Shop, hold: Hold): Record<string, unknown> {
  return { ...hold, status: statusOf(shop, hold), expiresAt: new Date(hold.expiresAt).toISOString() }
}
