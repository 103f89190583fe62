// The approval inbox over the console's API: what is shown of an agent's call, and who may say what to it, of a real guard.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { approvalArea } from '../../src/api/area/approvals/area.ts'
import type { Asked } from '../../src/api/endpoint.ts'
import type { Viewer } from '../../src/api/viewer.ts'
import { Problem } from '../../src/gateway/control/problem.ts'
import { type DeskConsole, showDesk } from '../console/desk.ts'

let desk: DeskConsole

before(async () => {
  desk = await showDesk()
})
after(() => desk?.close())

const mia: Viewer = { principal: { id: 'mia', kind: 'user', roles: ['manager'], tenant: 'north' }, roles: ['approver'] }
const lea: Viewer = { principal: { ...mia.principal, id: 'lea' }, roles: ['approver'] }
const operator: Viewer = { ...mia, roles: ['operator'] }
const clerk: Viewer = { principal: { ...mia.principal, id: 'clara', roles: ['clerk'] }, roles: ['approver'] }

interface Said {
  readonly query?: object
  readonly body?: object
  readonly parameters?: object
}

/** Asks the area as its server does, but for who may come in. */
// biome-ignore lint/suspicious/noExplicitAny: answers as they go over the wire
async function ask(name: string, viewer: Viewer, { query = {}, body, parameters = {} }: Said = {}): Promise<any> {
  const { guard } = desk.serving.core
  const version = (): string => loadedVersion
  const found = approvalArea({ guard, version, now: Date.now }).find((each) => each.name === name)
  assert.ok(found)
  const { endpoint } = found
  const asked = { parameters, query: endpoint.query?.parse(query), body: endpoint.body?.parse(body), viewer }
  const given = await found.handle(asked as unknown as Asked)
  return endpoint.answer === undefined ? undefined : JSON.parse(JSON.stringify(endpoint.answer.parse(given)))
}

let loadedVersion = ''
const show = async (hold: string, viewer = mia): ReturnType<typeof ask> => {
  loadedVersion = (await desk.serving.core.guard.approvals.get(hold))?.charter ?? ''
  return ask('GET /api/approvals/{reference}', viewer, { parameters: { reference: hold } })
}
const answer = async (hold: string, body: object, viewer = mia): Promise<string> =>
  ask('POST /api/approvals/{reference}', viewer, { parameters: { reference: hold }, body }).then(
    ({ state }) => state,
    (error: unknown) => (error instanceof Problem ? `${error.status} ${error.code}` : Promise.reject(error)),
  )

test('a question shows what will run, in whose words each value is, and what the rules say', async () => {
  const { hold, order, run } = await desk.askRefund(150)
  const shown = await show(hold)
  assert.deepEqual(
    [shown.sent.kind, shown.sent.target, JSON.parse(shown.sent.body).amount],
    ['tool', 'issue_refund', 150],
  )
  assert.deepEqual(
    shown.callers.map(({ id }: { id: string }) => id),
    ['desk-bot', 'clara'],
  )
  assert.deepEqual(
    shown.arguments.map(({ at, text, origin }: { at: string; text: string; origin: { trust: string } }) => [
      at,
      text,
      origin.trust,
    ]),
    [
      ['/ticket_id', 't-1', 'prompt'],
      ['/order_id', order, 'prompt'],
      ['/amount', '150', 'prompt'],
      ['/account', 'DE89370400440532013000', 'prompt'],
    ],
  )
  assert.deepEqual([shown.task.id, shown.task.purpose, shown.workflow], [run.id, run.purpose, 'support'])
  assert.deepEqual(shown.moves, { from: ['paid'], to: ['paid', 'refunded'] })
  const shownOrder = shown.objects.find(({ slot }: { slot: string }) => slot === 'object')
  assert.deepEqual([shownOrder.name, shownOrder.state.now, shownOrder.seen], [`order/${order}`, 'paid', true])
  assert.match(shown.reasons[0].says, /large-refund|approved/)
  assert.deepEqual([shown.approvals[0].quorum, shown.approvals[0].given, shown.approvals[0].who], [1, 0, 'a manager'])
  assert.equal(shown.approvals[0].standing.amount, 'request.amount')
  assert.equal(shown.may, true)
})

test('who may not answer is told why, and cannot', async () => {
  const { hold } = await desk.askRefund(160)
  assert.match((await show(hold, operator)).whyNot, /role of an approver/)
  assert.match((await show(hold, clerk)).whyNot, /leaves it to a manager/)
  const { digest } = await show(hold, clerk)
  assert.equal(await answer(hold, { verdict: 'approve', digest }, clerk), '403 not-entitled')
  const agent: Viewer = { ...mia, principal: { ...mia.principal, kind: 'agent' } }
  assert.equal(await answer(hold, { verdict: 'approve', digest }, agent), '403 needs-person')
  await assert.rejects(answer(hold, { verdict: 'refuse', digest }), /who refuses says why/)
  assert.equal(await answer(hold, { verdict: 'refuse', digest, why: 'not this one' }), 'refused')
  assert.equal(await answer(hold, { verdict: 'approve', digest }, lea), '409 closed')
})

