// An API that may end an allowed call in one of two ways, and takes the wrong one: nobody can keep it from that, but it is on the record.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { draftOf } from '../../src/guard/ledger-journal.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

const text = `
lockstep: 1
name: claims
sources:
  - name: api
    type: inline
    operations:
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, state: string, amount: integer } }
      make: { method: POST, path: /claims, body: { amount: integer }, response: { id: string, state: string, amount: integer } }
      pay: { method: POST, path: '/claims/{claimId}/pay' }
      note: { method: POST, path: '/claims/{claimId}/note' }
actors: { user: {}, clerk: {} }
objects:
  claim:
    read: api.getClaim
    state: /state
    states: [pending, approved, paid, late]
    final: [paid, late]
    transitions:
      small: { on: api.make, to: approved, by: user, when: request.amount <= 10, limit: { sum: request.amount, at-most: 15, per: principal } }
      large: { on: api.make, to: pending, by: user }
      approve: { on: api.pay, from: pending, to: approved, by: clerk }
      pay: { on: api.pay, from: approved, to: [paid, late], by: clerk }
      note: { on: api.note, by: user }
operations:
  api.getClaim: { by: clerk }
`

const user: Principal = { id: 'ann', roles: ['user'] }
const clerk: Principal = { id: 'bob', roles: ['clerk'] }

async function start() {
  const claims = new Map<string, Record<string, unknown>>()
  const read = async ({ key }: { key: string }): Promise<unknown> => structuredClone(claims.get(key) ?? null)
  const journal = new Lines()
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charterFrom(text), { version: '1', store, journal, truth: { read } })
  /** Makes a call that leaves the claim in this state, and says what is on the record of that. */
  return async (
    operation: string,
    claimId: string,
    state: string,
    { amount = 10, status = 200, shown = true } = {},
  ) => {
    const request = operation === 'make' ? { body: { amount } } : { path: { claimId } }
    const principal = operation === 'pay' ? clerk : user
    const result = await guard.call({ operation: `api.${operation}`, principal, request }, async () => {
      const claim = { ...claims.get(claimId), id: claimId, amount, state }
      claims.set(claimId, claim)
      return answered(status, shown ? claim : undefined)
    })
    assert.notEqual(result.kind, 'refused')
    const outcome = journal.events.findLast((event) => event.kind === 'outcome')
    const draft = outcome === undefined ? undefined : draftOf(outcome)
    assert.equal(draft?.kind, 'outcome')
    assert.equal(draft.outcome, 'effective')
    if (draft.why !== undefined) assert.equal(draft.astray?.state, state)
    return draft.why
  }
}

test('what no allowed use leads to is on the record', async () => {
  const call = await start()
  assert.equal(await call('make', 'a', 'approved'), undefined)
  const why = 'astray: the claim b is approved, and as the call was allowed it can only be pending'
  assert.equal(await call('make', 'b', 'approved'), why, 'the limit of small claims is used up')
  assert.equal(
    await call('pay', 'a', 'pending'),
    'astray: the claim a is pending, and as the call was allowed it can only be paid or late',
  )
})

test('what a move changed and left where it must lead out of is on the record', async () => {
  const call = await start()
  await call('make', 'a', 'pending')
  assert.equal(await call('pay', 'a', 'pending'), undefined, 'nothing shows that anything happened')
  assert.equal(
    await call('pay', 'a', 'pending', { amount: 11 }),
    'astray: the claim a is pending, and as the call was allowed it can only be approved',
  )
})

test('what may be, cannot be seen, is not done yet or leaves the state alone is none of that', async () => {
  const call = await start()
  assert.equal(await call('make', 'a', 'pending'), undefined, 'allowed as both')
  assert.equal(await call('make', 'b', 'pending'), undefined)
  assert.equal(await call('make', 'c', 'approved', { shown: false }), undefined)
  assert.equal(await call('make', 'd', 'approved', { status: 202 }), undefined)
  assert.equal(await call('make', 'e', 'elsewhere'), undefined)
  assert.equal(await call('pay', 'a', 'approved'), undefined)
  assert.equal(await call('pay', 'a', 'late'), undefined)
  assert.equal(await call('note', 'b', 'paid'), undefined)
})
