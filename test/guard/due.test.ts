// An API that leaves objects where an allowed move must not leave them: the charter's word counts until it moves them on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

const text = `
lockstep: 1
name: bills
sources:
  - name: api
    type: inline
    operations:
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, state: string, amount: integer } }
      change: { method: PATCH, path: '/bills/{billId}', body: { amount?: integer, note?: string } }
      submit: { method: POST, path: '/bills/{billId}/submit' }
      pay: { method: POST, path: '/bills/{billId}/pay' }
actors: { clerk: {} }
objects:
  bill:
    read: api.getBill
    state: /state
    states: [draft, submitted, paid]
    final: paid
    volatile: [/seen]
    transitions:
      correct: { on: api.change, from: [draft, submitted], to: draft, by: clerk, when: has(request.amount) }
      annotate: { on: api.change, from: [draft, submitted], by: clerk, when: '!has(request.amount)' }
      submit: { on: api.submit, from: draft, to: submitted, by: clerk }
      pay: { on: api.pay, from: submitted, to: paid, by: clerk }
operations:
  api.getBill: { by: clerk }
`

const clerk: Principal = { id: 'ann', roles: ['clerk'] }
type Bill = Record<string, unknown> & { id: string }

/** What the API makes of a call is said with it. */
async function start(): Promise<
  (operation: string, body: unknown, made: Record<string, unknown>, status?: number) => Promise<string>
> {
  const bill: Bill = { id: 'b', state: 'submitted', amount: 1, internal: 'for readers only', seen: 0 }
  const read = async (): Promise<unknown> => structuredClone(bill)
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charterFrom(text), { version: '1', store, journal: new Lines(), truth: { read } })
  return async (operation, body, made, status = 200) => {
    const request = { path: { billId: 'b' }, ...(body === null ? {} : { body }) }
    const result = await guard.call({ operation: `api.${operation}`, principal: clerk, request }, async () => {
      Object.assign(bill, made)
      const { internal: _, ...shown } = bill
      return answered(status, status === 204 ? undefined : shown)
    })
    return result.kind === 'refused' ? result.refusal.code : 'ok'
  }
}

test('what was changed is where the change leads, whatever the API shows', async () => {
  for (const status of [200, 204]) {
    const call = await start()
    assert.equal(await call('change', { amount: 9 }, { amount: 9 }, status), 'ok')
    assert.equal(await call('pay', null, { state: 'paid' }), 'denied')
    assert.equal(await call('change', { note: 'x' }, { note: 'x' }, status), 'ok')
    assert.equal(await call('pay', null, { state: 'paid' }), 'denied')
    assert.equal(await call('change', { amount: 8 }, { amount: 8 }, status), 'ok')
    assert.equal(await call('pay', null, { state: 'paid' }), 'denied')
    assert.equal(await call('submit', null, { state: 'submitted', by: 'ann' }, status), 'ok')
    assert.equal(await call('pay', null, { state: 'paid' }), 'ok')
  }
})

test('the API is believed where it moved on, changed nothing, is not done yet, or may leave the state alone', async () => {
  const cases = [
    { name: 'moved on', body: { amount: 9 }, made: { amount: 9, state: 'draft' }, later: { state: 'submitted' } },
    { name: 'nothing changed', body: { amount: 1 }, made: { amount: 1 } },
    { name: 'only what changes by itself', body: { amount: 1 }, made: { seen: 7 } },
    { name: 'under way', body: { amount: 9 }, made: { amount: 9 }, status: 202 },
    { name: 'no move', body: { note: 'x' }, made: { note: 'x' } },
    { name: 'refused', body: { amount: 9 }, made: {}, status: 409 },
  ]
  for (const { name, body, made, later, status } of cases) {
    const call = await start()
    assert.equal(await call('change', body, made, status), 'ok', name)
    if (later !== undefined) assert.equal(await call('submit', null, later), 'ok', name)
    assert.equal(await call('pay', null, { state: 'paid' }), 'ok', name)
  }
})
