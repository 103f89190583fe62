// What is too much for one use of an operation is for the other ones: they are tried with that, each decision by somebody else.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: refunds
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /refunds, body: { amount: integer }, response: { id: string, user_id: string, amount: integer, approvals: 'string[]', status: string } }
      getRefund: { method: GET, path: '/refunds/{refundId}', response: { id: string, user_id: string, amount: integer, approvals: 'string[]', status: string } }
      approve: { method: POST, path: '/refunds/{refundId}/approve' }
      pay: { method: POST, path: '/refunds/{refundId}/pay' }
actors: { user: {}, clerk: {} }
objects:
  refund:
    owner: /user_id
    state: /status
    read: shop.getRefund
    states: [asked, approved, paid]
    final: paid
    transitions:
      ask: { on: shop.ask, to: asked, by: user, when: request.amount > 0, example: { body: { amount: 30 } } }
      approve-small: { on: shop.approve, from: asked, to: approved, by: clerk, limit: { sum: object.amount, at-most: 100, per: object } }
      approve-first: { on: shop.approve, from: asked, to: asked, by: clerk, when: size(object.approvals) == 0 }
      approve-second: { on: shop.approve, from: asked, to: approved, by: clerk, when: size(object.approvals) >= 1 }
      pay: { on: shop.pay, from: approved, to: paid, by: clerk, approval: [refund, large-refund] }
operations:
  shop.getRefund: { by: [owner, clerk] }
approvals:
  refund: { by: clerk, grant: shop.approve }
  large-refund: { by: clerk, needed-when: object.amount > 100, quorum: 2, grant: shop.approve }
rules:
  - { separate: [shop.approve, shop.approve], per: object, says: two different clerks }
`

type Row = { id: string; user_id: string; amount: number; approvals: string[]; status: string }

/** Refunds that one clerk approves, and two where it is more than 100; who gives the second approval may be forgotten. */
function refunds(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) {
      const amount = Number(body['amount'])
      if (isClerk || !(amount > 0)) return [isClerk ? 403 : 422]
      const made = { id: `row-${rows.size}`, user_id: who, amount, approvals: [], status: 'asked' }
      rows.set(made.id, made)
      return [201, made]
    }
    const row = rows.get(id)
    if (row === undefined || (!isClerk && row.user_id !== who)) return [404]
    if (method === 'GET') return [200, row]
    const isSecond = verb === 'approve' && row.approvals.length > 0
    if (!isClerk && !(isForgotten && isSecond)) return [403]
    if (row.status !== (verb === 'approve' ? 'asked' : 'approved')) return [409]
    if (verb === 'pay') return [200, Object.assign(row, { status: 'paid' })]
    if (row.approvals.includes(who)) return [409]
    row.approvals.push(who)
    if (row.approvals.length >= (row.amount > 100 ? 2 : 1)) row.status = 'approved'
    return [200, row]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cid: 'clerk', cleo: 'clerk', cora: 'clerk' },
    answer: refunds(isForgotten),
    only: ['shop.approve'],
  })

describe('a second decision', () => {
  test('is nobody else’s than the first', async () => {
    const { findings } = await prove(true)
    assert.deepEqual(
      findings.map((each) => [each.class, each.constraint]),
      [['bfla', 'refund.approve-second.by']],
    )
  })
  test('is tried with what is too much for one', async () => {
    const { findings, cells } = await prove(false)
    const second = cells.filter(({ constraint }) => constraint === 'refund.approve-second.by')
    assert.deepEqual(findings, [])
    assert.deepEqual([...new Set(second.map(({ verdict }) => verdict))], ['held'])
  })
})
