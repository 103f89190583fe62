import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onceFor } from '../../src/charter/source/once.ts'
import { propertiesOf } from '../../src/charter/source/schema.ts'

test('computes once for the same two objects, and anew for others, also when there is no result', () => {
  let computed = 0
  const nothing = onceFor((_of: object, _by: object): undefined => void computed++)
  const [document, schema, other] = [{}, {}, {}]
  for (const by of [schema, schema, other, other, schema]) nothing(document, by)
  assert.equal(computed, 2)
  nothing(other, schema)
  assert.equal(computed, 3)
})

test('the same schema means something else in another document', () => {
  const shared = { $ref: '#/S' }
  const names = (member: string): string[] =>
    Object.keys(propertiesOf({ document: { S: { type: 'object', properties: { [member]: {} } } } }, shared))
  assert.deepEqual([names('a'), names('b'), names('a')], [['a'], ['b'], ['a']])
})
