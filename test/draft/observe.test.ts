// What answers show, with people and things made up for the purpose.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutReasons } from '../../src/draft/claim.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import type { Answer, Evidence } from '../../src/draft/evidence.ts'
import { shop } from '../arazzo/shop.ts'

const people = [
  { name: 'ada', actors: ['buyer'], id: '1' },
  { name: 'bo', actors: ['buyer'], id: '2' },
  { name: 'max', actors: ['boss'], id: '3' },
]
const order = (id: string, of: string, more: object = {}): object => ({ id, by: of, status: 'placed', ...more })
const listed = (as: string, ...body: object[]): Answer => ({
  operation: 'shop.getOrders',
  as,
  path: {},
  status: 200,
  body,
})
const read = (as: string | undefined, key: string, status: number, body: object = {}): Answer => {
  return { operation: 'shop.getOrder', path: { orderId: key }, status, body, ...(as === undefined ? {} : { as }) }
}

function orderAfter(answers: readonly Answer[]): Record<string, unknown> {
  const evidence: Evidence = { people, answers }
  const draft = draftCharter({ description: shop('shop'), url: './shop.yaml', today: '2026-11-21', evidence })
  const { objects, operations } = Object(withoutReasons(draft))
  return { ...objects.order, by: operations['shop.getOrder'].by, lists: operations['shop.getOrders'].by }
}

test('an owner is found by what each one sees, whatever the member is called', () => {
  const { owner } = orderAfter([listed('ada', order('o1', '1')), listed('bo', order('o2', '2'))])
  assert.equal(owner, '/by')
})

test('whoever sees things of others too is no owner, even with one of their own', () => {
  const seen = [order('o1', '1'), order('o2', '2'), order('o3', '3')]
  const { owner, by } = orderAfter([
    listed('ada', order('o1', '1')),
    listed('bo', order('o2', '2')),
    listed('max', ...seen),
    read('ada', 'o1', 200, order('o1', '1')),
    read('ada', 'o2', 404),
    read('max', 'o1', 200, order('o1', '1')),
    read('max', 'o3', 200, order('o3', '3')),
  ])
  assert.deepEqual({ owner, by }, { owner: '/by', by: ['owner', 'boss'] })
})

test('nobody is an owner where everybody sees everything', () => {
  const seen = [order('o1', '1'), order('o2', '2')]
  const { owner, lists } = orderAfter([listed('ada', ...seen), listed('bo', ...seen), listed('max', ...seen)])
  assert.deepEqual({ owner, lists }, { owner: undefined, lists: ['buyer', 'boss'] })
})

test('an answer without credentials opens it to anyone', () => {
  assert.equal(orderAfter([read(undefined, 'o1', 200, order('o1', '1'))])['by'], 'anyone')
})

test('a state that is not described is added', () => {
  const { states } = orderAfter([listed('ada', order('o1', '1', { status: 'lost' }))])
  assert.deepEqual(states, ['placed', 'paid', 'shipped', 'lost'])
})

test('a refusal counts only with a grant beside it: what nobody may see says nothing', () => {
  assert.equal(orderAfter([read('ada', 'o1', 403), read('bo', 'o1', 403)])['by'], 'signed-in')
})
