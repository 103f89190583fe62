// A call that was approved, and for which something else has to be approved by the time it is made again: that is asked, and can be answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard, type Guard, type GuardOptions } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'
import { approve } from './approve.ts'
import { answered, Lines } from './wallet.ts'

const charter = charterOf(`
lockstep: 1
name: orders
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/orders/{id}', response: { id: string, status: string, total: number } }
      pay: { method: POST, path: '/orders/{id}/pay' }
actors: { clerk: {}, boss: {}, chief: {} }
objects:
  order:
    state: /status
    read: api.get
    states: [open, paid]
    transitions: { pay: { on: api.pay, from: open, to: paid, by: clerk, approval: [seen, large] } }
operations: { api.get: { by: clerk } }
approvals:
  seen: { by: boss, binds: [/id] }
  large: { by: chief, needed-when: object.total > 100, binds: [/id] }
`)

const user = (id: string, role: string): Principal => ({ id, kind: 'user', roles: [role] })

interface Stage {
  readonly guard: Guard
  readonly order: { total: number }
  pay(): Promise<string>
  looks(): number
}

async function withStage(limits: GuardOptions['limits'], work: (stage: Stage) => Promise<void>): Promise<void> {
  const store = openSqliteStore(':memory:')
  const order = { id: 'o1', status: 'open', total: 50 }
  let looks = 0
  const read = async (): Promise<unknown> => {
    looks += 1
    return { ...order }
  }
  const guard = await createGuard(charter, {
    version: 'v1',
    store,
    journal: new Lines(),
    truth: { read },
    ...(limits === undefined ? {} : { limits }),
  })
  const call = { operation: 'api.pay', principal: user('c', 'clerk'), request: { path: { id: 'o1' } } }
  const pay = async (): Promise<string> => {
    const result = await guard.call(call, async () => answered(200, { ...order, status: 'paid' }))
    return result.kind === 'refused' ? (result.refusal.hold?.reference ?? result.refusal.code) : result.kind
  }
  try {
    await work({ guard, order, pay, looks: () => looks })
  } finally {
    await guard.close()
    await store.close()
  }
}

test('what is needed besides what was granted is asked anew, and what was granted still counts', () =>
  withStage(undefined, async ({ guard, order, pay }) => {
    const first = await pay()
    assert.deepEqual(await approve(guard, first, user('b', 'boss')), { ok: true, state: 'granted' })
    order.total = 150
    const second = await pay()
    assert.notEqual(second, first)
    assert.equal(await pay(), second)
    assert.deepEqual(await approve(guard, second, user('d', 'chief')), { ok: true, state: 'granted' })
    assert.equal(await pay(), 'answered')
  }))

test('a call that is held open waits for that too, and does not ask again and again', () =>
  withStage({ waitMs: 300 }, async ({ guard, order, pay, looks }) => {
    const paying = pay()
    let [question] = await guard.approvals.list()
    while (question === undefined) [question] = await guard.approvals.list()
    order.total = 150
    await approve(guard, question.reference, user('b', 'boss'))
    const before = looks()
    assert.notEqual(await paying, question.reference)
    assert.ok(looks() - before < 10, `${looks() - before} looks`)
  }))
