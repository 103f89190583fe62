// Separation of duties where agents act for people: an agent is nobody else than whom it acts for.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'
import { approve } from './approve.ts'

const charter = charterOf(`
lockstep: 1
name: duties
sources:
  - name: api
    type: inline
    operations:
      make: { method: POST, path: /papers, body: { title: t, secret: s }, response: { id: p1 } }
      get: { method: GET, path: "/papers/{id}" }
      check: { method: POST, path: "/papers/{id}/check" }
      sign: { method: POST, path: "/papers/{id}/sign" }
actors:
  clerk: {}
  boss: {}
  bot: { kind: agent, acts-for: [clerk, boss] }
objects:
  paper:
    owner: creator
    truth: tracked
    state: /state
    read: api.get
    states: [new, checked, signed]
    fields: { secret: { type: string, set-by: clerk } }
    transitions:
      make: { on: api.make, to: new, by: clerk }
      check: { on: api.check, from: new, to: checked, by: owner }
      sign: { on: api.sign, from: checked, to: signed, by: clerk, approval: second }
operations: { api.get: { by: clerk } }
approvals:
  second: { by: [boss, clerk], not: requester, quorum: 1 }
rules:
  - { separate: [api.check, api.sign], per: object }
`)

let store: Store
let guard: Guard
beforeEach(async () => {
  store = openSqliteStore(':memory:')
  guard = await createGuard(charter, { version: 'v', store, journal: { append: async () => undefined } })
})
afterEach(async () => {
  await guard.close()
  await store.close()
})

const clerk = (id: string): Principal => ({ id, kind: 'user', roles: ['clerk'] })
const bot = (person: string, id = 'bot'): Principal => ({ id, kind: 'agent', roles: ['bot'], chain: [clerk(person)] })

async function did(operation: string, principal: Principal, state: string, body?: object): Promise<string> {
  const request = { path: { id: 'p1' }, ...(body === undefined ? {} : { body }) }
  const result = await guard.call({ operation, principal, request }, async () => ({
    kind: 'answered',
    answer: { status: 200, body: { id: 'p1', state } },
  }))
  return result.kind === 'refused' ? (result.refusal.hold?.reference ?? result.refusal.code) : result.kind
}

test('what an agent makes is of the person, who may go on with it, and so may another agent of theirs', async () => {
  assert.equal(await did('api.make', bot('clara'), 'new', { title: 't', secret: 's' }), 'answered')
  assert.equal(await did('api.check', bot('carl'), 'checked'), 'denied')
  assert.equal(await did('api.check', bot('clara', 'other'), 'checked'), 'answered')
})

for (const [what, first, second] of [
  ['an agent after its person', clerk('clara'), bot('clara')],
  ['a person after their agent', bot('clara'), clerk('clara')],
  ['another agent of the same person', bot('clara'), bot('clara', 'other')],
] as const)
  test(`${what} is not somebody else`, async () => {
    await did('api.make', clerk('clara'), 'new', { title: 't' })
    assert.equal(await did('api.check', first, 'checked'), 'answered')
    assert.equal(await did('api.sign', second, 'signed'), 'denied')
    assert.notEqual(await did('api.sign', bot('carl'), 'signed'), 'denied')
  })

test('nobody approves what their own agent asks', async () => {
  await did('api.make', clerk('clara'), 'new', { title: 't' })
  await did('api.check', clerk('clara'), 'checked')
  const reference = await did('api.sign', bot('carl'), 'signed')
  const own = await approve(guard, reference, clerk('carl'))
  assert.deepEqual([own.ok, own.ok ? '' : own.code], [false, 'not-entitled'])
  const boss: Principal = { id: 'bea', kind: 'user', roles: ['boss'] }
  assert.ok((await approve(guard, reference, boss)).ok)
  assert.equal(await did('api.sign', bot('carl'), 'signed'), 'answered')
})
