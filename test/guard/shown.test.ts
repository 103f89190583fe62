// What an approver was shown is what is approved: answers name it, and questions are about things as they are.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Charter } from '../../src/charter/charter.ts'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Question } from '../../src/guard/question.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { approve } from './approve.ts'
import { boss, Lines, user, Wallets, walletCharter } from './wallet.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Stage {
  readonly api: Wallets
  readonly guard: Guard
  readonly charter: Charter
  readonly lines: Lines
  /** Asks for the payout again, and gives the question it leads to. */
  ask(): Promise<Question>
}

const payout: Incoming = {
  operation: 'api.payout',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount: 50 } },
}

async function open(): Promise<Stage> {
  const [api, lines, charter] = [new Wallets(), new Lines(), walletCharter()]
  api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charter, { version: 'v1', store, journal: lines, truth: api })
  closing.push(
    () => guard.close(),
    () => store.close(),
  )
  const ask = async (): Promise<Question> => {
    const result = await guard.call(payout, (call) => api.run(payout.operation, payout.request, call))
    assert.ok(result.kind === 'refused' && result.refusal.hold !== undefined)
    const question = await guard.approvals.get(result.refusal.hold.reference)
    assert.ok(question)
    return question
  }
  return { api, guard, charter, lines, ask }
}

const digest = async ({ guard }: Stage, question: Question): Promise<string> =>
  (await guard.approvals.see(question)).digest

test('an answer that names what was shown counts as long as nothing changed, also for the second of two', async () => {
  const stage = await open()
  const question = await stage.ask()
  const shown = await digest(stage, question)
  assert.equal(await digest(stage, await stage.ask()), shown)
  const answers = ['b1', 'b2'].map((by) =>
    stage.guard.approvals.answer(question.reference, boss(by), { verdict: 'approve', shown, why: 'seen' }),
  )
  assert.deepEqual(
    (await Promise.all(answers)).map((each) => each.ok),
    [true, true],
  )
  assert.equal((await stage.guard.approvals.get(question.reference))?.state, 'granted')
})

test('the object that is another one by then, and the charter, make it void; nothing is on the record', async () => {
  const stage = await open()
  const question = await stage.ask()
  const shown = await digest(stage, question)
  stage.api.add('w', { owner: 'ann', state: 'open', limit: 9 })
  const codeOf = async (shown: string): Promise<string> => {
    const verdict = await stage.guard.approvals.answer(question.reference, boss('b1'), { verdict: 'approve', shown })
    return verdict.ok ? verdict.state : verdict.code
  }
  assert.equal(await codeOf(shown), 'changed')
  const again = await stage.guard.approvals.see(question)
  assert.equal(again.outdated, true)
  assert.equal(await codeOf(again.digest), 'changed')
  stage.api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  assert.equal(await digest(stage, question), shown)
  await stage.guard.reload(stage.charter, 'v2')
  assert.equal(await codeOf(shown), 'changed')
  assert.equal(stage.lines.of('approval').length, 0)
})

test('whoever asks again, about an object that is another one by then, asks about that', async () => {
  const stage = await open()
  const first = await stage.ask()
  const shown = await digest(stage, first)
  stage.api.add('w', { owner: 'ann', state: 'open', limit: 9 })
  const second = await stage.ask()
  assert.equal(second.reference, first.reference)
  assert.deepEqual(
    [second.objects['object']?.value, (await stage.guard.approvals.see(second)).outdated],
    [{ id: 'w', owner: 'ann', state: 'open', limit: 9 }, false],
  )
  const stale = { verdict: 'approve', shown } as const
  assert.equal((await stage.guard.approvals.answer(first.reference, boss('b1'), stale)).ok, false)
  assert.ok((await approve(stage.guard, first.reference, boss('b1'))).ok)
  // What one person approved already is no longer what is asked.
  stage.api.add('w', { owner: 'ann', state: 'open', limit: 8 })
  const third = await stage.ask()
  assert.notEqual(third.reference, first.reference)
  assert.equal((await stage.guard.approvals.get(first.reference))?.state, 'cancelled')
  for (const by of ['b1', 'b2']) await approve(stage.guard, third.reference, boss(by))
  stage.api.add('w', { owner: 'ann', state: 'open', limit: 7 })
  assert.equal((await stage.ask()).state, 'pending')
})

test('questions that nobody answered in time are found as such', async () => {
  let ahead = 0
  const [store, journal, api] = [openSqliteStore(':memory:'), new Lines(), new Wallets()]
  api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  const options = { version: 'v1', store, journal, truth: api, now: () => Date.now() + ahead }
  const guard = await createGuard(walletCharter(), options)
  closing.push(
    () => guard.close(),
    () => store.close(),
  )
  await guard.call(payout, () => assert.fail('it was not approved'))
  ahead = 3_600_000
  assert.deepEqual(
    (await guard.approvals.list(['expired'])).map(({ state }) => state),
    ['expired'],
  )
  assert.deepEqual(await guard.approvals.list(), [])
})
