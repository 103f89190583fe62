// A field that is empty where it is looked for first is looked for where a move has filled it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: lots
sources:
  - name: shop
    type: inline
    operations:
      offer: { method: POST, path: /lots, body: { text: string }, response: { id: string, owner_id: string, status: string } }
      getLot: { method: GET, path: '/lots/{lotId}', response: { id: string, owner_id: string, leader_id: string, status: string } }
      hide: { method: POST, path: '/lots/{lotId}/hide' }
      bid: { method: POST, path: '/lots/{lotId}/bid' }
actors: { user: {}, clerk: {} }
objects:
  lot:
    owner: /owner_id
    state: /status
    read: shop.getLot
    states: [open, led, hidden]
    final: hidden
    fields: { leader_id: { seen-by: clerk } }
    transitions:
      offer: { on: shop.offer, to: open, by: user }
      bid: { on: shop.bid, from: open, to: led, by: user, not: owner }
      hide: { on: shop.hide, from: [open, led], to: hidden, by: owner }
operations:
  shop.getLot: { by: [user, clerk] }
`

function lots(isShown: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Record<string, unknown>>()
  return ({ who, method, path: [, id, verb] }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) {
      if (isClerk) return [403]
      const made = { id: `row-${rows.size}`, owner_id: who, status: 'open' }
      rows.set(made.id, made)
      return [201, made]
    }
    const row = rows.get(id)
    if (row === undefined) return [404]
    const { leader_id, ...rest } = row
    if (method === 'GET')
      return [200, isClerk || isShown ? { ...rest, ...(leader_id === undefined ? {} : { leader_id }) } : rest]
    if (isClerk || (verb === 'bid') === (row['owner_id'] === who)) return [403]
    if (row['status'] === 'hidden' || (verb === 'bid' && row['status'] !== 'open')) return [409]
    return [200, Object.assign(row, verb === 'bid' ? { status: 'led', leader_id: who } : { status: 'hidden' })]
  }
}

const prove = (isShown: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cleo: 'clerk' },
    answer: lots(isShown),
    only: ['shop.getLot'],
  })

describe('a field that a move fills', () => {
  test('is seen where it is filled', async () => {
    const { findings } = await prove(true)
    assert.deepEqual(
      findings.map((each) => [each.class, each.constraint]),
      [['bopla-read', 'lot.leader_id.seen-by']],
    )
  })
  test('is held only where there was something to see', async () => {
    const { findings, cells } = await prove(false)
    const seen = cells.filter(({ constraint }) => constraint === 'lot.leader_id.seen-by')
    assert.deepEqual(findings, [])
    assert.ok(seen.some(({ verdict, state }) => verdict === 'held' && state === 'led'))
  })
})
