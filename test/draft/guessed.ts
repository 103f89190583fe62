// What a draft reads out of a description, one place of it each.
import type { Json, Operation } from './drafting.ts'

const thing = (properties: Json): Json => ({ type: 'object', properties: { id: { type: 'string' }, ...properties } })
export const words = (...values: readonly string[]): Json => ({ type: 'string', enum: values })
export const text = { type: 'string' }
export const order = thing({ status: words('placed', 'paid', 'shipped', 'cancelled'), customerId: text })
export const role = { 'GET /me': { answer: thing({ role: words('customer', 'clerk', 'manager') }) } }
export const read = { 'GET /orders/{id}': { answer: order } }

const staffed = { 'GET /me': { answer: thing({ role: words('customer', 'clerk', 'underwriter') }) } }
const payout = { status: words('open', 'signed', 'closed'), customerId: text, requestedBy: text, approvedBy: text }
const asked = { 'GET /payouts/{id}': { answer: thing(payout) } }

const enveloped = { type: 'object', properties: { data: order } }
const coupon = { type: 'object', properties: { code: text, percent: { type: 'number' } } }

export const cases: Readonly<
  Record<string, { operations: Readonly<Record<string, Operation>>; at: string; is: unknown }>
> = {
  'an owner by its name': { operations: read, at: 'objects.order.owner', is: '/customerId' },
  'a user owns itself': {
    operations: { ...read, 'GET /users/{id}': { answer: thing({ name: text }) }, 'DELETE /users/{id}': {} },
    at: 'objects.user.owner',
    is: '/id',
  },
  'a state with its values': {
    operations: { ...read, 'POST /orders/{id}/pay': {} },
    at: 'objects.order.states',
    is: ['placed', 'paid', 'shipped', 'cancelled'],
  },
  'states that are no names': {
    operations: {
      'GET /jobs/{id}': { answer: thing({ state: words('In Progress', 'done') }) },
      'POST /jobs/{id}/finish': {},
    },
    at: 'objects.job.state',
    is: { at: '/state', values: { 'in-progress': 'In Progress', done: 'done' } },
  },
  'a verb leads to its participle': {
    operations: { ...read, 'POST /orders/{id}/pay': {} },
    at: 'objects.order.transitions.pay.to',
    is: 'paid',
  },
  'from the state before in the usual order': {
    operations: { ...read, 'POST /orders/{id}/ship': {} },
    at: 'objects.order.transitions.ship.from',
    is: 'paid',
  },
  'cancelling is for what is not done': {
    operations: { ...read, 'POST /orders/{id}/cancel': {} },
    at: 'objects.order.transitions.cancel.from',
    is: 'placed',
  },
  'what a text says beats what is usual': {
    operations: { ...read, 'POST /orders/{id}/cancel': { says: 'Cancel an order while it is placed or paid' } },
    at: 'objects.order.transitions.cancel.from',
    is: ['placed', 'paid'],
  },
  'before a state': {
    operations: { ...read, 'POST /orders/{id}/cancel': { says: 'Cancels an order before it is shipped' } },
    at: 'objects.order.transitions.cancel.from',
    is: ['placed', 'paid'],
  },
  'unless a state': {
    operations: { ...read, 'POST /orders/{id}/cancel': { says: 'Cancels an order unless it was shipped' } },
    at: 'objects.order.transitions.cancel.from',
    is: ['placed', 'paid'],
  },
  'back to a state': {
    operations: { ...read, 'POST /orders/{id}/withdraw': { says: 'Takes a paid order back to placed' } },
    at: 'objects.order.transitions.withdraw.to',
    is: 'placed',
  },
  'a noun in the path is its verb': {
    operations: { ...read, 'POST /orders/{id}/payments': {} },
    at: 'objects.order.transitions.pay.to',
    is: 'paid',
  },
  'deleting leads out of sight': {
    operations: { ...read, 'DELETE /orders/{id}': {} },
    at: 'objects.order.gone',
    is: 'deleted',
  },
  'roles are actors': { operations: { ...read, ...role }, at: 'actors.clerk', is: { kind: 'user' } },
  'a text names who may': {
    operations: { ...read, ...role, 'POST /orders/{id}/ship': { says: 'Ships an order; clerks only.' } },
    at: 'objects.order.transitions.ship.by',
    is: 'clerk',
  },
  'owner and staff': {
    operations: { ...role, 'GET /orders/{id}': { answer: order, says: 'For its owner, and managers' } },
    at: 'operations.api.getOrdersById.by',
    is: ['owner', 'manager'],
  },
  'no security is public': {
    operations: { ...read, 'POST /register': { more: { security: [] } } },
    at: 'operations.api.postRegister.public.until',
    is: '2027-02-19',
  },
  'reading without security is for anyone': {
    operations: { ...read, 'GET /health': { more: { security: [] } } },
    at: 'operations.api.getHealth.by',
    is: 'anyone',
  },
  'a parent in the path': {
    operations: {
      ...read,
      'GET /orders/{orderId}/lines/{lineId}': { answer: thing({ orderId: text }) },
      'POST /orders/{orderId}/lines': { answer: thing({ orderId: text }) },
    },
    at: 'objects.line.parent',
    is: { object: 'order', key: '/orderId' },
  },
  'a reference in the body': {
    operations: {
      ...read,
      'POST /refunds/{id}/retry': { body: { type: 'object', required: ['orderId'], properties: { orderId: text } } },
    },
    at: 'objects.refund.transitions.retry.refs.order',
    is: '$request.body#/orderId',
  },
  'read-only is written by nobody': {
    operations: {
      'GET /orders/{id}': { answer: thing({ total: { type: 'number', readOnly: true } }) },
      'DELETE /orders/{id}': {},
    },
    at: 'objects.order.fields.total',
    is: { type: 'money', 'set-by': 'nobody' },
  },
  'who a sentence begins with may': {
    operations: { ...read, ...role, 'POST /orders/{id}/revoke': { says: 'Clerk revokes an order' } },
    at: 'objects.order.transitions.revoke.by',
    is: 'clerk',
  },
  'whose work it is named after': {
    operations: { ...read, ...staffed, 'POST /orders/{id}/decision': { says: 'Underwriting decision' } },
    at: 'objects.order.transitions.decision.by',
    is: 'underwriter',
  },
  'whom a text keeps out is another': {
    operations: { ...asked, ...role, 'POST /payouts/{id}/approve': { says: 'A manager, not the requester, approves' } },
    at: 'objects.payout.transitions.approve.not',
    is: 'requested-by',
  },
  'neither of two': {
    operations: {
      ...asked,
      ...role,
      'POST /payouts/{id}/sign': { says: 'Neither the owner nor who approved may sign' },
    },
    at: 'objects.payout.transitions.sign.not',
    is: ['owner', 'approved-by'],
  },
  'whoever did something is no state': {
    operations: {
      ...asked,
      'POST /payouts/{id}/close': { says: 'Close it while it is open; neither the owner nor who signed may' },
    },
    at: 'objects.payout.transitions.close.from',
    is: 'open',
  },
  'a compound is what its last word says': {
    operations: { ...read, 'POST /orders/{id}/payment-reminder': { says: 'Payment reminder' } },
    at: 'objects.order.transitions.payment.to',
    is: undefined,
  },
  'an agent acts for somebody': {
    operations: { ...read, 'GET /me': { answer: thing({ role: words('agent', 'copilot') }) } },
    at: 'actors',
    is: { agent: { kind: 'user' }, copilot: { kind: 'agent' } },
  },
  'an internal field is for staff': {
    operations: { ...role, 'GET /products/{id}': { answer: thing({ costPrice: text }) }, 'DELETE /products/{id}': {} },
    at: 'objects.product.fields.costPrice.seen-by',
    is: ['clerk', 'manager'],
  },
  'a secret is for nobody': {
    operations: { 'GET /users/{id}': { answer: thing({ passwordHash: text }) }, 'DELETE /users/{id}': {} },
    at: 'objects.user.fields.passwordHash.seen-by',
    is: 'nobody',
  },
  'an idempotency key': {
    operations: {
      ...read,
      'POST /orders': {
        answer: order,
        more: { parameters: [{ name: 'Idempotency-Key', in: 'header', schema: text }] },
      },
    },
    at: 'objects.order.transitions.create.idempotency',
    is: '$request.header.Idempotency-Key',
  },
  'bounds of the schema': {
    operations: {
      ...read,
      'POST /orders/{id}/pay': {
        body: {
          type: 'object',
          required: ['amount'],
          properties: { amount: { type: 'number', minimum: 1, exclusiveMaximum: 500 } },
        },
      },
    },
    at: 'objects.order.transitions.pay.when',
    is: ['request.amount >= 1', 'request.amount < 500'],
  },
  'a list in an envelope': {
    operations: {
      ...read,
      'GET /orders': { answer: { type: 'object', properties: { data: { type: 'array', items: order }, next: text } } },
    },
    at: 'operations.api.getOrders.items',
    is: '/data',
  },
  'one thing in an envelope': {
    operations: {
      'GET /orders/{id}': { answer: { type: 'object', properties: { data: order } } },
      'DELETE /orders/{id}': {},
    },
    at: 'objects.order.read-at',
    is: '/data',
  },
  'the key of what is created in an envelope': {
    operations: { 'GET /orders/{id}': { answer: enveloped }, 'POST /orders': { answer: enveloped } },
    at: 'objects.order.transitions.create.key',
    is: '$response.body#/data/id',
  },
  'no place of a key where only reading wraps': {
    operations: { 'GET /orders/{id}': { answer: enveloped }, 'POST /orders': { answer: order } },
    at: 'objects.order.transitions.create.key',
    is: undefined,
  },
  'an envelope of creating that reading does not have': {
    operations: { ...read, 'POST /orders': { answer: enveloped } },
    at: 'objects.order.transitions.create.key',
    is: '$response.body#/data/id',
  },
  'no place to read at where only creating wraps': {
    operations: { ...read, 'POST /orders': { answer: enveloped } },
    at: 'objects.order.read-at',
    is: undefined,
  },
  'the key under its own name in an envelope': {
    operations: {
      'GET /coupons/{code}': { answer: { type: 'object', properties: { result: coupon } } },
      'POST /coupons': { answer: { type: 'object', properties: { result: coupon } } },
    },
    at: 'objects.coupon.transitions.create.key',
    is: '$response.body#/result/code',
  },
  'the account of the caller in an envelope': {
    operations: { 'GET /me': { answer: enveloped }, 'POST /me/verify': {} },
    at: 'objects.user.read-at',
    is: '/data',
  },
  'an approval that the next move needs': {
    operations: {
      ...role,
      'GET /claims/{id}': { answer: thing({ status: words('draft', 'submitted', 'approved', 'rejected', 'paid') }) },
      'POST /claims/{id}/approve': {},
      'POST /claims/{id}/pay': {},
    },
    at: 'objects.claim.transitions.pay.approval',
    is: 'claim-approval',
  },
  'whoever has a gift card uses it': {
    operations: { 'GET /gift-cards/{code}': { answer: thing({ code: text }) }, 'POST /gift-cards/{code}/redeem': {} },
    at: 'objects.gift-card.capability.bits',
    is: 96,
  },
  'the account of the caller': {
    operations: { 'GET /me': { answer: thing({ email: text }) }, 'POST /me/verify': {} },
    at: 'objects.user.transitions.verify.key',
    is: '$principal.id',
  },
  'a shared link is for whoever has it': {
    operations: { ...read, 'GET /shared/{shareId}': { answer: thing({}), more: { security: [] } } },
    at: 'operations.api.getSharedByShareId.by',
    is: 'holder',
  },
  'what changes the whole is no thing of its own': {
    operations: {
      'GET /carts/{cartId}': { answer: thing({ total: text }) },
      'PUT /carts/{cartId}/items/{productId}': { answer: thing({ total: text }) },
    },
    at: 'objects',
    is: { cart: { read: 'api.getCartsByCartId', transitions: { 'put-carts-by-cart-id-items-by-product-id': 0 } } },
  },
}
