import { z } from 'zod'
import { type Call, Problem, type Reply } from '../shared/http.ts'
import { cartView, ownCart } from './carts.ts'
import { type Coupon, cartItems, findCoupons, reachesMinimum, subtotalOf } from './pricing.ts'
import { conflict, demand, missing, parseBody, type Routes, type Shop, type User, unprocessable } from './shop.ts'

const application = z.object({ code: z.string().min(1).max(40) })

/** Coupons: one per cart, once per customer, from a least order value on. Refusals are answers with `ok: false`. */
export function couponRoutes(shop: Shop): Routes {
  return [{ method: 'POST', path: '/carts/{cartId}/coupon', access: 'bearer', handle: (call) => answer(shop, call) }]
}

async function answer(shop: Shop, call: Call<User>): Promise<Reply> {
  try {
    return await apply(shop, call)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { status: 200, body: { ok: false, error: { code: error.code, message: error.message } } }
  }
}

function apply(shop: Shop, { user, params, body }: Call<User>): Promise<Reply> {
  const { code } = parseBody(application, body)
  return shop.checkThenWrite(
    'coupon-race',
    () => applicable(shop, user, params['cartId'], code),
    ({ cart, coupon }) => {
      shop.db.prepare('INSERT INTO cartCoupons VALUES (?, ?)').run(cart.id, coupon.code)
      return { status: 200, body: { ok: true, cart: cartView(shop, cart) } }
    },
  )
}

function applicable(shop: Shop, user: User, cartId: string | undefined, code: string) {
  const cart = ownCart(shop, user, cartId)
  demand(cart.status === 'open', conflict('the cart was checked out already'))
  const coupon = shop.db.prepare<[string], Coupon>('SELECT * FROM coupons WHERE code = ?').get(code)
  if (!coupon) throw missing('coupon')
  const present = findCoupons(shop, cart.id)
  const isNew = present.every((other) => other.code !== code)
  demand(isNew, unprocessable('coupon-present', 'this coupon is on the cart already'))
  shop.rule('coupon-stacked', present.length === 0, unprocessable('coupon-stacking', 'one coupon per cart'))
  const used = usedBefore(shop, user.id, cart.id, code)
  shop.rule('coupon-reused', !used, unprocessable('coupon-used', 'this coupon was used before'))
  const enough = reachesMinimum(shop, coupon, subtotalOf(cartItems(shop, cart.id)))
  demand(enough, unprocessable('coupon-minimum', `the order must be worth at least ${coupon.minimum} cents`))
  return { cart, coupon }
}

function usedBefore(shop: Shop, customerId: string, cartId: string, code: string): boolean {
  const use = shop.db
    .prepare('SELECT 1 FROM cartCoupons JOIN carts ON id = cartId WHERE customerId = ? AND cartId <> ? AND code = ?')
    .get(customerId, cartId, code)
  return use !== undefined
}
