import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { RunningShop } from '../../examples/shop-orders/start.ts'

const text = z.string().catch('')
const number = z.number().catch(Number.NaN)
const bodySchema = z.looseObject({
  id: text,
  status: z.union([z.string(), z.number()]).optional(),
  code: text,
  token: text,
  verificationCode: text,
  shareId: text,
  role: text,
  ok: z.boolean().optional().catch(undefined),
  verified: z.boolean().catch(false),
  total: number,
  paid: number,
  refunded: number,
  credit: number,
  discount: number,
  price: number,
  stock: number,
  quantity: number,
  amount: number,
  subscription: z.looseObject({ status: text, payments: number }).catch({ status: '', payments: Number.NaN }),
  items: z.array(z.looseObject({ quantity: number, unitPrice: number })).catch([]),
  products: z.array(z.looseObject({ stock: number })).catch([]),
  invoices: z.array(z.looseObject({ orderId: text, customerId: text })).catch([]),
})

/** What came back: the status line and the body, whose absent members are empty or not a number. */
export interface Answer {
  http: number
  body: z.infer<typeof bodySchema>
}

/** Somebody who uses the shop. */
export class Person {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers)
  }

  put(path: string, body: object): Promise<Answer> {
    return this.send('PUT', path, body)
  }

  patch(path: string, body: object): Promise<Answer> {
    return this.send('PATCH', path, body)
  }

  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answer = await response.text()
    return { http: response.status, body: bodySchema.parse(answer === '' ? {} : JSON.parse(answer)) }
  }
}

/** Everything a test does with a running shop: its people, and the way to every state of an order. */
export class Desk {
  readonly #shop: RunningShop
  readonly stranger: Person

  constructor(shop: RunningShop) {
    this.#shop = shop
    this.stranger = new Person(shop.url, '')
  }

  /** A seeded user. */
  as(id: string): Person {
    return new Person(this.#shop.url, this.#shop.tokens[id] ?? '')
  }

  /** A registered customer whose address is not verified yet. */
  async register(extra: object = {}): Promise<{ person: Person; id: string; verificationCode: string }> {
    const email = `${randomUUID()}@example.com`
    const { body } = await this.stranger.post('/register', { email, name: 'New', ...extra })
    return { person: new Person(this.#shop.url, body.token), id: body.id, verificationCode: body.verificationCode }
  }

  /** A fresh and verified customer. */
  async customer(): Promise<Person> {
    const { person, verificationCode } = await this.register()
    await person.post('/me/verify', { code: verificationCode })
    return person
  }

  /** An open cart with one product in it. */
  async cart(person: Person, productId = 'prd-1', quantity = 1): Promise<string> {
    const shop = ['prd-5', 'prd-6'].includes(productId) ? 'shop-2' : 'shop-1'
    const { body } = await person.post('/carts', { shop })
    await person.put(`/carts/${body.id}/items/${productId}`, { quantity })
    return body.id
  }

  checkout(person: Person, cartId: string): Promise<Answer> {
    return person.post(`/carts/${cartId}/checkout`, { address: 'Main Street 1' })
  }

  async placed(person: Person, productId = 'prd-1', quantity = 1): Promise<Answer['body']> {
    return (await this.checkout(person, await this.cart(person, productId, quantity))).body
  }

  pay(person: Person, orderId: string, amount: number, currency = 'EUR'): Promise<Answer> {
    const body = { amount, currency, method: 'card' }
    return person.post(`/orders/${orderId}/payments`, body, { 'idempotency-key': randomUUID() })
  }

  async paid(person: Person, productId = 'prd-1', quantity = 1): Promise<Answer['body']> {
    const order = await this.placed(person, productId, quantity)
    await this.pay(person, order.id, order.total)
    return order
  }

  ship(orderId: string, by = 'wanda'): Promise<Answer> {
    return this.as(by).post(`/orders/${orderId}/ship`, { tracking: 'T-1' })
  }

  async packed(person: Person, productId = 'prd-1'): Promise<Answer['body']> {
    const order = await this.paid(person, productId)
    await this.as(productId === 'prd-5' ? 'wilma' : 'wanda').post(`/orders/${order.id}/pack`)
    return order
  }

  async shipped(person: Person): Promise<Answer['body']> {
    const order = await this.packed(person)
    await this.ship(order.id)
    return order
  }

  async delivered(person: Person): Promise<Answer['body']> {
    const order = await this.shipped(person)
    await this.as('wanda').post(`/orders/${order.id}/deliver`)
    return order
  }

  async returnRequested(person: Person): Promise<Answer['body']> {
    const order = await this.delivered(person)
    await person.post(`/orders/${order.id}/return`, { reason: 'too loud' })
    return order
  }

  /** A paid order of 159.00 that was cancelled, so that it can be refunded. */
  async cancelled(person: Person): Promise<Answer['body']> {
    const order = await this.paid(person)
    await person.post(`/orders/${order.id}/cancel`)
    return order
  }

  /** A requested refund of such an order. */
  async refund(person: Person, amount: number, by = 'clara'): Promise<{ id: string; orderId: string }> {
    const order = await this.cancelled(person)
    const { body } = await this.as(by).post(`/orders/${order.id}/refunds`, { amount, reason: 'cancelled' })
    return { id: body.id, orderId: order.id }
  }
}
