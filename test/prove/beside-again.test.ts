// An idempotency key sent again: what a call acts on may have come to its bounds, and another one is made beside it all the same.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: savings
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /pots, response: { id: string, saver: string, left: integer, status: string } }
      getPot: { method: GET, path: '/pots/{potId}', response: { id: string, saver: string, left: integer, status: string } }
      draw: { method: POST, path: '/pots/{potId}/draws', body: { amount: integer }, response: { id: string, potId: string, saver: string, amount: integer, status: string } }
      getDraw: { method: GET, path: '/draws/{drawId}', response: { id: string, potId: string, saver: string, amount: integer, status: string } }
actors: { user: {} }
objects:
  pot:
    owner: /saver
    state: /status
    read: shop.getPot
    states: [open, closed]
    final: closed
    transitions:
      open: { on: shop.open, to: open, by: user }
      draw:
        on: shop.draw
        from: open
        by: owner
        when: request.amount > 0 && request.amount <= object.left
        idempotency: $request.header.Idempotency-Key
        example: { body: { amount: 10 } }
  draw:
    owner: /saver
    state: /status
    read: shop.getDraw
    states: [done, waiting]
    final: [done, waiting]
    transitions:
      small: { on: shop.draw, to: done, by: user, when: request.amount <= 10 }
      large: { on: shop.draw, to: waiting, by: user }
operations:
  shop.getPot: { by: owner }
  shop.getDraw: { by: owner }
`

type Row = Record<string, unknown>

/** A pot from which little is drawn at once, in all, and the rest waits; whether a key was sent before may be forgotten. */
function savings(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const [pots, draws, keys] = [new Map<string, Row>(), new Map<string, Row>(), new Map<string, Row>()]
  return ({ who, method, path: [kind, id], body, headers }) => {
    if (who === undefined) return [401]
    if (id === undefined) {
      const pot = { id: `pot-${pots.size}`, saver: who, left: 100, drawn: 0, status: 'open' }
      pots.set(pot.id, pot)
      return [201, pot]
    }
    const row = (kind === 'pots' ? pots : draws).get(id)
    if (row === undefined || row['saver'] !== who) return [404]
    if (method === 'GET') return [200, row]
    const mark = `${id} ${String(headers['idempotency-key'] ?? '')}`
    const known = keys.get(mark)
    if (headers['idempotency-key'] !== undefined && known !== undefined && !isForgotten) return [201, known]
    const { amount } = body
    if (typeof amount !== 'number' || !(amount > 0 && amount <= Number(row['left']))) return [422]
    const isSmall = Number(row['drawn']) + amount <= 10
    if (isSmall) Object.assign(row, { left: Number(row['left']) - amount, drawn: Number(row['drawn']) + amount })
    const draw = { id: `draw-${draws.size}`, potId: id, saver: who, amount, status: isSmall ? 'done' : 'waiting' }
    draws.set(draw.id, draw)
    keys.set(mark, draw)
    return [201, draw]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({ charter, people: { una: 'user', uma: 'user' }, answer: savings(isForgotten), only: ['shop.draw'] })

describe('a key sent again', () => {
  test('makes another one although the object stays as it is', async () => {
    const { findings } = await prove(true)
    const found = findings.map((each) => `${each.class} ${each.constraint}`)
    assert.deepEqual(found, ['idempotency-missing pot.draw.idempotency'])
  })
  test('makes nothing where it is kept', async () => {
    const { findings, cells } = await prove(false)
    const kept = cells.filter(
      ({ constraint, tactic }) => constraint === 'pot.draw.idempotency' && tactic === 'same-key',
    )
    assert.deepEqual(findings, [])
    assert.deepEqual([...new Set(kept.map(({ verdict }) => verdict))], ['held'])
  })
})
