import { randomUUID } from 'node:crypto'
import type { FlawName } from '../../examples/shop-orders/flaws.ts'
import type { Answer, Desk, Person } from './shop-desk.ts'

/** A hand-written abuse. It tells whether the abuse took effect, by the state somebody else reads, not by a status. */
export type Attack = (desk: Desk) => Promise<boolean>

/** One abuse for every flaw of the shop. */
export const attacks: Readonly<Record<FlawName, Attack>> = {
  'ship-unpaid': onOrder('placed', 'shipped', (desk, { id }) => desk.ship(id)),
  'pack-unpaid': onOrder('placed', 'packed', (desk, { id }) => desk.as('wanda').post(`/orders/${id}/pack`)),
  'deliver-unshipped': onOrder('paid', 'delivered', (desk, { id }) => desk.as('wanda').post(`/orders/${id}/deliver`)),
  'return-undelivered': onOrder('paid', 'return-requested', (_, { id }, customer) =>
    customer.post(`/orders/${id}/return`, { reason: 'never came' }),
  ),
  'return-unrequested': onOrder('delivered', 'returned', (desk, { id }) =>
    desk.as('clara').post(`/orders/${id}/return/approve`),
  ),
  'cancel-shipped': onOrder('shipped', 'cancelled', (_, { id }, customer) => customer.post(`/orders/${id}/cancel`)),
  'order-status-writable': onOrder('placed', 'delivered', (_, { id }, customer) =>
    customer.patch(`/orders/${id}`, { status: 'delivered' }),
  ),
  'pay-twice': async (desk) => {
    const customer = await desk.customer()
    const { id, total } = await desk.paid(customer)
    await desk.pay(customer, id, total)
    return (await desk.as('clara').get(`/orders/${id}`)).body.paid > total
  },
  'checkout-twice': async (desk) => {
    const customer = await desk.customer()
    const cart = await desk.cart(customer)
    const [first, second] = [await desk.checkout(customer, cart), await desk.checkout(customer, cart)]
    return first.http === 201 && (await desk.as('clara').get(`/orders/${second.body.id}`)).body.status === 'placed'
  },
  'hold-bought-twice': async (desk) => {
    const customer = await desk.customer()
    const { body } = await customer.post('/products/prd-2/holds', { quantity: 2 })
    const buy = () => customer.post(`/holds/${body.id}/buy`, { address: 'Main Street 1' })
    const [first, second] = [await buy(), await buy()]
    return first.http === 201 && (await desk.as('clara').get(`/orders/${second.body.id}`)).body.status === 'placed'
  },
  'refund-replayed': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 9000)
    for (const _ of [1, 2]) await desk.as('clara').post(`/refunds/${id}/execute`)
    return (await customer.get('/me')).body.credit === 18000
  },
  'gift-card-replayed': async (desk) => {
    const [first, second] = [await desk.customer(), await desk.customer()]
    const { code } = (await desk.as('mona').post('/gift-cards', { value: 5000 })).body
    for (const person of [first, second]) await person.post(`/gift-cards/${code}/redeem`)
    return (await second.get('/me')).body.credit === 5000
  },
  'idempotency-ignored': async (desk) => {
    const customer = await desk.customer()
    const payment = { amount: 999, currency: 'EUR', method: 'card' }
    const headers = { 'idempotency-key': randomUUID() }
    for (const _ of [1, 2]) await customer.post('/subscription/payments', payment, headers)
    return (await customer.get('/me')).body.subscription.payments === 2
  },
  'refund-unapproved': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 15000)
    await desk.as('clara').post(`/refunds/${id}/execute`)
    return (await customer.get('/me')).body.credit === 15000
  },
  'refund-self-approved': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 15000, 'mona')
    await desk.as('mona').post(`/refunds/${id}/approve`)
    await desk.as('mona').post(`/refunds/${id}/execute`)
    return (await customer.get('/me')).body.credit === 15000
  },
  'refund-changed': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 11000)
    await desk.as('mona').post(`/refunds/${id}/approve`)
    await desk.as('clara').patch(`/refunds/${id}`, { amount: 15900 })
    await desk.as('clara').post(`/refunds/${id}/execute`)
    return (await customer.get('/me')).body.credit === 15900
  },
  'return-self-approved': async (desk) => {
    const { id } = await desk.returnRequested(desk.as('cleo'))
    await desk.as('cleo').post(`/orders/${id}/return/approve`)
    return (await desk.as('clara').get(`/orders/${id}`)).body.status === 'returned'
  },
  'price-from-request': onTotal((person, cart) => person.put(`/carts/${cart}/items/prd-1`, { quantity: 1, price: 1 }), {
    below: 15900,
  }),
  'amount-unchecked': onOrder('placed', 'paid', (desk, { id }, customer) => desk.pay(customer, id, 1)),
  'currency-unchecked': onOrder('placed', 'paid', (desk, { id, total }, customer) =>
    desk.pay(customer, id, total, 'JPY'),
  ),
  'quantity-negative': onTotal((person, cart) => person.put(`/carts/${cart}/items/prd-2`, { quantity: -5 }), {
    below: 15900,
  }),
  'quantity-huge': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.placed(customer, 'prd-6', 11)
    return (await desk.as('claus').get(`/orders/${id}`)).body.items[0]?.quantity === 11
  },
  'coupon-reused': async (desk) => {
    const customer = await desk.customer()
    const discounts = []
    for (const _ of [1, 2]) {
      const cart = await desk.cart(customer)
      await customer.post(`/carts/${cart}/coupon`, { code: 'WELCOME10' })
      discounts.push((await desk.checkout(customer, cart)).body.discount)
    }
    return discounts.every((discount) => discount === 1590)
  },
  'coupon-stacked': onTotal(
    async (person, cart) => {
      for (const code of ['WELCOME10', 'SUMMER20']) await person.post(`/carts/${cart}/coupon`, { code })
    },
    { below: 14310 },
  ),
  'coupon-below-minimum': onTotal((person, cart) => person.post(`/carts/${cart}/coupon`, { code: 'BULK30' }), {
    below: 15900,
  }),
  'refund-split': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.cancelled(customer)
    for (const _ of [1, 2]) {
      const { body } = await desk.as('clara').post(`/orders/${id}/refunds`, { amount: 9000, reason: 'cancelled' })
      await desk.as('clara').post(`/refunds/${body.id}/execute`)
    }
    return (await customer.get('/me')).body.credit > 15900
  },
  'stock-race': async (desk) => {
    await desk.as('clara').patch('/products/prd-4', { stock: 1 })
    const customers = await Promise.all(Array.from({ length: 20 }, () => desk.customer()))
    const carts = await Promise.all(customers.map(async (person) => ({ person, id: await desk.cart(person, 'prd-4') })))
    await Promise.all(carts.map(({ person, id }) => desk.checkout(person, id)))
    return (await desk.stranger.get('/products')).body.products.some(({ stock }) => stock < 0)
  },
  'coupon-race': async (desk) => {
    const customer = await desk.customer()
    const cart = await desk.cart(customer)
    await wide(() => customer.post(`/carts/${cart}/coupon`, { code: 'WELCOME10' }))
    return (await desk.checkout(customer, cart)).body.total < 14310
  },
  'gift-card-race': async (desk) => {
    const customer = await desk.customer()
    const { code } = (await desk.as('mona').post('/gift-cards', { value: 5000 })).body
    await wide(() => customer.post(`/gift-cards/${code}/redeem`))
    return (await customer.get('/me')).body.credit > 5000
  },
  'refund-race': async (desk) => {
    const customer = await desk.customer()
    const { id } = await desk.refund(customer, 9000)
    await wide(() => desk.as('clara').post(`/refunds/${id}/execute`))
    return (await customer.get('/me')).body.credit > 9000
  },
  'hold-unlimited': async (desk) => {
    const customer = await desk.customer()
    const holds = []
    for (const _ of [1, 2, 3]) holds.push((await customer.post('/products/prd-2/holds', { quantity: 3 })).body.id)
    const held = await Promise.all(holds.map((id) => customer.get(`/holds/${id}`)))
    return held.filter(({ body }) => body.status === 'held').length === 3
  },
  'premium-unpaid': async (desk) => (await (await desk.customer()).get('/premium/report')).body['spent'] === 0,
  'premium-after-cancel': async (desk) => {
    const customer = await desk.customer()
    await customer.post('/subscription/trial')
    await customer.post('/subscription/cancel')
    return (await customer.get('/premium/report')).body['spent'] === 0
  },
  'trial-again': async (desk) => {
    const customer = await desk.customer()
    for (const step of ['trial', 'cancel', 'trial']) await customer.post(`/subscription/${step}`)
    return (await customer.get('/me')).body.subscription.status === 'trial'
  },
  'checkout-unverified': async (desk) => {
    const { person } = await desk.register()
    const { id } = await desk.placed(person)
    return (await desk.as('clara').get(`/orders/${id}`)).body.status === 'placed'
  },
  'verify-any-code': async (desk) => {
    const { person } = await desk.register()
    await person.post('/me/verify', { code: 'guess' })
    return (await person.get('/me')).body.verified
  },
  'order-readable': async (desk) => {
    const { id, total } = await desk.placed(await desk.customer())
    return (await desk.as('bob').get(`/orders/${id}`)).body.total === total
  },
  'order-cancellable': onOrder('placed', 'cancelled', (desk, { id }) => desk.as('bob').post(`/orders/${id}/cancel`)),
  'hold-releasable': async (desk) => {
    const customer = await desk.customer()
    const { id } = (await customer.post('/products/prd-2/holds', { quantity: 1 })).body
    await desk.as('bob').post(`/holds/${id}/release`)
    return (await customer.get(`/holds/${id}`)).body.status === 'released'
  },
  'cost-price-shown': async (desk) => (await desk.as('bob').get('/products/prd-1')).body['costPrice'] === 8200,
  'role-at-registration': async (desk) => {
    const { person } = await desk.register({ role: 'admin' })
    await person.put('/users/carla/role', { role: 'customer', shop: null })
    return (await person.get('/me')).body.role === 'admin'
  },
  'roles-open': async (desk) => {
    const { person, id } = await desk.register()
    await person.put(`/users/${id}/role`, { role: 'manager', shop: 'shop-1' })
    return (await person.get('/me')).body.role === 'manager'
  },
  'product-edit-open': async (desk) => {
    const { price } = (await desk.as('clara').get('/products/prd-3')).body
    await desk.as('wanda').patch('/products/prd-3', { price: price + 1 })
    return (await desk.as('clara').get('/products/prd-3')).body.price === price + 1
  },
  'ship-other-shop': async (desk) => {
    const { id } = await desk.packed(await desk.customer(), 'prd-5')
    await desk.ship(id, 'wanda')
    return (await desk.as('claus').get(`/orders/${id}`)).body.status === 'shipped'
  },
  'refund-other-shop': async (desk) => {
    const { id } = await desk.refund(await desk.customer(), 9000, 'claus')
    return (await desk.as('clara').get(`/refunds/${id}`)).body.amount === 9000
  },
  'gift-code-sequential': async (desk) => {
    const issue = async () => (await desk.as('mona').post('/gift-cards', { value: 5000 })).body.code
    const [known] = [await issue(), await issue()]
    await desk.as('bob').post(`/gift-cards/${successor(known)}/redeem`)
    return (await desk.as('bob').get('/me')).body.credit === 5000
  },
  'share-id-sequential': async (desk) => {
    const share = async () => {
      const customer = await desk.customer()
      const { id } = await desk.placed(customer)
      return (await customer.post(`/orders/${id}/share`)).body.shareId
    }
    const [known] = [await share(), await share()]
    return (await desk.stranger.get(`/shared/${successor(known)}`)).body.status === 'placed'
  },
  'invoices-unfiltered': async (desk) => {
    const { id } = await desk.paid(await desk.customer())
    return (await desk.as('bob').get('/invoices')).body.invoices.some(({ orderId }) => orderId === id)
  },
}

type State = 'placed' | 'paid' | 'shipped' | 'delivered'

function onOrder(
  from: State,
  to: string,
  act: (desk: Desk, order: Answer['body'], customer: Person) => Promise<Answer>,
): Attack {
  return async (desk) => {
    const customer = await desk.customer()
    const order = await desk[from](customer)
    await act(desk, order, customer)
    return (await desk.as('clara').get(`/orders/${order.id}`)).body.status === to
  }
}

function onTotal(act: (person: Person, cart: string) => Promise<unknown>, limit: { below: number }): Attack {
  return async (desk) => {
    const customer = await desk.customer()
    const cart = await desk.cart(customer)
    await act(customer, cart)
    const { id } = (await desk.checkout(customer, cart)).body
    return (await desk.as('clara').get(`/orders/${id}`)).body.total < limit.below
  }
}

function wide(send: () => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: 20 }, send))
}

function successor(id: string): string {
  return id.replace(/\d*$/, (digits) => String(BigInt(digits) + 1n))
}
