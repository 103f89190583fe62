// What calls, questions, grants and kept answers carry stands sealed in the store, and rows of before are read as they are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Charter, Principal } from '../../src/charter/charter.ts'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { charterOf } from '../gateway/control/api.ts'
import { type OpenNode, overEveryStore } from '../gateway/nodes/place.ts'
import { approve } from './approve.ts'
import { answered, Lines } from './wallet.ts'

const charter: () => Charter = () =>
  charterOf(`
lockstep: 1
name: bank
sources:
  - name: bank
    type: inline
    operations:
      pay: { method: POST, path: /pay, body: { note: x } }
      write: { method: POST, path: /write, body: { note: x } }
actors:
  clerk: {}
  manager: {}
  bot: { kind: agent, workflow: work, acts-for: [clerk] }
operations:
  bank.pay: { by: clerk, approval: large }
  bank.write: { by: clerk, idempotency: $request.header.Idempotency-Key }
approvals:
  large: { by: manager, quorum: 1 }
workflows:
  work: { operations: [bank.pay, bank.write] }
data: { classes: [public, secret] }
`)

const ann: Principal = { id: 'ann', kind: 'user', roles: ['clerk'] }
const bot: Principal = { id: 'bot', kind: 'agent', roles: ['bot'], chain: [ann] }
const max: Principal = { id: 'max', kind: 'user', roles: ['manager'] }

async function start(open: OpenNode, keyed = true): Promise<{ guard: Guard; stop(): Promise<void> }> {
  const place = await open()
  const { keys, ...on } = place.on
  const sealed = keyed && keys !== undefined ? { keys } : {}
  const guard = await createGuard(charter(), { version: '1', journal: new Lines(), ...on, ...sealed })
  const stop = async (): Promise<void> => {
    await guard.close()
    await place.close()
  }
  return { guard, stop }
}

const incoming = (operation: string, principal: Principal, note: string, key?: string): Incoming => ({
  operation,
  principal,
  request: { header: key === undefined ? {} : { 'idempotency-key': key }, body: { note } },
})

overEveryStore((open, written) => {
  test('nothing that was planted is found in the rows, and other nodes read it', async () => {
    const { guard, stop } = await start(open)
    const other = await start(open)
    try {
      // A kept answer; a question with its grant; a call in doubt; one that is on its way; words of a user.
      const kept = incoming('bank.write', ann, 'planted-argument', 'key-1')
      const first = await guard.call(kept, async () => ({
        kind: 'answered',
        answer: { status: 200, body: { says: 'planted-answer' }, text: '{"says":"planted-answer"}' },
      }))
      assert.equal(first.kind, 'answered')
      const held = await guard.begin(incoming('bank.pay', bot, 'planted-question'))
      assert.ok(held.kind === 'refused' && held.refusal.hold !== undefined, JSON.stringify(held))
      await approve(guard, held.refusal.hold.reference, max)
      await guard.call(incoming('bank.write', bot, 'planted-doubt'), async () => ({ kind: 'unknown', why: 'lost' }))
      const going = await guard.begin(incoming('bank.write', bot, 'planted-going'))
      assert.equal(going.kind, 'go')
      const run = await guard.runs.start(bot, { purpose: 'planted-purpose' })
      assert.ok(run.ok)
      const store = await written()
      assert.ok(store.includes('bank.write') && store.includes('key-1'), 'names stay readable')
      assert.deepEqual(store.match(/planted-\w+/g) ?? [], [])
      const again = await other.guard.begin(kept)
      assert.ok(again.kind === 'answered' && again.answer.text?.includes('planted-answer'), JSON.stringify(again))
      const question = await other.guard.approvals.get(held.refusal.hold.reference)
      assert.deepEqual(question?.call.request.body, { note: 'planted-question' })
      const [doubt] = await other.guard.doubts.list()
      assert.match(JSON.stringify(doubt?.detail), /planted-doubt/)
      assert.equal((await other.guard.runs.list()).find(({ purpose }) => purpose === 'planted-purpose')?.agent, 'bot')
      const granted = await other.guard.begin(incoming('bank.pay', bot, 'planted-question'))
      assert.equal(granted.kind, 'go')
    } finally {
      await other.stop()
      await stop()
    }
  })

  test('what was kept without a key is read with one', async () => {
    const before = await start(open, false)
    const kept = incoming('bank.write', ann, 'old', 'key-2')
    await before.guard.call(kept, async () => answered(200, { says: 'old' }))
    const held = await before.guard.begin(incoming('bank.pay', ann, 'old'))
    assert.ok(held.kind === 'refused' && held.refusal.hold !== undefined)
    await before.stop()
    const { guard, stop } = await start(open)
    assert.equal((await guard.begin(kept)).kind, 'answered')
    const question = await guard.approvals.get(held.refusal.hold.reference)
    assert.deepEqual(question?.call.request.body, { note: 'old' })
    await stop()
  })
})
