// Who had to do with an object tries what is for others: an API may let in all of those, and nobody else.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: complaints
sources:
  - name: shop
    type: inline
    operations:
      complain: { method: POST, path: /complaints, response: { id: string, status: string, award: integer } }
      getComplaint: { method: GET, path: '/complaints/{id}', response: { id: string, status: string, award: integer } }
      decide: { method: POST, path: '/complaints/{id}/decide', body: { award: integer } }
      confirm: { method: POST, path: '/complaints/{id}/confirm' }
actors: { buyer: {}, judge: {} }
objects:
  complaint:
    state: /status
    read: shop.getComplaint
    states: [open, decided, confirmed]
    final: confirmed
    transitions:
      open: { on: shop.complain, to: open, by: buyer }
      decide: { on: shop.decide, from: open, to: decided, by: judge, when: request.award > 0 }
      confirm: { on: shop.confirm, from: decided, to: confirmed, by: judge }
operations:
  shop.getComplaint: { by: [buyer, judge] }
rules:
  - { separate: [shop.decide, shop.confirm], per: object }
`

/** Complaints that judges decide, or, by mistake, whoever made them. */
function openCourt(isOpen: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows: { id: string; by: string; status: string; award: number; decider: string }[] = []
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const isJudge = who.startsWith('j')
    if (id === undefined) {
      if (isJudge) return [403]
      const row = { id: `c-${rows.length}`, by: who, status: 'open', award: 0, decider: '' }
      return [201, rows[rows.push(row) - 1]]
    }
    const row = rows.find((each) => each.id === id)
    if (row === undefined) return [404]
    if (method === 'GET') return [200, row]
    if (verb === 'decide') {
      if (!isJudge && !(isOpen && who === row.by)) return [403, { error: 'role' }]
      if (row.status !== 'open' || !(Number(body['award']) > 0)) return [409]
      return [200, Object.assign(row, { status: 'decided', award: body['award'], decider: who })]
    }
    if (!isJudge || row.decider === who) return [403]
    if (row.status !== 'decided') return [409]
    return [200, Object.assign(row, { status: 'confirmed' })]
  }
}

const prove = (isOpen: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { bea: 'buyer', ben: 'buyer', jim: 'judge', joe: 'judge' },
    answer: openCourt(isOpen),
    only: ['shop.decide'],
  })

describe('somebody involved', () => {
  test('tries what another role may do', async () => {
    const [finding, ...others] = (await prove(true)).findings
    assert.deepEqual([finding?.class, finding?.constraint, others], ['bfla', 'complaint.decide.by', []])
  })
  test('is refused by a sound API', async () => {
    const { findings, cells } = await prove(false)
    assert.deepEqual(findings, [])
    assert.ok(cells.some(({ actor, why }) => actor === 'bea (buyer)' && why === '403 role'))
  })
})
