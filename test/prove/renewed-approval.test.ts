// What was approved by two is changed, and then approved by one: whoever keeps the approvals from before counts two.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: grants
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /grants, body: { amount: integer }, response: { id: string, amount: integer, status: string } }
      get: { method: GET, path: '/grants/{grantId}', response: { id: string, amount: integer, status: string } }
      rate: { method: POST, path: '/grants/{grantId}/rate', body: { worth: integer }, response: { id: string, worth: integer, status: string } }
      approve: { method: POST, path: '/grants/{grantId}/approve' }
      pay: { method: POST, path: '/grants/{grantId}/pay' }
actors: { asker: {}, rater: {}, head: {}, cashier: {} }
objects:
  grant:
    owner: /askedBy
    state: /status
    read: shop.get
    states: [asked, rated, approved, paid]
    final: paid
    transitions:
      ask: { on: shop.ask, to: asked, by: asker, when: request.amount > 0 }
      rate: { on: shop.rate, from: [asked, rated, approved], to: rated, by: rater, when: request.worth > 0, example: { body: { worth: 20 } } }
      approve: { on: shop.approve, from: rated, to: [rated, approved], by: head }
      pay: { on: shop.pay, from: approved, to: paid, by: cashier, approval: payment }
operations:
  shop.get: { by: signed-in }
approvals:
  payment: { by: head, quorum: 2, binds: /worth, grant: shop.approve }
rules:
  - { separate: [shop.approve, shop.approve], per: object }
`

const people = { ann: 'asker', rik: 'rater', hal: 'head', hiv: 'head', hob: '[head, cashier]', cas: 'cashier' }

/** A flawed API keeps the approvals when a grant is rated anew, or even leaves it approved. */
function office(flawed: boolean | 'all'): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; askedBy: string; amount: number; worth: number; status: string; by: string[] }[] = []
  return ({ who = '', method, path: [, id, deed], body }) => {
    const is = (role: string): boolean =>
      (Object.entries(people).find(([name]) => name === who)?.[1] ?? '').includes(role)
    if (!Object.hasOwn(people, who)) return [401]
    if (id === undefined) {
      if (!is('asker')) return [403]
      const made = {
        id: `g${all.length}`,
        askedBy: who,
        amount: Number(body['amount']),
        worth: 0,
        status: 'asked',
        by: [],
      }
      return [201, all[all.push(made) - 1]]
    }
    const grant = all.find((each) => each.id === id)
    if (grant === undefined) return [404]
    if (method === 'GET') return [200, grant]
    if (deed === 'rate') {
      if (!is('rater')) return [403]
      const worth = Number(body['worth'] ?? body['points'])
      if (grant.status === 'paid' || !(worth > 0)) return [409, { error: 'paid, or worth nothing' }]
      const keeps = flawed === 'all' && grant.status === 'approved'
      Object.assign(grant, { worth, ...(keeps ? {} : { status: 'rated' }) }, flawed ? {} : { by: [] })
    }
    if (deed === 'approve') {
      if (!is('head')) return [403]
      if (grant.status !== 'rated' || grant.by.includes(who)) return [409, { error: 'not rated, or approved by you' }]
      grant.by.push(who)
      if (grant.by.length > 1) grant.status = 'approved'
    }
    if (deed === 'pay') {
      if (!is('cashier')) return [403]
      if (grant.status !== 'approved' || grant.by.includes(who)) return [409, { error: 'not approved, or by you' }]
      grant.status = 'paid'
    }
    return [200, grant]
  }
}

const api = { charter, people, only: ['shop.pay'] }
const renewed = 'approval.carried-over.grant.rate'

test('approvals that outlive what they were given for are a finding', async () => {
  const { findings } = await proveSmall({ ...api, answer: office(true) })
  assert.deepEqual(
    findings.map((each) => `${each.class} at ${each.operation}`),
    ['approval-stale at shop.pay'],
  )
})

test('one approval of what was changed is not two', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: office(false) })
  assert.deepEqual(findings, [])
  assert.deepEqual(
    cells.filter(({ tactic }) => tactic === renewed).map(({ verdict, why }) => `${verdict}: ${why}`),
    ['held: 409 not approved, or by you'],
  )
})

// What is approved may follow from what the change says, in other words.
const inPoints = charter
  .replace('body: { worth: integer }', 'body: { points: integer }')
  .replace('request.worth', 'request.points')
  .replace('body: { worth: 20 }', 'body: { points: 20 }')

for (const flawed of ['all', false] as const)
  test(`what leads back to where it is approved is tried after the approval: ${flawed ? 'a finding' : 'held'}`, async () => {
    const { findings, cells } = await proveSmall({ ...api, charter: inPoints, answer: office(flawed) })
    const found = findings.map((each) => `${each.class} at ${each.operation}`)
    assert.equal(found.includes('approval-changed at shop.pay'), flawed === 'all')
    if (flawed === false) assert.deepEqual(found, [])
    const changed = cells.find(({ tactic }) => tactic === 'approval.changed')
    assert.equal(changed?.verdict, flawed ? 'proven' : 'held')
  })
