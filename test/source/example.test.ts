import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { conforms } from '../../src/charter/source/conform.ts'
import { type ExampleContext, makeExample } from '../../src/charter/source/example.ts'

const home = { document: {} }
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)

function context(seed = 1): ExampleContext {
  let state = seed
  let count = 0
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  return { random, fresh: () => `k${seed}n${++count}`, direction: 'request' }
}

const text = fc.oneof(
  fc
    .constantFrom('email', 'uuid', 'date-time', 'date', 'time', 'uri', 'ipv4', 'ipv6', 'hostname', 'byte', 'duration')
    .map((format) => ({ type: 'string', format })),
  fc.tuple(fc.nat(20), fc.nat(20)).map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
  fc
    .constantFrom(
      '^[A-Z]{3}-\\d{4}$',
      '^(?:a|b)+c?$',
      '^\\w+@\\w+\\.com$',
      '[0-9a-f]{8}',
      '^[^a-z]{2,5}$',
      '^\\+?[1-9]\\d{6,14}$',
    )
    .map((pattern) => ({ type: 'string', pattern })),
)
const amount = fc
  .tuple(
    fc.integer({ min: -500, max: 500 }),
    fc.integer({ min: 5, max: 100 }),
    fc.constantFrom('integer', 'number'),
    fc.constantFrom('minimum', 'exclusiveMinimum'),
  )
  .map(([low, span, type, bound]) => ({
    type,
    [bound]: low,
    maximum: low + span,
    ...(type === 'integer' ? { multipleOf: 5 } : {}),
  }))
const leaf = fc.oneof(
  text,
  amount,
  fc.constant({ type: 'boolean' }),
  fc.constant({ enum: ['a', 1] }),
  fc.constant({ const: 'fixed' }),
)
const { schema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.tuple(tie('schema'), fc.nat(3)).map(([items, minItems]) => ({ type: 'array', items, minItems })),
    fc.dictionary(fc.constantFrom('name', 'email', 'amount', 'x'), tie('schema')).map((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
    fc.array(leaf, { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
  ),
}))

test('an example fits its schema, by ajv and by conforms, and is the same for the same seed', () => {
  fc.assert(
    fc.property(schema, fc.integer({ min: 1, max: 1e6 }), (each, seed) => {
      const value = makeExample(home, each, context(seed))
      assert.ok(ajv.compile(each)(value), `${JSON.stringify(each)} got ${JSON.stringify(value)}`)
      assert.ok(conforms(home, each, value))
      assert.deepEqual(makeExample(home, each, context(seed)), value)
    }),
    { numRuns: 150, seed: 7 },
  )
})

test('conforms agrees with ajv on values made for other schemas', () => {
  fc.assert(
    fc.property(leaf, leaf, (one, other) => {
      const value = makeExample(home, other, context())
      const { format: _format, ...checked } = { format: '', ...one }
      assert.equal(conforms(home, checked, value), ajv.compile(checked)(value))
    }),
    { numRuns: 150, seed: 7 },
  )
})

test('prefers given values, makes identities anew, leaves out what only the server sets', () => {
  const user = {
    type: 'object',
    required: ['id', 'email', 'role', 'name'],
    properties: {
      id: { type: 'string', readOnly: true },
      email: { type: 'string', format: 'email', example: 'taken@example.com' },
      name: { type: 'string', example: 'Taken' },
      role: { type: 'string', enum: ['user'] },
      age: { type: 'integer', example: 33 },
      bad: { type: 'integer', example: 'not a number' },
      note: { type: 'string' },
    },
  }
  const made = makeExample(home, { allOf: [user] }, context())
  assert.deepEqual(Object.keys(Object(made)).sort(), ['age', 'bad', 'email', 'name', 'role'])
  const { email, name, age, role, bad } = Object(made)
  assert.deepEqual([age, role, Number.isInteger(bad)], [33, 'user', true])
  assert.match(email, /^k1n\d@example\.com$/)
  assert.notEqual(name, 'Taken')
})

test('ends on schemas that require themselves', () => {
  const document = { N: { type: 'object', required: ['next'], properties: { next: { $ref: '#/N' } } } }
  assert.ok(makeExample({ document }, { $ref: '#/N' }, context()))
})
