// Whatever agents pass on to each other, nobody ends up with more than anybody before had.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Charter, Principal } from '../../src/charter/charter.ts'
import type { RunHandle } from '../../src/charter/run-handle.ts'
import { noFacts } from '../../src/constraint/facts.ts'
import { decide } from '../../src/decide/decide.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'

const operations = ['api.a', 'api.b', 'api.c', 'api.d', 'api.e'] as const
const charter: Charter = charterOf(`
lockstep: 1
name: chain
sources:
  - name: api
    type: inline
    operations:
      a: { method: POST, path: /a }
      b: { method: POST, path: /b }
      c: { method: POST, path: /c }
      d: { method: POST, path: /d }
      e: { method: POST, path: /e }
actors:
  clerk: {}
  boss: {}
  one: { kind: agent, workflow: desk, acts-for: [clerk, boss, two] }
  two: { kind: agent, workflow: desk, acts-for: [clerk, one] }
  three: { kind: agent, acts-for: [boss, one, two] }
  four: { kind: agent, workflow: night, acts-for: [clerk, one, three] }
operations:
  api.a: { by: clerk }
  api.b: { by: [clerk, boss] }
  api.c: { by: { actor: clerk, scope: write } }
  api.d: { by: boss }
  api.e: { by: { scope: read } }
workflows:
  desk: { operations: [api.a, api.b, api.c] }
  night: { operations: [api.d, api.e] }
`)

let now = 1_000_000
let store: Store
let guard: Guard
before(async () => {
  store = openSqliteStore(':memory:', { synchronous: 'normal' })
  guard = await createGuard(charter, {
    version: 'v',
    store,
    journal: { append: async () => undefined },
    now: () => now,
  })
})
after(async () => {
  await guard.close()
  await store.close()
})

const agents = ['one', 'two', 'three', 'four'] as const
const agent = (id: string): Principal => ({ id, kind: 'agent', roles: [id] })
const wanted = fc.record(
  {
    workflow: fc.constantFrom('desk', 'desk', 'desk', 'night'),
    tools: fc.subarray([...operations, 'api.none'], { minLength: 0 }),
    scopes: fc.subarray(['read', 'write', 'admin']),
  },
  { requiredKeys: [] },
)
const steps = fc.array(
  fc.record({ to: fc.constantFrom(...agents), wanted, lateMs: fc.nat(60_000), lifeMs: fc.nat(600_000) }),
  {
    minLength: 1,
    maxLength: 12,
  },
)
const person = fc.record({
  id: fc.constantFrom('clara', 'bert'),
  kind: fc.constant('user' as const),
  roles: fc.subarray(['clerk', 'boss'], { minLength: 1 }),
  scopes: fc.subarray(['read', 'write']),
})

const within = (narrow: readonly string[] | undefined, wide: readonly string[] | undefined): boolean =>
  wide === undefined || (narrow?.every((each) => wide.includes(each)) ?? false)

function checkNarrower(after: RunHandle, before: RunHandle): void {
  assert.ok(within(after.tools, before.tools), 'tools')
  assert.ok(within(after.scopes ?? [], before.scopes ?? []), 'scopes')
  assert.ok(before.workflow === undefined || after.workflow === before.workflow, 'workflow')
  assert.ok(after.until <= before.until, 'until')
  assert.equal(after.id, before.id)
  assert.equal(after.person, before.person)
  assert.ok(after.acting.length <= 8)
  assert.deepEqual(after.acting.slice(-before.acting.length), before.acting)
}

const allows = (principal: Principal, operation: string, run?: RunHandle): boolean => {
  const call = { operation, principal, request: {}, at: now, ...(run === undefined ? {} : { run }) }
  return decide(charter, noFacts, call).effect === 'allow'
}

const workflowOf = (id: string): ReadonlySet<string> | undefined => {
  const { workflow } = charter.actors.get(id) ?? {}
  return workflow === undefined ? undefined : charter.workflows.get(workflow)?.operations
}

let allowed = 0
let passedOn = 0

test('no sequence of exchanges widens anything', async () => {
  await fc.assert(
    fc.asyncProperty(person, fc.constantFrom(...agents), wanted, steps, async (subject, first, begin, rest) => {
      const started = await guard.runs.start({ ...agent(first), chain: [subject] }, begin)
      if (!started.ok) return
      const handles: RunHandle[] = [started.handle]
      for (const { to, wanted: asked, lateMs, lifeMs } of rest) {
        now += lateMs
        const before = handles.at(-1)
        if (before === undefined) return
        const given = await guard.runs.delegate(
          { ...before, expires: Math.min(before.until, now + lifeMs) },
          agent(to),
          asked,
        )
        if (!given.ok) continue
        passedOn += 1
        checkNarrower(given.handle, before)
        assert.ok(to === before.agent || given.handle.until <= now + lifeMs)
        handles.push(given.handle)
        const principal = await guard.runs.principalOf(given.handle)
        assert.deepEqual(principal, { ...principal, id: to })
        const admitted = await guard.runs.admit({ operation: 'api.a', principal: principal ?? {}, run: given.handle })
        assert.equal(admitted.ok, given.handle.until > now || admitted.ok)
        for (const operation of operations) {
          if (!allows(principal ?? {}, operation, given.handle)) continue
          allowed += 1
          assert.ok(allows(subject, operation), 'the person alone')
          for (const each of given.handle.acting) assert.ok(workflowOf(each)?.has(operation) ?? true, 'each workflow')
          for (const { tools, workflow } of handles) {
            assert.ok(tools?.includes(operation) ?? true, 'the tools of every ancestor')
            assert.ok(workflow === undefined || charter.workflows.get(workflow)?.operations.has(operation))
          }
        }
      }
    }),
    { numRuns: 2500 },
  )
  // A property about nothing would hold, too.
  assert.ok(allowed > 50 && passedOn > 200, `${allowed} allowed, ${passedOn} passed on`)
})

test('an agent with scopes of its own gets no others by acting for somebody', async () => {
  const clara: Principal = { id: 'clara', kind: 'user', roles: ['clerk'], scopes: ['read', 'write'] }
  const one: Principal = { ...agent('one'), scopes: ['read', 'admin'] }
  const started = await guard.runs.start({ ...one, chain: [clara] }, {})
  assert.ok(started.ok)
  const principal = await guard.runs.principalOf(started.handle)
  assert.deepEqual(principal?.scopes, ['read'])
  assert.deepEqual(principal?.chain?.[0]?.scopes, ['read', 'write'])
})
