import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorsAs } from '../../src/prove/plan/cast.ts'
import { analyse } from '../charter/fixture.ts'

const { charter } = analyse(`
lockstep: 1
name: desk
sources: [{ name: desk, type: inline, operations: { getNote: { method: GET, path: /note } } }]
actors:
  clerk: {}
  staff: { when: "principal.roles.exists(each, each in ['clerk', 'lead'])" }
  outsider: { when: "!('clerk' in principal.roles)" }
  auditor: { when: claims.audit == true }
operations: { desk.getNote: { by: [clerk, staff, outsider, auditor] } }
`)

const cases: readonly (readonly [
  says: string,
  principal: Parameters<typeof actorsAs>[2],
  actors: readonly string[],
])[] = [
  ['the actor it is written down as', { id: 'a' }, ['clerk']],
  ['whose rule its roles fulfil', { id: 'a', roles: ['clerk'] }, ['clerk', 'staff']],
  ['whose rule its claims fulfil', { id: 'a', roles: [], claims: { audit: true } }, ['clerk', 'auditor']],
  ['whose rule other roles fulfil', { id: 'a', roles: ['guest'] }, ['clerk', 'outsider']],
]

for (const [says, principal, actors] of cases)
  test(`an identity is ${says}`, () => {
    assert.ok(charter)
    assert.deepEqual(actorsAs(charter, ['clerk'], principal), actors)
  })
