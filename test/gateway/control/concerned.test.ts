// Whom a question, a run and a standing approval concern: ids are of one tenant and one kind, and an agent acts for one person at a time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Principal } from '../../../src/charter/charter.ts'
import { answered } from '../../guard/wallet.ts'
import { type Api, charterOf, openApi } from './api.ts'

const ann: Principal = { id: 'ann', kind: 'user', tenant: 'north', roles: ['clerk'] }
const ben: Principal = { id: 'ben', kind: 'user', tenant: 'north', roles: ['clerk'] }
const bot: Principal = { id: 'bot', kind: 'agent', roles: ['bot'] }
const people = {
  ann,
  'ann of the south': { ...ann, tenant: 'south' },
  'the partner ann': { ...ann, kind: 'partner' },
  'the bot for ann': { ...bot, chain: [ann] },
  'the bot for ben': { ...bot, chain: [ben] },
  'the bot alone': bot,
  'a bot that heads': { ...bot, id: 'other', roles: ['head'] },
  'head of the north': { id: 'hn', kind: 'user', tenant: 'north', roles: ['head'] },
  'head of the south': { id: 'hs', kind: 'user', tenant: 'south', roles: ['head'] },
  'head of all': { id: 'ha', kind: 'user', roles: ['head'] },
  'hn of the south': { id: 'hn', kind: 'user', tenant: 'south', roles: ['clerk'] },
  'head of the store': { id: 'hw', kind: 'user', tenant: 'north', roles: ['keeper'] },
} as const satisfies Readonly<Record<string, Principal>>
type Who = keyof typeof people

const charter = charterOf(`
lockstep: 1
name: branch
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/orders/{id}', response: { id: string, branch: string, margin: number } }
      refund: { method: POST, path: '/orders/{id}/refund', body: { note: string } }
actors: { clerk: {}, head: {}, keeper: {}, bot: { kind: agent, acts-for: clerk } }
objects:
  order:
    tenant: /branch
    read: api.get
    fields: { margin: { seen-by: head } }
    transitions: { refund: { on: api.refund, by: clerk, approval: second } }
operations: { api.get: { by: clerk } }
approvals:
  second: { by: head, not: requester, standing: { valid-for: 1h, uses: 5 } }
  third: { by: keeper, standing: { valid-for: 1h, uses: 5 } }
`)

let api: Api
before(async () => {
  const named = new Map(Object.entries(people).map(([name, principal]) => [encodeURIComponent(name), principal]))
  api = await openApi({
    charter,
    guard: { truth: { read: async () => ({ id: 'o1', branch: 'north', margin: 37 }) } },
    control: {
      identifier: {
        identify: async ({ headers: { authorization } }) => {
          const principal = named.get(String(authorization).replace('Bearer person-', ''))
          return principal === undefined
            ? { ok: false, code: 'unknown', why: 'nobody', challenge: 'Bearer' }
            : { ok: true, principal }
        },
      },
    },
  })
})
after(() => api.close())

const ask = (who: Who, method: string, path: string, body?: unknown): ReturnType<Api['ask']> =>
  api.ask(method, path, body, { as: encodeURIComponent(who) })
const statuses = async (all: readonly Who[], path: string): Promise<readonly (readonly [Who, number])[]> =>
  Promise.all(all.map(async (who) => [who, (await ask(who, 'GET', path)).status] as const))

async function questionOf(who: Who): Promise<string> {
  const call = { operation: 'api.refund', request: { path: { id: 'o1' }, body: { note: who } } }
  const result = await api.guard.call({ ...call, principal: people[who] }, async () => answered(200, {}))
  assert.ok(result.kind === 'refused' && result.refusal.hold !== undefined)
  return `/v1/approvals/${result.refusal.hold.reference}`
}

test('a question is for who asked it, and for who may answer', async () => {
  assert.deepEqual(
    await statuses(
      ['ann', 'ann of the south', 'the partner ann', 'head of the north', 'head of the south', 'a bot that heads'],
      await questionOf('ann'),
    ),
    [
      ['ann', 200],
      ['ann of the south', 404],
      ['the partner ann', 404],
      ['head of the north', 200],
      ['head of the south', 404],
      ['a bot that heads', 404],
    ],
  )
  const path = await questionOf('the bot for ann')
  assert.deepEqual(await statuses(['the bot for ann', 'the bot for ben', 'the bot alone'], path), [
    ['the bot for ann', 200],
    ['the bot for ben', 404],
    ['the bot alone', 200],
  ])
})

test('and for who answered it', async () => {
  const path = await questionOf('the bot for ben')
  assert.equal((await ask('head of the north', 'POST', path, { verdict: 'refuse' })).status, 200)
  assert.deepEqual(await statuses(['head of the north', 'hn of the south'], path), [
    ['head of the north', 200],
    ['hn of the south', 404],
  ])
})

test('who asked does not see what the guard looked at; who answers sees that, for whom it is, and why', async () => {
  const path = await questionOf('the bot for ann')
  const asking = await ask('the bot for ann', 'GET', path)
  assert.doesNotMatch(asking.text, /margin/)
  assert.equal(asking.at('/objects/object/key'), 'o1')
  const answering = await ask('head of the north', 'GET', path)
  assert.deepEqual(
    ['/objects/object/value/margin', '/present/object/value/margin', '/principal/acts-for/0/id'].map(answering.at),
    [37, 37, 'ann'],
  )
  assert.match(String(answering.at('/reasons/0/says')), /approved/)
})

test('a run is for whom it is, and for the agent that began it', async () => {
  const started = await api.guard.runs.start(people['the bot for ann'], { purpose: 'refund o1' })
  assert.ok(started.ok)
  const path = `/v1/runs/${started.handle.id}`
  const expected = [
    ['ann', 200],
    ['ann of the south', 404],
    ['the partner ann', 404],
    ['the bot for ann', 200],
    ['the bot for ben', 404],
    ['the bot alone', 200],
  ] as const
  const all = expected.map(([who]) => who)
  assert.deepEqual(await statuses(all, path), expected)
  const told = await Promise.all(
    all.map(async (who) => (await ask(who, 'POST', `${path}/words`, { text: 'o2' })).status),
  )
  assert.deepEqual(told, [204, 404, 404, 204, 404, 204])
})

test('standing approvals are for who may give the same in the same tenant', async () => {
  const expires = new Date(Date.now() + 60_000).toISOString()
  const bound = { approval: 'second', operation: 'api.refund', uses: 2, expires }
  const compared = await ask('head of the north', 'POST', '/v1/standing-approvals', { ...bound, 'at-most': 5 })
  assert.match(compared.text, /compares no amount/, 'it would cover nothing')
  const given = await ask('head of the north', 'POST', '/v1/standing-approvals', bound)
  assert.equal(given.status, 201)
  const listed = async (who: Who): Promise<unknown> => {
    const found = await ask(who, 'GET', '/v1/standing-approvals')
    return found.status === 200 ? found.at('/standing-approvals/0/grant') : found.status
  }
  const grant = given.at('/grant')
  assert.deepEqual(
    [
      await listed('head of the south'),
      await listed('head of the store'),
      await listed('ann'),
      await listed('head of all'),
    ],
    [undefined, undefined, 403, grant],
  )
  const path = `/v1/standing-approvals/${String(grant)}`
  assert.equal((await ask('head of the south', 'DELETE', path)).status, 404)
  assert.equal((await ask('head of the store', 'DELETE', path)).status, 404)
  assert.equal((await ask('head of the north', 'DELETE', path)).status, 204)
})
