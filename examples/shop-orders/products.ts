import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { demand, missing, parseBody, type Routes, requireRole, type Shop, type User } from './shop.ts'

/** One row of `products`, with the pieces that are neither sold nor held. */
export interface Product {
  id: string
  shop: string
  name: string
  price: number
  costPrice: number
  stock: number
  available: number
}

const change = z.object({
  name: z.string().min(1).max(100).optional(),
  price: z.int().min(1).max(1_000_000).optional(),
  costPrice: z.int().min(0).max(1_000_000).optional(),
  stock: z.int().min(0).max(100_000).optional(),
})

const selectProducts = `
  SELECT products.*, stock - COALESCE((SELECT SUM(quantity) FROM holds
    WHERE productId = products.id AND status = 'held' AND expiresAt > ?), 0) AS available
  FROM products`

/** The catalogue: a public list, one product, and changes by clerks and managers of its shop. */
export function productRoutes(shop: Shop): Routes {
  return [
    { method: 'GET', path: '/products', access: 'public', handle: ({ query }) => list(shop, query.get('shop')) },
    { method: 'GET', path: '/products/{productId}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'PATCH', path: '/products/{productId}', access: 'bearer', handle: (call) => update(shop, call) },
  ]
}

/** One product; throws 404 when there is none. */
export function findProduct(shop: Shop, id: string | undefined): Product {
  const product = shop.db
    .prepare<[number, string], Product>(`${selectProducts} WHERE products.id = ?`)
    .get(shop.now(), id ?? '')
  if (!product) throw missing('product')
  return product
}

/** Adds pieces to the stock of a product, or takes them with a negative number. */
export function addStock(shop: Shop, productId: string, pieces: number): void {
  shop.db.prepare('UPDATE products SET stock = stock + ? WHERE id = ?').run(pieces, productId)
}

function list(shop: Shop, wanted: string | null): Reply {
  const rows = shop.db.prepare<[number], Product>(`${selectProducts} ORDER BY products.id`).all(shop.now())
  const products = rows.filter((row) => wanted === null || row.shop === wanted).map(publicFields)
  return { status: 200, body: { products } }
}

function show(shop: Shop, { user, params }: Call<User>): Reply {
  const product = findProduct(shop, params['productId'])
  const full = user.shop === product.shop || shop.flawed('cost-price-shown')
  return { status: 200, body: full ? product : publicFields(product) }
}

function update(shop: Shop, { user, params, body }: Call<User>): Reply {
  if (!shop.flawed('product-edit-open')) requireRole(user, ['clerk', 'manager'])
  const product = findProduct(shop, params['productId'])
  demand(user.shop === product.shop, missing('product'))
  const wanted = parseBody(change, body)
  return shop.atomic(() => {
    const now = findProduct(shop, product.id)
    const { name = now.name, price = now.price, costPrice = now.costPrice, stock = now.stock } = wanted
    shop.db
      .prepare('UPDATE products SET name = ?, price = ?, costPrice = ?, stock = ? WHERE id = ?')
      .run(name, price, costPrice, stock, product.id)
    repriceOpenCarts(shop, product.id, price)
    return { status: 200, body: findProduct(shop, product.id) }
  })
}

function repriceOpenCarts(shop: Shop, productId: string, price: number): void {
  shop.db
    .prepare(`UPDATE cartItems SET unitPrice = ? WHERE productId = ?
      AND cartId IN (SELECT id FROM carts WHERE status = 'open')`)
    .run(price, productId)
}

function publicFields(product: Product): Omit<Product, 'costPrice'> {
  const { costPrice: _, ...shown } = product
  return shown
}
