import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { findOrder, type Order, setStatus } from './orders.ts'
import { addCredit } from './payments.ts'
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
  unprocessable,
} from './shop.ts'

interface Refund {
  id: string
  orderId: string
  shop: string
  amount: number
  reason: string
  status: string
  requestedBy: string
  approvedBy: string | null
}

const approvalAbove = 10_000
const amount = z.int().min(1).max(100_000_000)
const reason = z.string().min(1).max(500)
const request = z.object({ amount, reason })
const change = z.object({ amount: amount.optional(), reason: reason.optional() })

/** Refunds of returned or cancelled orders: requested → approved → executed; up to 100.00 no approval is needed. */
export function refundRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/orders/{orderId}/refunds', access: 'bearer', handle: (call) => create(shop, call) },
    { method: 'GET', path: '/refunds/{refundId}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'PATCH', path: '/refunds/{refundId}', access: 'bearer', handle: (call) => update(shop, call) },
    { method: 'POST', path: '/refunds/{refundId}/approve', access: 'bearer', handle: (call) => approve(shop, call) },
    { method: 'POST', path: '/refunds/{refundId}/execute', access: 'bearer', handle: (call) => execute(shop, call) },
  ]
}

function create(shop: Shop, { user, params, body }: Call<User>): Reply {
  requireRole(user, ['clerk', 'manager'])
  const wanted = parseBody(request, body)
  return shop.atomic(() => {
    const order = findOrder(shop, params['orderId'])
    shop.rule('refund-other-shop', user.shop === order.shop, missing('order'))
    demand(['returned', 'cancelled'].includes(order.status), conflict(`the order is ${order.status}`))
    const id = shop.nextId('rfd')
    demandCovered(shop, order, { id, amount: wanted.amount })
    shop.db
      .prepare("INSERT INTO refunds VALUES (?, ?, ?, ?, ?, 'requested', ?, NULL)")
      .run(id, order.id, order.shop, wanted.amount, wanted.reason, user.id)
    return { status: 201, body: find(shop, id) }
  })
}

function show(shop: Shop, { user, params }: Call<User>): Reply {
  const refund = find(shop, params['refundId'])
  const mayRead = user.shop === refund.shop || findOrder(shop, refund.orderId).customerId === user.id
  demand(mayRead, missing('refund'))
  return { status: 200, body: refund }
}

function update(shop: Shop, { user, params, body }: Call<User>): Reply {
  const wanted = parseBody(change, body)
  return shop.atomic(() => {
    const refund = staffRefund(shop, user, params['refundId'])
    demand(refund.requestedBy === user.id, forbidden('only who requested a refund may change it'))
    demand(refund.status !== 'executed', conflict('the refund is executed'))
    const next = { amount: wanted.amount ?? refund.amount, reason: wanted.reason ?? refund.reason }
    demandCovered(shop, findOrder(shop, refund.orderId), { id: refund.id, amount: next.amount })
    shop.db.prepare('UPDATE refunds SET amount = ?, reason = ? WHERE id = ?').run(next.amount, next.reason, refund.id)
    if (!shop.flawed('refund-changed')) withdrawApproval(shop, refund)
    return { status: 200, body: find(shop, refund.id) }
  })
}

function approve(shop: Shop, { user, params }: Call<User>): Reply {
  requireRole(user, ['manager'])
  return shop.atomic(() => {
    const refund = staffRefund(shop, user, params['refundId'])
    const isForeign = refund.requestedBy !== user.id
    shop.rule('refund-self-approved', isForeign, forbidden('somebody else must approve your refund'))
    demand(refund.status === 'requested', conflict(`the refund is ${refund.status}`))
    shop.db.prepare("UPDATE refunds SET status = 'approved', approvedBy = ? WHERE id = ?").run(user.id, refund.id)
    return { status: 200, body: find(shop, refund.id) }
  })
}

async function execute(shop: Shop, { user, params }: Call<User>): Promise<Reply> {
  requireRole(user, ['clerk', 'manager'])
  return shop.checkThenWrite(
    'refund-race',
    () => executable(shop, user, params['refundId']),
    (refund) => {
      const order = findOrder(shop, refund.orderId)
      shop.db.prepare("UPDATE refunds SET status = 'executed' WHERE id = ?").run(refund.id)
      shop.db.prepare('UPDATE orders SET refunded = refunded + ? WHERE id = ?').run(refund.amount, order.id)
      addCredit(shop, order.customerId, refund.amount)
      if (order.refunded + refund.amount >= order.paid) setStatus(shop, order, 'refunded')
      return { status: 200, body: find(shop, refund.id) }
    },
  )
}

function executable(shop: Shop, user: User, id: string | undefined): Refund {
  const refund = staffRefund(shop, user, id)
  shop.rule('refund-replayed', refund.status !== 'executed', conflict('the refund is executed'))
  const isApproved = refund.approvedBy !== null || refund.amount <= approvalAbove
  shop.rule('refund-unapproved', isApproved, forbidden('a manager must approve this refund first'))
  return refund
}

function demandCovered(shop: Shop, order: Order, refund: { id: string; amount: number }): void {
  const tooMuch = unprocessable('refund-limit', `refunds may not exceed the ${order.paid} paid`)
  demand(refund.amount <= order.paid, tooMuch)
  const others = shop.db
    .prepare<[string, string], { sum: number | null }>(
      'SELECT SUM(amount) AS sum FROM refunds WHERE orderId = ? AND id <> ?',
    )
    .get(order.id, refund.id)
  shop.rule('refund-split', (others?.sum ?? 0) + refund.amount <= order.paid, tooMuch)
}

function withdrawApproval(shop: Shop, refund: Refund): void {
  shop.db.prepare("UPDATE refunds SET status = 'requested', approvedBy = NULL WHERE id = ?").run(refund.id)
}

function staffRefund(shop: Shop, user: User, id: string | undefined): Refund {
  const refund = find(shop, id)
  demand(user.shop === refund.shop, missing('refund'))
  return refund
}

function find(shop: Shop, id: string | undefined): Refund {
  const refund = shop.db.prepare<[string], Refund>('SELECT * FROM refunds WHERE id = ?').get(id ?? '')
  if (!refund) throw missing('refund')
  return refund
}
