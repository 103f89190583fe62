// Rules that name moves: two uses of one operation, of which one may come only after what somebody else decides. Proven, and guarded.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard } from '../../src/guard/guard.ts'
import type { Outcome } from '../../src/prove/finding.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from '../guard/wallet.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: awards
sources:
  - name: shop
    type: inline
    operations:
      give: { method: POST, path: /awards, body: { title: string }, response: { id: string, ownerId: string, status: string, reports: array } }
      getAward: { method: GET, path: '/awards/{awardId}', response: { id: string, ownerId: string, status: string, reports: array } }
      report: { method: POST, path: '/awards/{awardId}/report', body: { milestone: integer } }
      accept: { method: POST, path: '/awards/{awardId}/accept' }
actors: { user: {}, clerk: {} }
objects:
  award:
    owner: /ownerId
    state: /status
    read: shop.getAward
    states: [active]
    transitions:
      give: { on: shop.give, to: active, by: user }
      report-first: { on: shop.report, from: active, to: active, by: owner, when: request.milestone == 1 }
      report-next: { on: shop.report, from: active, to: active, by: owner, when: request.milestone == 2 }
      accept: { on: shop.accept, from: active, to: active, by: clerk, when: size(object.reports) >= 1 }
operations:
  shop.getAward: { by: [owner, clerk] }
rules:
  - { name: accepted, precedence: [award.accept, award.report-next], per: object, says: the second report comes after the first was accepted }
`

interface Award {
  readonly id: string
  readonly ownerId: string
  readonly status: 'active'
  reports: number[]
  accepted: number
}

function openAwards(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const awards = new Map<string, Award>()
  return ({ who, method, path: [, id = '', verb], body }) => {
    if (who === undefined) return [401]
    if (id === '') {
      if (who === 'cleo') return [403]
      const made: Award = { id: `award-${awards.size + 100}`, ownerId: who, status: 'active', reports: [], accepted: 0 }
      awards.set(made.id, made)
      return [201, made]
    }
    const award = awards.get(id)
    if (award === undefined || (who !== 'cleo' && award.ownerId !== who)) return [404]
    if (method === 'GET') return [200, award]
    if ((who === 'cleo') !== (verb === 'accept')) return [403]
    if (verb === 'accept') {
      if (award.reports.length === 0) return [409, { error: 'no report' }]
      award.accepted += 1
      return [200, award]
    }
    const milestone = Number(body['milestone'])
    if (milestone !== 1 && milestone !== 2) return [422, { error: 'there are two milestones' }]
    if (milestone === 2 && award.accepted === 0 && !flawed) return [409, { error: 'the first report is not accepted' }]
    award.reports = [...award.reports, milestone]
    return [200, award]
  }
}

const proven = (flawed: boolean): Promise<Outcome> =>
  proveSmall({ charter, people: { ann: 'user', bob: 'user', cleo: 'clerk' }, answer: openAwards(flawed) })

describe('an order of moves', () => {
  test('is proven broken where a move may come too soon', async () => {
    const { findings } = await proven(true)
    const found = findings.find(({ constraint }) => constraint === 'rules.accepted')
    assert.deepEqual([found?.class, found?.operation], ['step-skipped', 'shop.report'])
  })

  test('holds where it does not', async () => {
    const { findings, cells } = await proven(false)
    assert.deepEqual(findings, [])
    assert.ok(cells.some((cell) => cell.constraint === 'rules.accepted' && cell.verdict === 'held'))
  })

  test('is kept by the guard, which tells the uses of one operation apart', async () => {
    const store = openSqliteStore(':memory:')
    const award = { id: 'a1', ownerId: 'ann', status: 'active', reports: [1] }
    const guard = await createGuard(charterFrom(charter), {
      version: '1',
      store,
      journal: new Lines(),
      truth: { read: async () => award },
    })
    const call = async (operation: string, id: string, body?: unknown): Promise<string> => {
      const roles = [id === 'ann' ? 'user' : 'clerk']
      const incoming: Incoming = { operation, principal: { id, roles }, request: { path: { awardId: 'a1' }, body } }
      const result = await guard.call(incoming, async () => answered(200, award))
      return result.kind === 'refused' ? result.refusal.code : result.kind
    }
    assert.equal(await call('shop.report', 'ann', { milestone: 1 }), 'answered')
    assert.equal(await call('shop.report', 'ann', { milestone: 2 }), 'denied')
    assert.equal(await call('shop.accept', 'cleo'), 'answered')
    assert.equal(await call('shop.report', 'ann', { milestone: 2 }), 'answered')
    await guard.close()
    await store.close()
  })
})