test('what was shown is what is approved: it passes once, and not after anything changed', async () => {
  const { hold, order, again } = await desk.askRefund(170)
  const { digest } = await show(hold)
  const kept = desk.desk.orders.get(order)
  assert.ok(kept)
  kept.gift_message = 'another one'
  assert.equal(await answer(hold, { verdict: 'approve', digest }), '409 changed')
  const changed = await show(hold)
  assert.equal(changed.outdated, true)
  const fields = changed.objects.find(({ slot }: { slot: string }) => slot === 'object').fields
  assert.deepEqual(
    fields.filter((each: { changed: boolean }) => each.changed),
    [{ at: '/gift_message', asked: '', now: 'another one', changed: true }],
  )
  assert.equal(await answer(hold, { verdict: 'approve', digest: changed.digest }), '409 changed')
  // Whoever asks again asks about what is there.
  const second = await again()
  assert.ok(second.kind === 'refused')
  assert.equal(second.hold, hold)
  assert.equal(await answer(hold, { verdict: 'approve', digest: (await show(hold)).digest }), 'granted')
  assert.equal((await again()).kind, 'answered')
  assert.equal(desk.desk.orders.get(order)?.refunded, '170.00')
})

test('of two who answer at once one decides, and the other is told', async () => {
  const { hold } = await desk.askRefund(180)
  const { digest } = await show(hold)
  const said = await Promise.all([
    answer(hold, { verdict: 'approve', digest }),
    answer(hold, { verdict: 'refuse', digest, why: 'no' }, lea),
  ])
  assert.equal(said.filter((each) => each === '409 closed').length, 1, said.join())
})

test('what was approved before shows what is unusual', async () => {
  for (const amount of [110, 120, 130]) {
    const { hold } = await desk.askRefund(amount)
    assert.equal(await answer(hold, { verdict: 'approve', digest: (await show(hold)).digest }), 'granted')
  }
  const { hold } = await desk.askRefund(290)
  const shown = await show(hold)
  const amount = shown.arguments.find(({ at }: { at: string }) => at === '/amount')
  assert.equal(amount.usual.odd, true)
  assert.match(amount.usual.says, /^more than in any of the \d approved before: 110 to /)
})

test('an amount that only a customer names says so', async () => {
  const ticket = desk.desk.tickets.get('t-1')
  assert.ok(ticket)
  ticket.body = 'Please give me 47.11 for the trouble.'
  const run = { id: 'run-poor', workflow: 'support', agent: 'desk-bot', purpose: 'Do what ticket t-1 asks for o-1001.' }
  assert.equal((await desk.call(run, 'get_ticket', { ticket_id: 't-1' })).kind, 'answered')
  assert.equal((await desk.call(run, 'get_order', { order_id: 'o-1001' })).kind, 'answered')
  const asked = await desk.call(run, 'issue_refund', {
    ticket_id: 't-1',
    order_id: 'o-1001',
    amount: 47.11,
    account: 'DE89370400440532013000',
  })
  assert.ok(asked.kind === 'refused' && asked.code === 'approval-needed', JSON.stringify(asked))
  const shown = await show(asked.hold)
  const amount = shown.arguments.find(({ at }: { at: string }) => at === '/amount')
  assert.deepEqual([amount.origin.trust, amount.origin.operation], ['untrusted', 'desk.get_ticket'])
  assert.match(amount.origin.says, /untrusted content/)
})

test('a class of calls is approved within its bounds, used, and withdrawn', async () => {
  const class_ = { approval: 'large-refund', operation: 'desk.issue_refund', atMost: 150, uses: 2, forMs: 3_600_000 }
  const why = 'the recall of the lamps'
  const beyond = ask('POST /api/standing', mia, { body: { ...class_, uses: 21, why } })
  await assert.rejects(beyond, /at most 20 calls/)
  const { grant } = await ask('POST /api/standing', mia, { body: { ...class_, principal: 'desk-bot', why } })
  const listed = async (): Promise<readonly { grant: string; used: number }[]> =>
    (await ask('GET /api/standing', operator)).standing
  assert.deepEqual(
    (await listed()).map((each) => [each.grant, each.used]),
    [[grant, 0]],
  )
  await assert.rejects(desk.askRefund(140), /answered/)
  assert.equal((await listed())[0]?.used, 1)
  await ask('DELETE /api/standing/{grant}', mia, { parameters: { grant } })
  assert.deepEqual(await listed(), [])
  await desk.askRefund(145)
})

test('another charter in force ends what was asked under the one before', async () => {
  const { hold } = await desk.askRefund(155)
  const { digest } = await show(hold)
  await desk.rewrite((text) => text.replace('calls: 25', 'calls: 24'))
  assert.equal(await answer(hold, { verdict: 'approve', digest }), '409 changed')
  loadedVersion = 'another'
  const shown = await ask('GET /api/approvals/{reference}', mia, { parameters: { reference: hold } })
  assert.deepEqual([shown.charterChanged, shown.may], [true, false])
})

test('questions are listed by what became of them, and counted', async () => {
  const { counts, questions } = await ask('GET /api/approvals', mia, { query: { state: 'approved' } })
  assert.equal(counts.approved, questions.length)
  assert.ok(questions.every(({ state }: { state: string }) => ['granted', 'executing', 'executed'].includes(state)))
  const refused = await ask('GET /api/approvals', mia, { query: { state: 'refused' } })
  assert.equal(refused.questions[0].answers[0].by, 'mia')
})
