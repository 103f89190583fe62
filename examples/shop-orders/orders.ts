import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import type { Item } from './pricing.ts'
import { addStock } from './products.ts'
import { conflict, demand, missing, parseBody, type Routes, type Shop, type User } from './shop.ts'

/** One row of `orders`. */
export interface Order {
  id: string
  shop: string
  customerId: string
  status: string
  subtotal: number
  discount: number
  total: number
  currency: string
  paid: number
  refunded: number
  address: string
  note: string
  tracking: string | null
  returnReason: string | null
  shareId: string | null
  createdAt: number
}

const change = z.object({
  address: z.string().min(1).max(300).optional(),
  note: z.string().max(500).optional(),
  status: z.unknown().optional(),
})

/** Orders as their customer and the staff of their shop see, change and cancel them. */
export function orderRoutes(shop: Shop): Routes {
  return [
    { method: 'GET', path: '/orders/{orderId}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'PATCH', path: '/orders/{orderId}', access: 'bearer', handle: (call) => update(shop, call) },
    { method: 'POST', path: '/orders/{orderId}/cancel', access: 'bearer', handle: (call) => cancel(shop, call) },
  ]
}

/** The order; throws 404 when there is none. Says nothing about who may see it. */
export function findOrder(shop: Shop, id: string | undefined): Order {
  const order = shop.db.prepare<[string], Order>('SELECT * FROM orders WHERE id = ?').get(id ?? '')
  if (!order) throw missing('order')
  return order
}

/** The order of this customer; throws 404 for orders of others. */
export function ownOrder(shop: Shop, user: User, id: string | undefined): Order {
  const order = findOrder(shop, id)
  demand(order.customerId === user.id, missing('order'))
  return order
}

/** Moves an order to a status. */
export function setStatus(shop: Shop, order: Order, status: string): Order {
  shop.db.prepare('UPDATE orders SET status = ? WHERE id = ?').run(status, order.id)
  return findOrder(shop, order.id)
}

/** Puts the goods of an order back on the shelf. */
export function restock(shop: Shop, order: Order): void {
  for (const { productId, quantity } of orderItems(shop, order.id)) addStock(shop, productId, quantity)
}

/** What was ordered. */
export function orderItems(shop: Shop, orderId: string): Item[] {
  return shop.db
    .prepare<[string], Item>('SELECT productId, quantity, unitPrice FROM orderItems WHERE orderId = ?')
    .all(orderId)
}

/** An order as its customer and the staff of its shop see it. */
export function orderView(shop: Shop, order: Order): Record<string, unknown> {
  return { ...order, items: orderItems(shop, order.id), createdAt: new Date(order.createdAt).toISOString() }
}

function show(shop: Shop, { user, params }: Call<User>): Reply {
  const order = findOrder(shop, params['orderId'])
  const mayRead = order.customerId === user.id || order.shop === user.shop
  shop.rule('order-readable', mayRead, missing('order'))
  return { status: 200, body: orderView(shop, order) }
}

function update(shop: Shop, { user, params, body }: Call<User>): Reply {
  const wanted = parseBody(change, body)
  return shop.atomic(() => {
    const order = ownOrder(shop, user, params['orderId'])
    demand(['placed', 'paid'].includes(order.status), conflict(`the order is ${order.status}`))
    const { address = order.address, note = order.note } = wanted
    shop.db.prepare('UPDATE orders SET address = ?, note = ? WHERE id = ?').run(address, note, order.id)
    if (shop.flawed('order-status-writable') && typeof wanted.status === 'string') setStatus(shop, order, wanted.status)
    return { status: 200, body: orderView(shop, findOrder(shop, order.id)) }
  })
}

function cancel(shop: Shop, { user, params }: Call<User>): Reply {
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    const mayCancel = order.customerId === user.id || (user.role === 'clerk' && user.shop === order.shop)
    shop.rule('order-cancellable', mayCancel, missing('order'))
    const cancellable = ['placed', 'paid'].includes(order.status)
    shop.rule('cancel-shipped', cancellable, conflict(`the order is ${order.status}`))
    restock(shop, order)
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'cancelled')) }
  })
}
