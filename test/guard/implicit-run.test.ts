// Agents that ask for no run have one while they call: for each of them, whom it acts for, and what it works on.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { GuardEvent } from '../../src/guard/journal.ts'
import type { Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'

const charter = charterOf(`
lockstep: 1
name: desk
sources: [{ name: api, type: inline, operations: { a: { method: POST, path: /a }, b: { method: POST, path: /b } } }]
actors:
  clerk: {}
  bot: { kind: agent, acts-for: clerk }
operations: { api.a: { by: clerk }, api.b: { by: clerk } }
workflows:
  one: { operations: api.a, budget: [{ calls: 3, per: run }] }
  two: { operations: api.b }
`)

const minuteMs = 60_000
let now: number
let store: Store
let guard: Guard
let events: GuardEvent[]
beforeEach(async () => {
  now = Date.parse('2026-06-01T12:00:00Z')
  events = []
  store = openSqliteStore(':memory:')
  guard = await open()
})
afterEach(async () => {
  await guard.close()
  await store.close()
})

const open = (): Promise<Guard> =>
  createGuard(charter, {
    version: 'v',
    store,
    journal: { append: async (event) => events.push(event) },
    now: () => now,
  })
const bot = (person: string, id = 'bot'): Principal => ({
  id,
  kind: 'agent',
  roles: ['bot'],
  chain: [{ id: person, kind: 'user', roles: ['clerk'] }],
})

async function runOf(principal: Principal, operation = 'api.a', by = guard): Promise<string | undefined> {
  const result = await by.call({ operation, principal, request: {} }, async () => ({
    kind: 'answered',
    answer: { status: 200 },
  }))
  if (result.kind !== 'answered') return result.kind === 'refused' ? result.refusal.code : result.kind
  const event = events.findLast((each) => each.kind === 'decision')
  return event?.kind === 'decision' ? (event.run?.id ?? 'none') : undefined
}

test('one for each agent, person and workflow; none for people', async () => {
  const runs = [
    await runOf(bot('clara')),
    await runOf(bot('carl')),
    await runOf(bot('clara', 'other')),
    await runOf(bot('clara'), 'api.b'),
  ]
  assert.equal(new Set(runs).size, 4)
  assert.equal(await runOf(bot('clara')), runs[0])
  assert.equal(await runOf({ id: 'clara', kind: 'user', roles: ['clerk'] }), 'none')
})

test('the same on every node, and what it may spend is counted once', async () => {
  const other = await open()
  const first = await runOf(bot('clara'))
  assert.equal(await runOf(bot('clara'), 'api.a', other), first)
  assert.equal(await runOf(bot('clara')), first)
  assert.equal(await runOf(bot('clara'), 'api.a', other), 'denied')
  await other.close()
})

test('goes on while it is used, and is another one after half an hour of silence or eight hours', async () => {
  const first = await runOf(bot('clara'), 'api.b')
  for (let count = 0; count < 23; count += 1) {
    now += 20 * minuteMs
    assert.equal(await runOf(bot('clara'), 'api.b'), first)
  }
  now += 20 * minuteMs
  const second = await runOf(bot('clara'), 'api.b')
  assert.notEqual(second, first)
  now += 31 * minuteMs
  assert.notEqual(await runOf(bot('clara'), 'api.b'), second)
})

test('revoked, it stops the agent until it would have ended; ended, another one begins', async () => {
  const first = (await runOf(bot('clara'), 'api.b')) ?? ''
  assert.ok(await guard.runs.end(first, 'revoked', { id: 'ops' }, 'stop'))
  assert.equal(await runOf(bot('clara'), 'api.b'), 'run-over')
  assert.equal(await guard.runs.end(first, 'ended', { id: 'ops' }), false)
  now += 31 * minuteMs
  const second = (await runOf(bot('clara'), 'api.b')) ?? ''
  assert.notEqual(second, first)
  assert.ok(await guard.runs.end(second, 'ended', { id: 'bot' }))
  assert.notEqual(await runOf(bot('clara'), 'api.b'), second)
})
