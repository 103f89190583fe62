// What two people approve is changed between their approvals: that of the first is worth nothing any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: payouts
sources:
  - name: api
    type: inline
    operations:
      ask: { method: POST, path: /payouts, body: { amount: integer }, response: { id: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, owner: string, status: string, amount: integer, approvals: 'string[]' } }
      submit: { method: POST, path: '/payouts/{payoutId}/submit' }
      change: { method: PATCH, path: '/payouts/{payoutId}', body: { amount: integer } }
      approve: { method: POST, path: '/payouts/{payoutId}/approve' }
      pay: { method: POST, path: '/payouts/{payoutId}/pay' }
actors: { clerk: {}, lead: {}, cashier: {} }
objects:
  payout:
    owner: /owner
    state: /status
    read: api.getPayout
    states: [draft, submitted, approved, paid]
    final: paid
    fields: { amount: { type: money, set-on: [ask, change] } }
    transitions:
      ask: { on: api.ask, to: draft, by: clerk }
      submit: { on: api.submit, from: draft, to: submitted, by: owner }
      change: { on: api.change, from: [draft, submitted], to: draft, by: owner }
      approve: { on: api.approve, from: submitted, to: [submitted, approved], by: lead }
      pay: { on: api.pay, from: approved, to: paid, by: cashier, approval: payout }
approvals:
  payout: { by: lead, quorum: 2, binds: [/amount], grant: api.approve }
operations:
  api.getPayout: { by: [owner, lead, cashier] }
`

const people = { carl: 'clerk', lea: 'lead', leo: 'lead', liv: 'lead', cora: 'cashier' }

/** Approvals outlive a change that takes the payout back, or that leaves it where it is. */
type Flaw = 'kept' | 'left'

function openTreasury(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; owner: string; status: string; amount: number; approvals: string[] }[] = []
  return ({ who = '', method, path: [, id, act], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (id === undefined) {
      if (role !== 'clerk') return [403]
      all.push({ id: `p${all.length}`, owner: who, status: 'draft', amount: Number(body['amount']), approvals: [] })
      return [201, all.at(-1)]
    }
    const payout = all.find((each) => each.id === id)
    if (payout === undefined || (role === 'clerk' && payout.owner !== who)) return [404]
    if (method === 'GET') return [200, payout]
    const may = (actor: string, from: readonly string[]): number | undefined =>
      role !== actor ? 403 : from.includes(payout.status) ? undefined : 409
    const refused =
      method === 'PATCH'
        ? may('clerk', ['draft', 'submitted'])
        : act === 'submit'
          ? may('clerk', ['draft'])
          : act === 'approve'
            ? may('lead', ['submitted'])
            : may('cashier', ['approved'])
    if (refused !== undefined) return [refused]
    if (method === 'PATCH') {
      if (typeof body['amount'] !== 'number') return [422]
      payout.amount = body['amount']
      if (flaw !== 'left') payout.status = 'draft'
      if (flaw === undefined) payout.approvals = []
    }
    if (act === 'submit') payout.status = 'submitted'
    if (act === 'pay') payout.status = 'paid'
    if (act === 'approve') {
      if (payout.approvals.includes(who)) return [409, { error: 'approved by you' }]
      payout.approvals.push(who)
      if (payout.approvals.length === 2) payout.status = 'approved'
    }
    return [200, payout]
  }
}

for (const flaw of ['kept', 'left', undefined] as const)
  test(`changed between two approvals: ${flaw ?? 'both are given anew'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openTreasury(flaw), only: ['api.pay'] })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.constraint}`),
      flaw === undefined ? [] : ['approval-stale payout.pay.approval.payout'],
    )
    const carried = cells.find(({ tactic }) => tactic.startsWith('approval.carried-over'))
    assert.equal(carried?.verdict, flaw === undefined ? 'held' : 'proven', carried?.why)
  })
