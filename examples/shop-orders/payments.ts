import { z } from 'zod'
import { type Call, Problem, type Reply } from '../shared/http.ts'
import { type Order, ownOrder, setStatus } from './orders.ts'
import { findUser } from './people.ts'
import { conflict, demand, parseBody, type Routes, type Shop, type User, unprocessable } from './shop.ts'

interface Payment {
  id: string
  customerId: string
  purpose: string
  idempotencyKey: string
  amount: number
  currency: string
  method: string
  createdAt: number
}

/** A payment that is about to be written. */
export type PaymentDraft = Pick<Payment, 'customerId' | 'purpose' | 'idempotencyKey' | 'amount' | 'currency' | 'method'>

const paymentBody = z.object({
  amount: z.int().min(1).max(100_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/),
  method: z.enum(['card', 'credit']),
})

/** Payments of orders: the exact total, once, by card or from the credit of gift cards and refunds. */
export function paymentRoutes(shop: Shop): Routes {
  return [{ method: 'POST', path: '/orders/{orderId}/payments', access: 'bearer', handle: (call) => pay(shop, call) }]
}

/** The body of every payment; throws 400 when it does not fit. */
export function parsePayment(body: unknown): Pick<Payment, 'amount' | 'currency' | 'method'> {
  return parseBody(paymentBody, body)
}

/** The Idempotency-Key of a request; throws 400 without one. */
export function idempotencyKey(call: Call<User>): string {
  const key = call.headers['idempotency-key']
  if (typeof key === 'string' && key.length >= 1 && key.length <= 100) return key
  throw new Problem(400, 'idempotency-key-missing', 'an Idempotency-Key header of 1 to 100 characters is needed')
}

/** The answer to a payment that was made before under this key, or undefined; throws 422 when it was another one. */
export function repeatedPayment(shop: Shop, draft: PaymentDraft): Reply | undefined {
  const earlier = shop.db
    .prepare<[string, string], Payment>('SELECT * FROM payments WHERE customerId = ? AND idempotencyKey = ?')
    .get(draft.customerId, draft.idempotencyKey)
  if (!earlier) return undefined
  const isSame =
    earlier.purpose === draft.purpose &&
    earlier.amount === draft.amount &&
    earlier.currency === draft.currency &&
    earlier.method === draft.method
  demand(isSame, unprocessable('idempotency-key-reused', 'this Idempotency-Key belongs to another payment'))
  return { status: 200, body: view(earlier) }
}

/** Writes a payment, taking it from the credit of the customer if so wished; throws 422 when that is too small. */
export function recordPayment(shop: Shop, draft: PaymentDraft): Reply {
  if (draft.method === 'credit') {
    const enough = findUser(shop, draft.customerId).credit >= draft.amount
    demand(enough, unprocessable('credit-too-small', 'the credit does not cover this payment'))
    addCredit(shop, draft.customerId, -draft.amount)
  }
  const payment = { id: shop.nextId('pay'), ...draft, createdAt: shop.now() }
  shop.db
    .prepare(`INSERT INTO payments
      VALUES (@id, @customerId, @purpose, @idempotencyKey, @amount, @currency, @method, @createdAt)`)
    .run(payment)
  return { status: 201, body: view(payment) }
}

/** Adds to the credit of a user, in cents. */
export function addCredit(shop: Shop, userId: string, amount: number): void {
  shop.db.prepare('UPDATE users SET credit = credit + ? WHERE id = ?').run(amount, userId)
}

function pay(shop: Shop, call: Call<User>): Reply {
  const wanted = parsePayment(call.body)
  const key = idempotencyKey(call)
  return shop.atomic(() => {
    const order = ownOrder(shop, call.user, call.params['orderId'])
    const draft = { customerId: call.user.id, purpose: order.id, idempotencyKey: key, ...wanted }
    const repeated = repeatedPayment(shop, draft)
    if (repeated) return repeated
    shop.rule('pay-twice', order.status === 'placed', conflict(`the order is ${order.status}`))
    const isExact = wanted.amount === order.total
    shop.rule('amount-unchecked', isExact, unprocessable('amount', `the total is ${order.total}`))
    const isCurrency = wanted.currency === order.currency
    shop.rule('currency-unchecked', isCurrency, unprocessable('currency', `the currency is ${order.currency}`))
    const reply = recordPayment(shop, draft)
    settle(shop, order, draft)
    return reply
  })
}

function settle(shop: Shop, order: Order, { amount, currency }: PaymentDraft): void {
  shop.db.prepare('UPDATE orders SET paid = paid + ? WHERE id = ?').run(amount, order.id)
  setStatus(shop, order, 'paid')
  shop.db
    .prepare('INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(shop.nextId('inv'), order.id, order.shop, order.customerId, amount, currency, shop.now())
}

function view({ purpose, createdAt, idempotencyKey: _, ...payment }: Payment): Record<string, unknown> {
  return { ...payment, for: purpose, createdAt: new Date(createdAt).toISOString() }
}
