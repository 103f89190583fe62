// What a caller is told of a decision that does not let its call through.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf } from '../../src/guard/refusal.ts'
import { charterOf } from '../gateway/control/api.ts'

const charter = charterOf(`
lockstep: 1
name: shop
sources:
  - { name: shop, type: inline, operations: { pay: { method: POST, path: /pay } } }
actors: { clerk: {} }
operations: { shop.pay: { by: clerk } }
`)

test('what several uses of an operation say alike is said once', () => {
  const broken = { kind: 'values', outcome: 'broken', says: 'nobody said the payee' } as const
  const { detail, reasons } = refusalOf(charter, 'shop.pay', {
    effect: 'deny',
    reasons: [
      { ...broken, constraint: 'invoice.pay.values' },
      { ...broken, constraint: 'order.pay.values' },
      { ...broken, constraint: 'shop.pay.values', says: 'nobody said the amount' },
    ],
    obligations: [],
  })
  assert.equal(detail, 'nobody said the payee; nobody said the amount')
  assert.equal(reasons.length, 3)
})
