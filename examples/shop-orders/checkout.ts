import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { type Cart, ownCart } from './carts.ts'
import { findOrder, type Order, orderView } from './orders.ts'
import { cartItems, discountOf, findCoupons, type Item, subtotalOf } from './pricing.ts'
import { addStock, findProduct } from './products.ts'
import { currency } from './schema.ts'
import { conflict, demand, forbidden, parseBody, type Routes, type Shop, type User, unprocessable } from './shop.ts'

/** What an order is made of. */
export interface OrderDraft {
  user: User
  shopId: string
  items: readonly Item[]
  discount: number
  address: string
}

const destination = z.object({ address: z.string().min(1).max(300) })

/** Checkout turns an open cart into a placed order, and takes its goods from the stock. */
export function checkoutRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/carts/{cartId}/checkout', access: 'bearer', handle: (call) => checkout(shop, call) },
  ]
}

/** Writes a placed order; takes nothing from the stock. Throws 403 for customers who are not verified. */
export function placeOrder(shop: Shop, { user, shopId, items, discount, address }: OrderDraft): Order {
  shop.rule('checkout-unverified', user.verified === 1, forbidden('verify the e-mail address first'))
  const id = shop.nextId('ord')
  const subtotal = subtotalOf(items)
  shop.db
    .prepare(`INSERT INTO orders (id, shop, customerId, status, subtotal, discount, total, currency, address, createdAt)
      VALUES (?, ?, ?, 'placed', ?, ?, ?, ?, ?, ?)`)
    .run(id, shopId, user.id, subtotal, discount, subtotal - discount, currency, address, shop.now())
  const insertItem = shop.db.prepare('INSERT INTO orderItems VALUES (?, ?, ?, ?)')
  for (const { productId, quantity, unitPrice } of items) insertItem.run(id, productId, quantity, unitPrice)
  return findOrder(shop, id)
}

function checkout(shop: Shop, { user, params, body }: Call<User>): Promise<Reply> {
  const { address } = parseBody(destination, body)
  return shop.checkThenWrite(
    'stock-race',
    () => demandStock(shop, cartItems(shop, ownCart(shop, user, params['cartId']).id)),
    () => {
      const cart = ownCart(shop, user, params['cartId'])
      shop.rule('checkout-twice', cart.status === 'open', conflict('the cart was checked out already'))
      const order = orderCart(shop, user, cart, address)
      return { status: 201, body: orderView(shop, order) }
    },
  )
}

function orderCart(shop: Shop, user: User, cart: Cart, address: string): Order {
  const items = cartItems(shop, cart.id)
  demand(items.length > 0, unprocessable('cart-empty', 'the cart is empty'))
  const discount = discountOf(shop, findCoupons(shop, cart.id), subtotalOf(items))
  const order = placeOrder(shop, { user, shopId: cart.shop, items, discount, address })
  for (const { productId, quantity } of items) addStock(shop, productId, -quantity)
  shop.db.prepare("UPDATE carts SET status = 'ordered' WHERE id = ?").run(cart.id)
  return order
}

function demandStock(shop: Shop, items: readonly Item[]): void {
  for (const { productId, quantity } of items) {
    const enough = findProduct(shop, productId).available >= quantity
    demand(enough, unprocessable('out-of-stock', `not enough of ${productId} in stock`))
  }
}
