// A rightful call that names what its object has already changes nothing: it is made with another thing that fits.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: plans
sources:
  - name: shop
    type: inline
    operations:
      offer: { method: POST, path: /plans, response: { id: string, status: string } }
      getPlan: { method: GET, path: '/plans/{planId}', response: { id: string, status: string } }
      subscribe: { method: POST, path: /subscriptions, body: { planId: string }, response: { id: string, user: string, planId: string, status: string } }
      getSubscription: { method: GET, path: '/subscriptions/{subscriptionId}', response: { id: string, user: string, planId: string, status: string } }
      start: { method: POST, path: '/subscriptions/{subscriptionId}/start' }
      change: { method: POST, path: '/subscriptions/{subscriptionId}/change', body: { planId: string } }
actors: { user: {}, clerk: {} }
objects:
  plan:
    state: /status
    read: shop.getPlan
    states: [open]
    final: open
    transitions:
      offer: { on: shop.offer, to: open, by: clerk }
  subscription:
    owner: /user
    state: /status
    read: shop.getSubscription
    states: [asked, running]
    final: running
    transitions:
      subscribe: { on: shop.subscribe, to: asked, by: user, refs: { plan: { object: plan, key: $request.body#/planId, in: open } } }
      start: { on: shop.start, from: asked, to: running, by: clerk }
      change: { on: shop.change, from: running, to: running, by: owner, refs: { plan: { object: plan, key: $request.body#/planId, in: open } } }
operations:
  shop.getPlan: { by: signed-in }
  shop.getSubscription: { by: [owner, clerk] }
`

type Row = Record<string, unknown>

/** Subscriptions whose plan may be changed while they run; that they run may be forgotten. */
function plans(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) {
      if (isClerk !== (kind === 'plans')) return [403]
      const made = isClerk ? { status: 'open' } : { user: who, planId: body['planId'], status: 'asked' }
      if (!isClerk && !rows.has(String(body['planId']))) return [422]
      const row = { id: `${kind}-${rows.size}`, ...made }
      rows.set(row.id, row)
      return [201, row]
    }
    const row = rows.get(id)
    const isTheirs = isClerk || kind === 'plans' || row?.['user'] === who
    if (row === undefined || !isTheirs) return [404]
    if (method === 'GET') return [200, row]
    if (isClerk !== (verb === 'start')) return [403]
    if (row['status'] !== (isClerk ? 'asked' : 'running') && !(isForgotten && !isClerk)) return [409]
    if (isClerk) return [200, Object.assign(row, { status: 'running' })]
    return rows.has(String(body['planId'])) ? [200, Object.assign(row, { planId: body['planId'] })] : [422]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cleo: 'clerk' },
    answer: plans(isForgotten),
    only: ['shop.change'],
  })

describe('a thing named by a call', () => {
  test('is another than the object has, so that the call shows', async () => {
    const { findings } = await prove(true)
    const found = findings.map((each) => `${each.class} ${each.constraint}`)
    assert.deepEqual(found, ['step-skipped subscription.change.from'])
  })
  test('tells of a refusal as well', async () => {
    const { findings, cells } = await prove(false)
    const from = cells.filter(({ tactic }) => tactic.startsWith('from-state'))
    assert.deepEqual(findings, [])
    assert.deepEqual([...new Set(from.map(({ verdict }) => verdict))], ['held'])
    assert.ok(cells.every(({ why }) => !why.includes('shows in nothing')))
  })
})
