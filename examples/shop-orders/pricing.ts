import type { Shop } from './shop.ts'

/** One product in a cart or an order. */
export interface Item {
  productId: string
  quantity: number
  unitPrice: number
}

/** One row of `coupons`. */
export interface Coupon {
  code: string
  percent: number
  minimum: number
}

/** What is in a cart. */
export function cartItems(shop: Shop, cartId: string): Item[] {
  return shop.db
    .prepare<[string], Item>('SELECT productId, quantity, unitPrice FROM cartItems WHERE cartId = ? ORDER BY productId')
    .all(cartId)
}

/** The sum of the items, in cents, before any discount. */
export function subtotalOf(items: readonly Item[]): number {
  return items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0)
}

/** The coupons on a cart. */
export function findCoupons(shop: Shop, cartId: string): Coupon[] {
  return shop.db
    .prepare<[string], Coupon>('SELECT coupons.* FROM cartCoupons JOIN coupons USING (code) WHERE cartId = ?')
    .all(cartId)
}

/** What the coupons take off, in cents, rounded down; a coupon whose minimum is not reached takes nothing off. */
export function discountOf(shop: Shop, coupons: readonly Coupon[], subtotal: number): number {
  const fitting = coupons.filter((coupon) => reachesMinimum(shop, coupon, subtotal))
  return fitting.reduce((sum, { percent }) => sum + Math.floor((subtotal * percent) / 100), 0)
}

/** Tells whether an order of this worth may use the coupon. */
export function reachesMinimum(shop: Shop, coupon: Coupon, subtotal: number): boolean {
  return subtotal >= coupon.minimum || shop.flawed('coupon-below-minimum')
}
