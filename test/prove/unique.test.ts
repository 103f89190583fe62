// A value that may exist once, written to a second object by a call that makes none.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: weighbridge
sources:
  - name: shop
    type: inline
    operations:
      load: { method: POST, path: /lorries, response: { id: string, driver: string, status: string } }
      getLorry: { method: GET, path: '/lorries/{lorryId}', response: { id: string, driver: string, status: string, ticket: string } }
      weigh: { method: POST, path: '/lorries/{lorryId}/weigh', body: { ticket: string } }
actors: { driver: {}, clerk: {} }
objects:
  lorry:
    owner: /driver
    read: shop.getLorry
    state: /status
    states: [loaded, weighed]
    final: weighed
    fields: { ticket: { set-on: weigh } }
    transitions:
      load: { on: shop.load, to: loaded, by: driver }
      weigh: { on: shop.weigh, from: loaded, to: weighed, by: clerk, example: { body: { ticket: 'T-{fresh}' } } }
operations:
  shop.getLorry: { by: [owner, clerk] }
invariants:
  - { unique: lorry.ticket }
`

type Flaw = 'ticket-again' | 'ticket-moves'

/** Where a ticket moves it is no longer with the lorry it was for. */
function weighbridge(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const lorries: { id: string; driver: string; status: string; ticket?: unknown }[] = []
  return ({ who, method, path, body }) => {
    if (who === undefined) return [401]
    if (path[1] === undefined) {
      if (who === 'clara') return [403]
      lorries.push({ id: `l-${lorries.length}`, driver: who, status: 'loaded' })
      return [201, lorries.at(-1)]
    }
    const lorry = lorries.find(({ id }) => id === path[1])
    if (lorry === undefined || (who !== 'clara' && lorry.driver !== who)) return [404]
    if (method === 'GET') return [200, lorry]
    if (who !== 'clara') return [403]
    const { ticket } = body
    if (typeof ticket !== 'string' || lorry.status !== 'loaded') return [409]
    const before = lorries.find((each) => each.ticket === ticket)
    if (before !== undefined && flaw === undefined) return [409, { title: 'that ticket is used' }]
    if (before !== undefined && flaw === 'ticket-moves') delete before.ticket
    Object.assign(lorry, { status: 'weighed', ticket })
    return [200, lorry]
  }
}

const prove = (flaw?: Flaw): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { ann: 'driver', ben: 'driver', clara: 'clerk' },
    answer: weighbridge(flaw),
    only: ['shop.weigh'],
  })

for (const [flaw, expected] of [
  ['ticket-again', ['invariant-broken']],
  ['ticket-moves', []],
  [undefined, []],
] as const)
  it(`finds ${expected[0] ?? 'nothing'} with ${flaw ?? 'no flaw'}`, async () => {
    const { findings, cells } = await prove(flaw)
    assert.deepEqual(
      findings.map((each) => each.class),
      expected,
    )
    const verdicts = cells.filter(({ constraint }) => constraint === 'invariants.1').map(({ verdict }) => verdict)
    assert.deepEqual(verdicts, [expected.length > 0 ? 'proven' : 'held'])
  })
