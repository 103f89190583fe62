import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { findOrder, orderView, ownOrder, restock, setStatus } from './orders.ts'
import {
  conflict,
  demand,
  forbidden,
  missing,
  parseBody,
  type Routes,
  requireRole,
  type Shop,
  type User,
} from './shop.ts'

const shipment = z.object({ tracking: z.string().min(1).max(60) })
const complaint = z.object({ reason: z.string().min(1).max(500) })

/** The way of the goods: packed, shipped, delivered, and perhaps back again. */
export function fulfilmentRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/orders/{orderId}/pack', access: 'bearer', handle: (call) => pack(shop, call) },
    { method: 'POST', path: '/orders/{orderId}/ship', access: 'bearer', handle: (call) => ship(shop, call) },
    { method: 'POST', path: '/orders/{orderId}/deliver', access: 'bearer', handle: (call) => deliver(shop, call) },
    { method: 'POST', path: '/orders/{orderId}/return', access: 'bearer', handle: (call) => requestReturn(shop, call) },
    {
      method: 'POST',
      path: '/orders/{orderId}/return/approve',
      access: 'bearer',
      handle: (call) => approveReturn(shop, call),
    },
  ]
}

function pack(shop: Shop, { user, params }: Call<User>): Reply {
  requireRole(user, ['warehouse'])
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    demand(user.shop === order.shop, missing('order'))
    shop.rule('pack-unpaid', order.status === 'paid', conflict(`the order is ${order.status}`))
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'packed')) }
  })
}

function ship(shop: Shop, { user, params, body }: Call<User>): Reply {
  requireRole(user, ['warehouse'])
  const { tracking } = parseBody(shipment, body)
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    shop.rule('ship-other-shop', user.shop === order.shop, missing('order'))
    shop.rule('ship-unpaid', order.status === 'packed', conflict(`the order is ${order.status}`))
    shop.db.prepare('UPDATE orders SET tracking = ? WHERE id = ?').run(tracking, order.id)
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'shipped')) }
  })
}

function deliver(shop: Shop, { user, params }: Call<User>): Reply {
  requireRole(user, ['warehouse'])
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    demand(user.shop === order.shop, missing('order'))
    shop.rule('deliver-unshipped', order.status === 'shipped', conflict(`the order is ${order.status}`))
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'delivered')) }
  })
}

function requestReturn(shop: Shop, { user, params, body }: Call<User>): Reply {
  const { reason } = parseBody(complaint, body)
  return shop.atomic(() => {
    const order = ownOrder(shop, user, params['orderId'])
    shop.rule('return-undelivered', order.status === 'delivered', conflict(`the order is ${order.status}`))
    shop.db.prepare('UPDATE orders SET returnReason = ? WHERE id = ?').run(reason, order.id)
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'return-requested')) }
  })
}

function approveReturn(shop: Shop, { user, params }: Call<User>): Reply {
  requireRole(user, ['clerk'])
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    demand(user.shop === order.shop, missing('order'))
    const isForeign = order.customerId !== user.id
    shop.rule('return-self-approved', isForeign, forbidden('somebody else must approve your return'))
    shop.rule('return-unrequested', order.status === 'return-requested', conflict(`the order is ${order.status}`))
    restock(shop, order)
    return { status: 200, body: orderView(shop, setStatus(shop, order, 'returned')) }
  })
}
