// A call that moves what its object points to: the guard looks at that, holds it to its states, keeps others off and follows it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { aloneSlots } from '../../src/guard/leases.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

/** @param read - How a loan is looked at; without it, the guard follows it. */
const text = (read: string): string => `
lockstep: 1
name: payouts
sources:
  - name: api
    type: inline
    operations:
      lend: { method: POST, path: /loans, response: { id: string, status: string } }
      getLoan: { method: GET, path: '/loans/{loanId}', response: { id: string, status: string } }
      request: { method: POST, path: '/loans/{loanId}/payouts', response: { id: string, loanId: string, status: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, loanId: string, status: string } }
      execute: { method: POST, path: '/payouts/{payoutId}/execute' }
      close: { method: POST, path: '/loans/{loanId}/close' }
actors: { clerk: {} }
objects:
  loan:
    state: /status
    ${read}
    states: [pending, active, closed]
    final: closed
    transitions:
      lend: { on: api.lend, to: pending, by: clerk }
      pay-out: { on: api.execute, from: pending, to: active, key: $object#/loanId }
      close: { on: api.close, from: active, to: closed, by: clerk }
  payout:
    state: /status
    read: api.getPayout
    states: [requested, executed]
    final: executed
    transitions:
      request: { on: api.request, to: requested, by: clerk }
      execute: { on: api.execute, from: requested, to: executed, by: clerk }
operations:
  api.getPayout: { by: clerk }
  ${read === '' ? '' : 'api.getLoan: { by: clerk }'}
`

const clerk: Principal = { id: 'ann', roles: ['clerk'] }
type Kept = Record<string, unknown> & { id: string }

/** A target that makes, changes and shows what it is told to. */
async function start(read: string) {
  const kept = new Map<string, Kept>()
  const truth = { read: async ({ key }: { key: string }): Promise<unknown> => structuredClone(kept.get(key) ?? null) }
  const store = openSqliteStore(':memory:')
  const charter = charterFrom(text(read))
  const guard = await createGuard(charter, { version: '1', store, journal: new Lines(), truth })
  const call = async (operation: string, path: Record<string, string>, made: readonly Kept[] = []): Promise<string> => {
    const result = await guard.call(
      { operation: `api.${operation}`, principal: clerk, request: { path } },
      async () => {
        for (const each of made) kept.set(each.id, { ...kept.get(each.id), ...each })
        return answered(200, made[0] === undefined ? undefined : kept.get(made[0].id))
      },
    )
    return result.kind === 'refused' ? result.refusal.code : 'ok'
  }
  return { call, charter }
}

for (const read of ['', 'read: api.getLoan'])
  test(`what is moved along is held to its states, ${read === '' ? 'followed' : 'read'}`, async () => {
    const { call, charter } = await start(read)
    const operation = charter.operations.get('api.execute')
    assert.ok(operation !== undefined && aloneSlots(charter, operation).has('loan'))
    const loan = { id: 'l', status: 'pending' }
    const payout = (id: string): Kept => ({ id, loanId: 'l', status: 'requested' })
    assert.equal(await call('lend', {}, [loan]), 'ok')
    assert.equal(await call('request', { loanId: 'l' }, [payout('p')]), 'ok')
    assert.equal(await call('request', { loanId: 'l' }, [payout('q')]), 'ok')
    assert.equal(await call('close', { loanId: 'l' }), 'denied')
    const done = [
      { id: 'p', status: 'executed' },
      { id: 'l', status: 'active' },
    ]
    assert.equal(await call('execute', { payoutId: 'p' }, done), 'ok')
    assert.equal(await call('execute', { payoutId: 'q' }, done), 'denied')
    assert.equal(await call('close', { loanId: 'l' }, [{ id: 'l', status: 'closed' }]), 'ok')
  })
