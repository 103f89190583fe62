// What no description has passes as the charter says of it, but never for agents that have a workflow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal, Run } from '../../src/charter/charter.ts'
import { passesUndescribed } from '../../src/constraint/delegation.ts'
import { charterOf } from '../gateway/control/api.ts'

const text = (agents: string): string => `
lockstep: 1
name: open
sources: [{ name: api, type: inline, operations: { a: { method: POST, path: /a } } }]
actors:
  clerk: {}
${agents}
undescribed: { reads: allow }
operations: { api.a: { by: clerk } }
workflows: { work: { operations: api.a } }
`
const bound = charterOf(
  text('  bot: { kind: agent, workflow: work, acts-for: clerk }\n  free-bot: { kind: agent, acts-for: clerk }'),
)
const plain = charterOf(text(''))
const clara: Principal = { id: 'clara', kind: 'user', roles: ['clerk'] }
const agent = (role: string): Principal => ({ id: role, kind: 'agent', roles: [role], chain: [clara] })
const run: Run = { id: 'r', workflow: 'work' }

const cases: readonly (readonly [string, boolean, boolean])[] = [
  ['a person', passesUndescribed(bound, 'reads', { principal: clara }), true],
  ['what is not let through at all', passesUndescribed(bound, 'writes', { principal: clara }), false],
  ['an agent of a workflow', passesUndescribed(bound, 'reads', { principal: agent('bot') }), false],
  ['an agent without one', passesUndescribed(bound, 'reads', { principal: agent('free-bot') }), true],
  ['its run of one', passesUndescribed(bound, 'reads', { principal: agent('free-bot'), run }), false],
  ['an agent nobody speaks of', passesUndescribed(bound, 'reads', { principal: agent('stray') }), false],
  [
    'a free agent for one of a workflow',
    passesUndescribed(bound, 'reads', { principal: { ...agent('free-bot'), chain: [agent('bot'), clara] } }),
    false,
  ],
  ['an agent where the charter knows none', passesUndescribed(plain, 'reads', { principal: agent('bot') }), true],
]

for (const [name, passes, expected] of cases)
  test(`${name} ${expected ? 'passes' : 'does not pass'}`, () => assert.equal(passes, expected))
