import type { Call, Reply } from '../shared/http.ts'
import { idempotencyKey, parsePayment, recordPayment, repeatedPayment } from './payments.ts'
import { findUser, profile } from './people.ts'
import { currency } from './schema.ts'
import { conflict, demand, forbidden, type Routes, type Shop, type User, unprocessable } from './shop.ts'

const price = 999
const trialMs = 14 * 86_400_000
const periodMs = 30 * 86_400_000

/** The premium plan: a trial once per customer, then paid periods, until cancelled; and what it gives access to. */
export function subscriptionRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/subscription/trial', access: 'bearer', handle: (call) => startTrial(shop, call) },
    { method: 'POST', path: '/subscription/payments', access: 'bearer', handle: (call) => pay(shop, call) },
    { method: 'POST', path: '/subscription/cancel', access: 'bearer', handle: (call) => cancel(shop, call) },
    { method: 'GET', path: '/premium/report', access: 'bearer', handle: (call) => report(shop, call) },
  ]
}

function startTrial(shop: Shop, { user }: Call<User>): Reply {
  return shop.atomic(() => {
    const { subscription, trialUsed } = findUser(shop, user.id)
    const isRunning = subscription === 'trial' || subscription === 'active'
    demand(!isRunning, conflict(`the subscription is ${subscription}`))
    shop.rule('trial-again', trialUsed === 0, unprocessable('trial-used', 'the trial was used before'))
    shop.db
      .prepare("UPDATE users SET subscription = 'trial', trialUsed = 1, subscriptionEndsAt = ? WHERE id = ?")
      .run(shop.now() + trialMs, user.id)
    return { status: 200, body: profile(shop, user) }
  })
}

function pay(shop: Shop, call: Call<User>): Reply {
  const wanted = parsePayment(call.body)
  const draft = { customerId: call.user.id, purpose: 'subscription', idempotencyKey: idempotencyKey(call), ...wanted }
  return shop.atomic(() => {
    const repeated = shop.flawed('idempotency-ignored') ? undefined : repeatedPayment(shop, draft)
    if (repeated) return repeated
    const isExact = wanted.amount === price && wanted.currency === currency
    demand(isExact, unprocessable('amount', `a period costs ${price} ${currency} cents`))
    const reply = recordPayment(shop, draft)
    extend(shop, findUser(shop, call.user.id))
    return reply
  })
}

function extend(shop: Shop, { id, subscription, subscriptionEndsAt }: User): void {
  const from = subscription === 'active' ? Math.max(subscriptionEndsAt, shop.now()) : shop.now()
  shop.db
    .prepare(`UPDATE users SET subscription = 'active', subscriptionEndsAt = ?,
      subscriptionPayments = subscriptionPayments + 1 WHERE id = ?`)
    .run(from + periodMs, id)
}

function cancel(shop: Shop, { user }: Call<User>): Reply {
  return shop.atomic(() => {
    const { subscription } = findUser(shop, user.id)
    const isRunning = subscription === 'trial' || subscription === 'active'
    demand(isRunning, conflict(`the subscription is ${subscription}`))
    shop.db.prepare("UPDATE users SET subscription = 'cancelled' WHERE id = ?").run(user.id)
    return { status: 200, body: profile(shop, user) }
  })
}

function report(shop: Shop, { user }: Call<User>): Reply {
  const { subscription, subscriptionEndsAt } = user
  shop.rule('premium-unpaid', subscription !== 'none', forbidden('this needs a trial or a paid period'))
  shop.rule('premium-after-cancel', subscription !== 'cancelled', forbidden('the subscription is cancelled'))
  const isOver = subscription !== 'none' && subscriptionEndsAt <= shop.now()
  demand(!isOver, forbidden('the trial or the paid period is over'))
  const spending = shop.db
    .prepare<[string], { orders: number; spent: number }>(
      'SELECT COUNT(*) AS orders, COALESCE(SUM(paid - refunded), 0) AS spent FROM orders WHERE customerId = ?',
    )
    .get(user.id)
  return { status: 200, body: { ...spending, currency } }
}
