// Authors describe an element and give a whole list as its example: the list is what the API takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toSchema2020 } from '../../src/charter/source/dialect.ts'

const element = { type: 'object', properties: { sku: { type: 'string' } } }
const listed = [{ sku: 'a' }, { sku: 'b' }]

const cases: readonly (readonly [string, object, object])[] = [
  ['in place of the list', { ...element, example: listed }, { type: ['array'], items: element, examples: [listed] }],
  [
    'under items',
    { type: 'array', items: { ...element, example: listed } },
    { type: ['array'], items: element, examples: [listed] },
  ],
  [
    'an example of one element stays',
    { ...element, example: { sku: 'a' } },
    { ...element, type: ['object'], examples: [{ sku: 'a' }] },
  ],
  [
    'lists of texts are no lists of objects',
    { type: 'array', items: { type: 'array', items: { type: 'string' }, example: ['a'] } },
    { type: ['array'], items: { type: 'array', items: { type: 'string' }, example: ['a'] } },
  ],
]
for (const [name, declared, expected] of cases) {
  test(name, () => {
    assert.deepEqual(toSchema2020(declared), expected)
  })
}
