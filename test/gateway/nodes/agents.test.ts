// Sessions at hooks, tasks of other agents and reservations, over several nodes of one guard and over a restart.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { openStage as openAgent } from '../a2a/stage.ts'
import { bot, call, type Framework, openStage as openHooks, result, type Stage } from '../acs/stage.ts'
import { type Api, openApi } from '../control/api.ts'
import { overEveryStore } from './place.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Closes a node in the end, or before: once. */
function closing(...all: readonly { close(): Promise<void> }[]): () => Promise<void> {
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= all.reduce((last, each) => last.then(() => each.close()), Promise.resolve())
    return closed
  }
  ends.push(close)
  return close
}

overEveryStore((open, written) => {
  const hooks = async (more: object = {}): Promise<Stage & { stop(): Promise<void> }> => {
    const place = await open()
    const stage = await openHooks({ ...more, on: { ...place.on, limits: { ...place.on.limits, busyMs: 30 } } })
    return Object.assign(stage, { stop: closing(stage, place) })
  }
  /** The same session at another node. */
  const at = (stage: Stage, { session }: Framework): Framework => stage.framework(session)

  test('a session of an agent goes on at every node, with one chain, its run and what it asked for', async () => {
    const [one, two] = [await hooks(), await hooks()]
    const first = one.framework()
    await first.hello()
    const second = at(two, first)
    const said = await second.step('steps/sessionStart', { intent: { raw: 'refund o1' } })
    const head = said.at('/result/chain_hash')
    const planted = 'the-account-DE12-of-clara'
    const request = randomUUID()
    const asked = await first.step('steps/toolCallRequest', call('notes', { text: planted }), {
      request,
      metadata: { session_state: { chain_hash: head } },
    })
    assert.equal(asked.decision, 'allow', JSON.stringify(asked.raw))
    const store = await written()
    assert.ok(store.includes('desk.notes') && !store.includes(planted) && !store.includes('refund o1'))
    const torn = { metadata: { session_state: { chain_hash: head } } }
    assert.equal((await second.step('steps/turnStart', {}, torn)).at('/result/reason_codes/0'), 'chain_mismatch')
    const runs = await two.guard.runs.list(['open'])
    assert.deepEqual(
      runs.map(({ agent, purpose }) => [agent, purpose]),
      [['bot', 'refund o1']],
    )
    const stranger = two.framework()
    await stranger.hello()
    const stolen = await stranger.step('steps/toolCallResult', result('notes', {}, { request_id_ref: request }))
    assert.equal(stolen.at('/result/reason_codes/0'), 'result-without-request')
    const done = await second.step('steps/toolCallResult', result('notes', {}, { request_id_ref: request }))
    assert.equal(done.decision, 'allow', JSON.stringify(done.raw))
    assert.deepEqual(
      [...one.lines.of('outcome'), ...two.lines.of('outcome')].map(({ effect }) => effect),
      ['effective'],
    )
    const again = await first.step('steps/toolCallResult', result('notes', {}, { request_id_ref: request }))
    assert.equal(again.at('/result/reason_codes/0'), 'result-without-request')
    await first.step('steps/sessionEnd', { reason: 'completed' })
    assert.equal((await second.step('steps/turnStart')).at('/error/code'), -32000)
    const left = await two.guard.runs.list(['open'])
    assert.deepEqual(
      left.filter(({ purpose }) => purpose !== undefined),
      [],
    )
  })

  test('a restart loses neither session nor what is open, and what it settles is settled once', async () => {
    const one = await hooks()
    const first = one.framework()
    await first.hello()
    const request = randomUUID()
    const refund = call('refund', { order_id: 'o1', amount: 60 })
    assert.equal((await first.step('steps/toolCallRequest', refund, { request })).decision, 'allow')
    await one.stop()
    const two = await hooks()
    const second = at(two, first)
    const meanwhile = await second.step('steps/toolCallRequest', call('refund', { order_id: 'o1', amount: 1 }))
    assert.equal(meanwhile.decision, 'deny', 'the order is taken')
    two.order.state = 'refunded'
    const done = await second.step('steps/toolCallResult', result('refund', {}, { request_id_ref: request }))
    assert.equal(done.decision, 'allow', JSON.stringify(done.raw))
    // The guard may have looked at the order before it was told.
    const settled = [...two.lines.of('outcome'), ...two.lines.of('settled')].map(({ effect }) => effect)
    assert.deepEqual(settled, ['effective'])
    assert.deepEqual(await two.guard.doubts.list(), [])
  })

  test('a session ends to count when its agent may act for somebody else by now', async () => {
    const one = await hooks()
    const first = one.framework()
    await first.hello()
    await one.stop()
    const two = await hooks({ agents: [{ ...bot, actsFor: { id: 'ben', kind: 'user', roles: ['clerk'] } }] })
    assert.equal((await at(two, first).step('steps/turnStart')).at('/error/code'), -32000)
  })

  test('a sub-agent begins the session that was announced for it at another node', async () => {
    const agents = [{ ...bot, agentIds: ['*'] }]
    const [one, two] = [await hooks({ agents }), await hooks({ agents })]
    const parent = one.framework()
    await parent.hello()
    const child = two.framework()
    const start = {
      subagent_session_id: child.session,
      parent_session_id: parent.session,
      parent_step_id: randomUUID(),
      intent_derivation: 'inherit_subset',
      subagent_descriptor: { agent_name: 'helper' },
    }
    assert.equal((await parent.step('steps/subagentStart', start)).decision, 'allow')
    await child.hello()
    await child.step('steps/toolCallRequest', call('notes', { text: 'x' }))
    const [decision] = two.lines.of('decision').slice(-1)
    assert.deepEqual([decision?.principal.id, decision?.principal.chain?.[0]?.id], ['helper', 'bot'])
  })

  test('a task of another agent is its owner’s at every node, and after a restart', async () => {
    const [here, there] = [await open(), await open()]
    const one = await openAgent({ on: here.on })
    const two = await openAgent({ on: there.on, beside: one })
    const endTwo = closing(two, there)
    closing(one, here)
    const send = { message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] } }
    const begun = await one.ask('/helper', { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: send })
    const { id } = begun.body.result.task
    const get = { jsonrpc: '2.0', id: 2, method: 'GetTask', params: { id } }
    assert.equal((await two.ask('/helper', get)).body.result?.id, id)
    assert.equal((await two.ask('/helper', get, { as: 'planner-two' })).body.error.code, -32001)
    await endTwo()
    const again = await open()
    const three = await openAgent({ on: again.on, beside: one })
    closing(three, again)
    assert.equal((await three.ask('/helper', get)).body.result?.id, id)
    assert.equal((await three.ask('/helper', get, { as: 'planner-two' })).body.error.code, -32001)
  })

  test('what was reserved at one node is settled at another, and a denial of one counts at all', async () => {
    const bindingKey = Buffer.alloc(32, 7)
    const [here, there] = [await open(), await open()]
    const one = await openApi({ guard: here.on, bindingKey })
    const two = await openApi({ guard: there.on, bindingKey, wallets: one.wallets })
    const endOne = closing(one, here)
    closing(two, there)
    const draft = '/drafts/access-request-2026-06-11/access/v1'
    const payout = {
      subject: { type: 'user', id: 'ann' },
      action: { name: 'payout', properties: { amount: 50 } },
      resource: { type: 'wallet', id: 'w' },
    }
    const denied = await one.ask('POST', `${draft}/evaluation`, payout)
    const { binding_token, expires_at } = Object(denied.at('/context/access_request'))
    const submit = (api: Api, more: object = {}): ReturnType<Api['ask']> => {
      const body = { ...payout, denial: { binding_token, expires_at }, ...more }
      return api.ask('POST', `${draft}/requests`, body, { headers: { 'idempotency-key': 'k' } })
    }
    const task = await submit(two)
    assert.equal(task.status, 202, task.text)
    assert.equal((await submit(one)).at('/task/id'), task.at('/task/id'), 'asked once')
    assert.equal((await submit(one, { extra: 1 })).status, 409, 'the key stands for another request')
    const spend = (amount: number, more: object = {}): object => ({
      subject: { type: 'user', id: 'ann' },
      action: { name: 'spend', properties: { amount } },
      resource: { type: 'wallet', id: 'w' },
      ...more,
    })
    const evaluate = (api: Api, body: object): ReturnType<Api['ask']> => api.ask('POST', '/access/v1/evaluation', body)
    const reserved = await evaluate(one, spend(60, { context: { lockstep: { reserve: true } } }))
    assert.equal(reserved.at('/decision'), true, reserved.text)
    const path = new URL(String(reserved.at('/context/lockstep/outcome'))).pathname
    assert.equal((await two.ask('POST', path, { outcome: 'not-sent' }, { as: 'pep' })).status, 404, 'it is another’s')
    await endOne()
    const told = { outcome: 'answered', status: 200, body: {} }
    assert.equal((await two.ask('POST', path, told)).status, 200)
    assert.equal((await two.ask('POST', path, told)).status, 404, 'it was settled')
    assert.equal((await evaluate(two, spend(60))).at('/decision'), false)
    assert.equal((await evaluate(two, spend(40))).at('/decision'), true)
  })
})
