// The shop behind the desk: a plain HTTP API. It gives money back to whoever asks with a token; the guard stands in front of it too.
import { randomBytes } from 'node:crypto'
import { type Listening, listen, Problem, type Route } from '../shared/http.ts'
import type { Desk, Order } from './records.ts'

/** Who has a token here. The desk's server and the guard have one of their own. */
export interface Person {
  readonly id: string
  readonly kind: 'user' | 'service' | 'agent'
  readonly tenant: string
  readonly roles: readonly string[]
}

/** Everybody, by name. `lea` is both clerk and manager, so that asking and approving by one person can be tried. */
export const PEOPLE: readonly Person[] = [
  { id: 'clara', kind: 'user', tenant: 'north', roles: ['clerk'] },
  { id: 'carl', kind: 'user', tenant: 'south', roles: ['clerk'] },
  { id: 'lea', kind: 'user', tenant: 'north', roles: ['clerk', 'manager'] },
  { id: 'mia', kind: 'user', tenant: 'north', roles: ['manager'] },
  { id: 'aud', kind: 'user', tenant: 'north', roles: ['auditor'] },
  { id: 'desk-bot', kind: 'agent', tenant: '', roles: ['desk-bot'] },
  { id: 'reader-bot', kind: 'agent', tenant: '', roles: ['reader-bot'] },
  { id: 'night-bot', kind: 'agent', tenant: '', roles: ['night-bot'] },
  { id: 'desk', kind: 'service', tenant: '', roles: ['desk'] },
  { id: 'guard', kind: 'service', tenant: '', roles: ['reader'] },
]

export interface RunningShop extends Listening {
  /** The token of everybody, by name. */
  readonly tokens: Readonly<Record<string, string>>
}

/** Serves the shop on a free port of 127.0.0.1. */
export async function openShop(desk: Desk, port?: number): Promise<RunningShop> {
  const tokens = new Map(PEOPLE.map((each) => [randomBytes(24).toString('base64url'), each]))
  const server = await listen<Person>({
    routes: routes(desk),
    authenticate: (token) => tokens.get(token),
    ...(port === undefined ? {} : { port }),
  })
  return { ...server, tokens: Object.fromEntries([...tokens].map(([token, { id }]) => [id, token])) }
}

function routes(desk: Desk): Route<Person>[] {
  const look = <T>(path: string, kept: ReadonlyMap<string, T>): Route<Person> => ({
    method: 'GET',
    path: `${path}/{id}`,
    access: 'bearer',
    handle: ({ params }) => ({ status: 200, body: found(kept, params['id']) }),
  })
  return [
    { method: 'GET', path: '/me', access: 'bearer', handle: ({ user }) => ({ status: 200, body: user }) },
    look('/orders', desk.orders),
    look('/customers', desk.customers),
    look('/tickets', desk.tickets),
    look('/credits', desk.credits),
    {
      method: 'POST',
      path: '/orders',
      access: 'bearer',
      handle: ({ body }) => ({ status: 200, body: place(desk, body) }),
    },
    {
      method: 'POST',
      path: '/orders/{id}/payments',
      access: 'bearer',
      handle: ({ params }) => ({
        status: 200,
        body: Object.assign(found(desk.orders, params['id']), { status: 'paid' }),
      }),
    },
    {
      method: 'POST',
      path: '/orders/{id}/refunds',
      access: 'bearer',
      handle: ({ params, body }) => ({ status: 200, body: refund(desk, params['id'], body) }),
    },
  ]
}

function found<T>(kept: ReadonlyMap<string, T>, id: string | undefined): T {
  const one = kept.get(id ?? '')
  if (one === undefined) throw new Problem(404, 'not-found', 'there is no such thing')
  return one
}

function place(desk: Desk, { customer_id, sku, price }: Readonly<Record<string, unknown>>): Order {
  const { id, tenant, account } = found(desk.customers, String(customer_id))
  const order: Order = {
    id: `o-${3000 + desk.orders.size}`,
    tenant,
    customer_id: id,
    status: 'placed',
    total: String(price),
    refunded: '0.00',
    items: [{ sku: String(sku), price: String(price) }],
    account,
    gift_message: '',
  }
  desk.orders.set(order.id, order)
  return order
}

/** The same, asked directly instead of over HTTP. */
export function askDirectly(desk: Desk): (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown> {
  const kept = { orders: desk.orders, customers: desk.customers, tickets: desk.tickets, credits: desk.credits }
  return async (method, path, body) => {
    const [, kind = '', id] = path.split('/')
    if (method === 'POST') return refund(desk, id, Object.fromEntries(Object.entries(body ?? {})))
    const there = Object.entries(kept)
      .find(([name]) => name === kind)?.[1]
      .get(id ?? '')
    if (there === undefined) throw new Problem(404, 'not-found', 'there is no such thing')
    return there
  }
}

/** Money goes back; what is given back in all is not compared with anything. */
function refund(desk: Desk, id: string | undefined, { amount, account }: Readonly<Record<string, unknown>>): unknown {
  const order = found(desk.orders, id)
  const cents = Math.round(Number(amount) * 100)
  if (!Number.isFinite(cents)) throw new Problem(422, 'amount', 'an amount is a number')
  const all = Math.round(Number(order.refunded) * 100) + cents
  order.refunded = (all / 100).toFixed(2)
  if (all >= Math.round(Number(order.total) * 100)) order.status = 'refunded'
  desk.outbox.push({ kind: 'refund', order: order.id, amount: (cents / 100).toFixed(2), account: String(account) })
  return { order_id: order.id, amount: (cents / 100).toFixed(2), account, status: order.status }
}
