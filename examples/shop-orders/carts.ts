import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { cartItems, discountOf, findCoupons, subtotalOf } from './pricing.ts'
import { findProduct } from './products.ts'
import { currency, shops } from './schema.ts'
import { conflict, demand, missing, parseBody, type Routes, type Shop, type User, unprocessable } from './shop.ts'

/** One row of `carts`. */
export interface Cart {
  id: string
  shop: string
  customerId: string
  status: string
}

const maxQuantity = 10
const choice = z.object({ shop: z.enum(shops) })
const placement = z.object({
  quantity: z.int().min(-1_000_000).max(1_000_000),
  price: z.unknown().optional(),
})

/** Carts: one open cart per customer, with products of one shop, 1 to 10 of each, at the price of the catalogue. */
export function cartRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/carts', access: 'bearer', handle: (call) => create(shop, call) },
    { method: 'GET', path: '/carts/{cartId}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'PUT', path: '/carts/{cartId}/items/{productId}', access: 'bearer', handle: (call) => put(shop, call) },
  ]
}

/** The cart of this user; throws 404 for carts of others. */
export function ownCart(shop: Shop, user: User, id: string | undefined): Cart {
  const cart = shop.db.prepare<[string], Cart>('SELECT * FROM carts WHERE id = ?').get(id ?? '')
  if (cart?.customerId !== user.id) throw missing('cart')
  return cart
}

/** A cart as its customer sees it, with what an order made of it would cost. */
export function cartView(shop: Shop, cart: Cart): Record<string, unknown> {
  const items = cartItems(shop, cart.id)
  const coupons = findCoupons(shop, cart.id)
  const subtotal = subtotalOf(items)
  const discount = discountOf(shop, coupons, subtotal)
  return {
    ...cart,
    items,
    coupons: coupons.map(({ code }) => code),
    subtotal,
    discount,
    total: subtotal - discount,
    currency,
  }
}

function create(shop: Shop, { user, body }: Call<User>): Reply {
  const chosen = parseBody(choice, body)
  return shop.atomic(() => {
    const open = shop.db.prepare("SELECT 1 FROM carts WHERE customerId = ? AND status = 'open'").get(user.id)
    demand(open === undefined, conflict('there is an open cart already'))
    const cart = { id: shop.nextId('crt'), shop: chosen.shop, customerId: user.id, status: 'open' }
    shop.db.prepare('INSERT INTO carts VALUES (@id, @shop, @customerId, @status)').run(cart)
    return { status: 201, body: cartView(shop, cart) }
  })
}

function show(shop: Shop, { user, params }: Call<User>): Reply {
  return { status: 200, body: cartView(shop, ownCart(shop, user, params['cartId'])) }
}

function put(shop: Shop, { user, params, body }: Call<User>): Reply {
  const { quantity, price } = parseBody(placement, body)
  return shop.atomic(() => {
    const cart = ownCart(shop, user, params['cartId'])
    demand(cart.status === 'open', conflict('the cart was checked out already'))
    const product = findProduct(shop, params['productId'])
    demand(product.shop === cart.shop, unprocessable('other-shop', 'a cart holds products of one shop'))
    shop.rule('quantity-negative', quantity >= 1, unprocessable('quantity', 'at least one'))
    shop.rule('quantity-huge', quantity <= maxQuantity, unprocessable('quantity', `at most ${maxQuantity}`))
    const trusted = shop.flawed('price-from-request') && typeof price === 'number'
    shop.db
      .prepare('INSERT OR REPLACE INTO cartItems VALUES (?, ?, ?, ?)')
      .run(cart.id, product.id, quantity, trusted ? price : product.price)
    return { status: 200, body: cartView(shop, cart) }
  })
}
