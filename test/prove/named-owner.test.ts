// Whoever makes an object may say whose it is: the one who is named is its owner.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** Cases are only listed; nobody can look at a single one. */
const charter = `
lockstep: 1
name: cases
sources:
  - name: api
    type: inline
    operations:
      assign: { method: POST, path: /cases, body: { agentId: string }, response: { id: string, agentId: string, notes: 'string[]' } }
      listCases: { method: GET, path: /cases, response: { items: 'object[]' } }
      note: { method: POST, path: '/cases/{id}/notes', body: { text: string } }
actors: { agent: {}, manager: {} }
objects:
  case:
    owner: /agentId
    list: api.listCases
    seen-by: [owner, manager]
    transitions:
      open: { on: api.assign, by: manager }
      note: { on: api.note, by: { actor: agent, party: owner }, key: $request.path.id }
operations:
  api.listCases: { by: [agent, manager], lists: case, items: /items }
`

function openOffice(flaw: boolean): (asked: Asked) => readonly [number, unknown?] {
  const cases: { id: string; agentId: string; notes: unknown[] }[] = []
  return ({ who, method, path: [, id], body }) => {
    if (who === undefined) return [401]
    const isManager = who === 'mo'
    if (method === 'GET') return [200, { items: cases.filter(({ agentId }) => isManager || agentId === who) }]
    if (id === undefined) {
      if (!isManager) return [403]
      if (body['agentId'] !== 'al' && body['agentId'] !== 'bo') return [422]
      const made = { id: `case-${cases.length + 100}`, agentId: String(body['agentId']), notes: [] }
      cases.push(made)
      return [201, made]
    }
    const found = cases.find((each) => each.id === id)
    if (isManager) return [403]
    if (found === undefined || (found.agentId !== who && !flaw)) return [404]
    found.notes.push(body['text'])
    return [201]
  }
}

const prove = (flaw: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { mo: 'manager', al: 'agent', bo: 'agent' },
    answer: openOffice(flaw),
    only: ['api.note'],
  })

test('a note on a case of another agent is proven', async () => {
  const { findings, cells } = await prove(true)
  assert.ok(
    findings.some(({ constraint }) => constraint === 'case.note.by'),
    JSON.stringify(cells.map(({ why }) => why)),
  )
})

test('where only the agent who was named may, it holds', async () => {
  const { findings, cells } = await prove(false)
  assert.deepEqual(findings, [])
  const others = cells.filter(({ tactic }) => tactic === 'as-other.other-owner')
  assert.deepEqual(
    [...new Set(others.map(({ verdict }) => verdict))],
    ['held'],
    JSON.stringify(cells.map(({ tactic, why }) => [tactic, why])),
  )
})
