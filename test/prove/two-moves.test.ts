// One call that moves two objects: what is used up on one may not be used on another, neither afterwards nor at once.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** A stamp frees one letter of postage. Nobody can look at stamps. */
const charter = `
lockstep: 1
name: letters
sources:
  - name: shop
    type: inline
    operations:
      print: { method: POST, path: /stamps, response: { code: string } }
      write: { method: POST, path: /letters, response: { id: string, ownerId: string, status: string, due: integer, stamp: string } }
      getLetter: { method: GET, path: '/letters/{letterId}', response: { id: string, ownerId: string, status: string, due: integer, stamp: string } }
      stick: { method: POST, path: '/letters/{letterId}/stamp', body: { code: string } }
actors: { user: {}, clerk: {} }
objects:
  letter:
    owner: /ownerId
    state: /status
    read: shop.getLetter
    states: [open]
    transitions:
      write: { on: shop.write, to: open, by: user }
      frank: { on: shop.stick, from: open, by: owner, when: { name: bare, rule: object.stamp == "", says: one stamp for a letter } }
  stamp:
    key: /code
    states: [fresh, used]
    final: used
    transitions:
      print: { on: shop.print, key: $response.body#/code, to: fresh, by: clerk }
      use: { on: shop.stick, key: $request.body#/code, from: fresh, to: used, by: user }
operations:
  shop.getLetter: { by: owner }
`

type Flaw = 'used-again' | 'at-once' | 'over-another'

interface Letter {
  readonly id: string
  readonly ownerId: string
  readonly status: 'open'
  due: number
  stamp: string
}

function openPost(flaw: Flaw | undefined): (asked: Asked) => Promise<readonly [number, unknown?]> {
  const stamps = new Map<string, 'fresh' | 'used'>()
  const letters = new Map<string, Letter>()
  return async ({ who, method, path: [kind, id = ''], body }) => {
    if (who === undefined) return [401]
    if (kind === 'stamps') {
      if (who !== 'cleo') return [403]
      const code = `stamp-${stamps.size + 100}`
      stamps.set(code, 'fresh')
      return [201, { code }]
    }
    if (id === '') {
      if (who === 'cleo') return [403]
      const made: Letter = { id: `letter-${letters.size + 100}`, ownerId: who, status: 'open', due: 500, stamp: '' }
      letters.set(made.id, made)
      return [201, made]
    }
    const letter = letters.get(id)
    if (letter === undefined || letter.ownerId !== who) return [404]
    if (method === 'GET') return [200, letter]
    const code = String(body['code'])
    const state = stamps.get(code)
    if (state === undefined) return [422, { error: 'no such stamp' }]
    if (state === 'used' && flaw !== 'used-again') return [409, { error: 'used' }]
    if (letter.stamp !== '' && flaw !== 'over-another') return [409, { error: 'one stamp each' }]
    letter.stamp = code
    letter.due -= 100
    // The letter is safe; the stamp is looked at too early.
    if (flaw === 'at-once') await pause(5)
    stamps.set(code, 'used')
    return [200, letter]
  }
}

const prove = (flaw: Flaw | undefined): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', ugo: 'user', cleo: 'clerk' },
    answer: openPost(flaw),
    only: ['shop.stick'],
  })

describe('a call that moves two objects', { concurrency: 2 }, () => {
  const cases = [
    { flaw: 'used-again', seen: ['step-repeated', 'stamp.use.from'] },
    { flaw: 'at-once', seen: ['race', 'stamp.use.from'] },
    { flaw: 'over-another', seen: ['rule-broken', 'letter.frank.when.bare'] },
  ] as const
  for (const { flaw, seen } of cases)
    test(`${seen.join(' of ')} is proven`, async () => {
      const { findings } = await prove(flaw)
      assert.deepEqual(
        findings.map((each) => [each.class, each.constraint]).filter(([, constraint]) => constraint === seen[1]),
        [seen],
      )
    })

  test('all hold where both objects are looked at in one step', async () => {
    const { findings, cells } = await prove(undefined)
    assert.deepEqual(findings, [])
    const tried = cells.filter(({ tactic }) => /^(from-state|object-facts|race.object)/.test(tactic))
    assert.deepEqual(
      tried.map(({ constraint, tactic, verdict, why }) => [constraint, tactic, verdict, why]),
      [
        ['letter.frank.when.bare', 'object-facts', 'held', '409 one stamp each'],
        ['stamp.use.from', 'from-state.used.object', 'held', '409 used'],
        [
          'stamp.use.from',
          'race.object',
          'held',
          '1 of 4 on the same stamp took effect at once, 1 fit one after the other',
        ],
      ],
    )
  })
})
