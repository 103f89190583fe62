// What a draft reads out of descriptions, and that whatever it reads, it gives a charter without errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkCharter } from '../../src/charter/check/check.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { loadDescription } from '../../src/charter/load-description.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { ApiDescription } from '../../src/charter/source/description.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'
import { withoutReasons } from '../../src/draft/claim.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import { printDraft } from '../../src/draft/print.ts'

type Json = Readonly<Record<string, unknown>>

function describe(document: unknown): ApiDescription {
  const { description } = readDescription('api', document, () => ({ file: 'openapi.json', line: 1, column: 1 }))
  assert.ok(description)
  return description
}

function textOf(description: ApiDescription): string {
  return printDraft(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21' }))
}

/** Errors of `lockstep check` on the draft; warnings are for the person. */
function errorsOf(description: ApiDescription): string[] {
  const { charter, diagnostics } = parseCharter([{ file: 'charter.yaml', text: textOf(description) }])
  if (charter === undefined) return diagnostics.map(({ message, line }) => `${line}: ${message}`)
  const linked = linkCharter(charter, new Map([[description.source, description]]))
  const all = [...linked.diagnostics, ...checkCharter(linked.charter, charter, { today: '2026-11-21' })]
  // Nothing may be left uncovered either: it would be denied and never tested.
  const wrong = all.filter((each) => hasErrors([each]) || each.code === 'operation-uncovered')
  return wrong.map(({ message, line }) => `${line}: ${message}`)
}

interface Operation {
  readonly says?: string
  readonly body?: Json
  readonly answer?: Json
  readonly more?: Json
}

/** An OpenAPI document from `METHOD /path` to what is particular about it. */
function api(operations: Readonly<Record<string, Operation>>, schemas: Json = {}): ApiDescription {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [place, { says, body, answer, more }] of Object.entries(operations)) {
    const [method = '', path = ''] = place.split(' ')
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
    const content = (schema: unknown): Json => ({ content: { 'application/json': { schema } } })
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        ...(says === undefined ? {} : { summary: says }),
        parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...(body === undefined ? {} : { requestBody: content(body) }),
        responses: { '200': { description: 'ok', ...(answer === undefined ? {} : content(answer)) } },
        ...more,
      },
    }
  }
  const securitySchemes = { token: { type: 'http', scheme: 'bearer' } }
  const info = { title: 'Test', version: '1' }
  return describe({
    openapi: '3.1.0',
    info,
    paths,
    security: [{ token: [] }],
    components: { schemas, securitySchemes },
  })
}

const thing = (properties: Json): Json => ({ type: 'object', properties: { id: { type: 'string' }, ...properties } })
const words = (...values: readonly string[]): Json => ({ type: 'string', enum: values })
const text = { type: 'string' }
const order = thing({ status: words('placed', 'paid', 'shipped', 'cancelled'), customerId: text })
const role = { 'GET /me': { answer: thing({ role: words('customer', 'clerk', 'manager') }) } }
const read = { 'GET /orders/{id}': { answer: order } }

const staffed = { 'GET /me': { answer: thing({ role: words('customer', 'clerk', 'underwriter') }) } }
const payout = { status: words('open', 'signed', 'closed'), customerId: text, requestedBy: text, approvedBy: text }
const asked = { 'GET /payouts/{id}': { answer: thing(payout) } }

const enveloped = { type: 'object', properties: { data: order } }
const coupon = { type: 'object', properties: { code: text, percent: { type: 'number' } } }

const cases: Readonly<Record<string, { operations: Readonly<Record<string, Operation>>; at: string; is: unknown }>> = {
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

/** Path of names, with the dots of operations inside. */
function at(value: unknown, path: string): unknown {
  if (path === '' || value === undefined) return value
  const members = Object.entries(Object(value))
  const [name, member] = members.find(([each]) => path === each || path.startsWith(`${each}.`)) ?? []
  return name === undefined ? undefined : at(member, path.slice(name.length + 1))
}

for (const [name, { operations, at: place, is }] of Object.entries(cases)) {
  test(`drafts ${name}`, () => {
    const description = api(operations)
    const draft = withoutReasons(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21' }))
    if (place === 'objects') assert.deepEqual(Object.keys(Object(at(draft, place))), Object.keys(Object(is)))
    else assert.deepEqual(at(draft, place), is)
    assert.deepEqual(errorsOf(description), [])
  })
}

for (const example of ['bank-payments', 'shop-orders']) {
  test(`the draft of ${example} is a charter, the same every time`, async () => {
    const { description } = await loadDescription('api', `examples/${example}/openapi.yaml`)
    assert.ok(description)
    assert.deepEqual(errorsOf(description), [])
    assert.equal(textOf(description), textOf(description))
  })
}

test('every guess says why on its line, and what the description says stands alone', () => {
  const description = api({ ...read, ...role, 'POST /orders/{id}/pay': {} })
  const lines = textOf(description).split('\n')
  const line = (start: string): string => lines.find((each) => each.trim().startsWith(start)) ?? ''
  assert.equal(line('owner:').trim(), 'owner: /customerId # guessed: because of the name `customerId`')
  assert.equal(line('read:').trim(), 'read: api.getOrdersById')
  assert.equal(line('on:').trim(), 'on: api.postOrdersByIdPay')
  assert.match(line('from:'), /from: placed # guessed: because of the usual order/)
})

const segment = fc.constantFrom(
  'orders',
  'users',
  'a',
  'status',
  '{id}',
  '{orderId}',
  'pay',
  'items',
  '{x}',
  'on',
  '1',
  'approve',
  'refunds',
  'é',
  'gift-cards',
  '{token}',
)
const schema: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    {},
    { type: 'string' },
    { type: 'number', minimum: 1 },
    { $ref: '#/components/schemas/Loop' },
    { type: 'array', items: { $ref: '#/components/schemas/Loop' } },
  ),
  fc
    .dictionary(
      fc.constantFrom(
        'id',
        'status',
        'userId',
        'ownerId',
        'amount',
        'role',
        'a b',
        '__proto__',
        'order_id',
        'password',
        'tenant',
        'x~/y',
      ),
      fc.constantFrom<Json>(
        { type: 'string' },
        { type: 'number', maximum: 5 },
        words('draft', 'null', 'on', '2', 'Paid Out', 'cancelled'),
        { type: 'string', readOnly: true },
        { enum: [1, true] },
      ),
      { maxKeys: 6 },
    )
    .map((properties) => ({ type: 'object', properties, required: Object.keys(properties).slice(0, 2) })),
)
const operation = fc.record(
  {
    says: fc.constantFrom(
      'For the owner.',
      'Admins only',
      'Takes a draft back to draft unless draft',
      'Approve: two approvals above 100',
    ),
    body: schema,
    answer: schema,
    more: fc.constantFrom<Json>({}, { security: [] }, { tags: ['admin'] }, { operationId: 'same' }),
  },
  { requiredKeys: [] },
)
const place = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
    fc.uniqueArray(segment, { minLength: 1, maxLength: 5 }),
  )
  .map(([method, segments]) => `${method} /${segments.join('/')}`)

test('whatever a description says, its draft is a charter without errors', () => {
  const loop = { Loop: { type: 'object', properties: { id: text, next: { $ref: '#/components/schemas/Loop' } } } }
  fc.assert(
    fc.property(fc.dictionary(place, operation, { minKeys: 1, maxKeys: 8 }), (operations) => {
      assert.deepEqual(errorsOf(api(operations, loop)), [])
    }),
    { numRuns: 150, examples: [[{ 'DELETE /items/{x}/orders': {}, 'PUT /items/{id}': { answer: order } }]] },
  )
})
