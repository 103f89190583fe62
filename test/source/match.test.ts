import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandShorthand, inlineOperations } from '../../src/charter/source/inline.ts'
import { compileMatcher, matchOperation } from '../../src/charter/source/match.ts'

const templates: Readonly<Record<string, string>> = {
  list: 'GET /orders',
  one: 'GET /orders/{id}',
  mine: 'GET /orders/mine',
  remove: 'DELETE /orders/{id}',
  lines: 'GET /orders/{id}/lines/{line}',
  export: 'GET /orders/{id}.json',
  cancel: 'POST /orders/{id}:cancel',
  root: 'GET /',
}
const matcher = compileMatcher(
  inlineOperations(
    'shop',
    Object.fromEntries(
      Object.entries(templates).map(([name, text]) => {
        const [method = '', path = ''] = text.split(' ')
        return [name, { method, path }]
      }),
    ),
  ),
)
const cases: readonly (readonly [string, string, Record<string, string>?])[] = [
  ['GET /orders', 'list'],
  ['get /orders/?page=2', 'list'],
  ['GET /orders/mine', 'mine'],
  ['GET /orders/%6dine', 'mine'],
  ['DELETE /orders/mine', 'remove', { id: 'mine' }],
  ['GET /orders/7', 'one', { id: '7' }],
  ['GET /orders/a%2Fb', 'one', { id: 'a/b' }],
  ['GET /orders/7.json', 'export', { id: '7' }],
  ['POST /orders/7:cancel', 'cancel', { id: '7' }],
  ['GET /orders/7/lines/2', 'lines', { id: '7', line: '2' }],
  ['GET /', 'root'],
  ['GET /orders/../orders/7', 'none'],
  ['GET /orders/%zz', 'none'],
  ['PATCH /orders', 'none'],
  ['GET /orders//lines/2', 'none'],
]
for (const [request, name, parameters = {}] of cases) {
  test(`${request} is ${name}`, () => {
    const [method = '', path = ''] = request.split(' ')
    const match = matchOperation(matcher, method, path)
    assert.equal(match?.operation.name ?? 'none', name)
    assert.deepEqual({ ...match?.pathParameters }, parameters)
  })
}

test('writes shorthand out as schemas', () => {
  assert.deepEqual(expandShorthand({ amount: 'money', 'note?': 'string', lines: 'integer[]', type: 'string' }), {
    type: 'object',
    properties: {
      amount: { type: 'number', minimum: 0, multipleOf: 0.01 },
      note: { type: 'string' },
      lines: { type: 'array', items: { type: 'integer' } },
      type: { type: 'string' },
    },
    required: ['amount', 'lines', 'type'],
  })
})
