// A shop whose orders have a lifecycle, and whose API now and then does what nobody intends.
import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'

export const ordersCharter = `
lockstep: 1
name: orders
sources:
  - name: shop
    type: inline
    operations:
      place: { method: POST, path: /orders, body: { amount: 1 } }
      look: { method: GET, path: "/orders/{id}" }
      pay: { method: POST, path: "/orders/{id}/pay" }
      ship: { method: POST, path: "/orders/{id}/ship" }
      refund: { method: POST, path: "/orders/{id}/refund", body: { amount: 1 } }
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'manager' in principal.roles" }
objects:
  order:
    key: /id
    owner: /owner
    state: /state
    read: shop.look
    truth: tracked
    states: [placed, paid, shipped, refunded]
    final: refunded
    transitions:
      view: { on: shop.look, by: [owner, manager] }
      place: { on: shop.place, to: placed, by: customer }
      pay: { on: shop.pay, from: placed, to: paid, by: owner, once: true }
      ship: { on: shop.ship, from: paid, to: shipped, by: manager }
      refund:
        on: shop.refund
        from: [paid, shipped]
        to: refunded
        by: manager
        limit: { sum: request.amount, at-most: object.amount, per: object }
        approval: large
approvals:
  large: { needed-when: request.amount > 100, by: manager, not: [requester] }
workflows:
  selling:
    owners: { workflow: sales, security: appsec }
    operations: [shop.place, shop.pay]
`

interface Order {
  readonly id: string
  readonly owner: string
  readonly amount: number
  state: string
}

/** Orders of 13 are shipped when they are paid. */
export function ordersApi(): RequestListener {
  const orders = new Map<string, Order>()
  const outcomes: Readonly<Record<string, string>> = { pay: 'paid', ship: 'shipped', refund: 'refunded' }
  return async (request, response) => {
    const [, , id = '', act = ''] = (request.url ?? '').split('/')
    const body = request.method === 'POST' ? ((await json(request).catch(() => ({}))) as { amount?: number }) : {}
    let order = orders.get(id)
    if (request.method === 'POST' && id === '') {
      order = { id: `o${orders.size + 1}`, owner: 'ann', amount: body.amount ?? 0, state: 'placed' }
      orders.set(order.id, order)
    } else if (order !== undefined && outcomes[act] !== undefined) {
      order.state = act === 'pay' && order.amount === 13 ? 'shipped' : outcomes[act]
    }
    response.writeHead(order === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(order ?? {}))
  }
}
