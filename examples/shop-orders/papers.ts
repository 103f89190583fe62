import type { Call, Reply } from '../shared/http.ts'
import { type Order, orderItems, ownOrder } from './orders.ts'
import { missing, type Routes, type Shop, type User } from './shop.ts'

interface Invoice {
  id: string
  orderId: string
  shop: string
  customerId: string
  amount: number
  currency: string
  issuedAt: number
}

/** Invoices, and links by which a customer shows an order to whoever holds the link. */
export function paperRoutes(shop: Shop): Routes {
  return [
    { method: 'GET', path: '/invoices', access: 'bearer', handle: (call) => list(shop, call) },
    { method: 'POST', path: '/orders/{orderId}/share', access: 'bearer', handle: (call) => share(shop, call) },
    {
      method: 'GET',
      path: '/shared/{shareId}',
      access: 'public',
      handle: ({ params }) => showShared(shop, params['shareId']),
    },
  ]
}

function list(shop: Shop, { user }: Call<User>): Reply {
  const ofShop = ['clerk', 'manager'].includes(user.role) ? user.shop : null
  const invoices = shop.db
    .prepare<[], Invoice>('SELECT * FROM invoices ORDER BY issuedAt, id')
    .all()
    .filter(
      ({ customerId, shop: issuer }) =>
        customerId === user.id || issuer === ofShop || shop.flawed('invoices-unfiltered'),
    )
    .map((invoice) => ({ ...invoice, issuedAt: new Date(invoice.issuedAt).toISOString() }))
  return { status: 200, body: { invoices } }
}

function share(shop: Shop, { user, params }: Call<User>): Reply {
  return shop.atomic(() => {
    const order = ownOrder(shop, user, params['orderId'])
    const shareId = order.shareId ?? shop.capabilityId('shr', 'share-id-sequential')
    shop.db.prepare('UPDATE orders SET shareId = ? WHERE id = ?').run(shareId, order.id)
    return { status: 200, body: { shareId, path: `/shared/${shareId}` } }
  })
}

function showShared(shop: Shop, shareId: string | undefined): Reply {
  const order = shop.db.prepare<[string], Order>('SELECT * FROM orders WHERE shareId = ?').get(shareId ?? '')
  if (!order) throw missing('shared order')
  const { status, total, currency } = order
  return { status: 200, body: { status, total, currency, items: orderItems(shop, order.id) } }
}
