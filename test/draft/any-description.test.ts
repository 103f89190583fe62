// Whatever a draft reads, it gives a charter without errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { api, errorsOf, type Json } from './drafting.ts'
import { order, text, words } from './guessed.ts'

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
