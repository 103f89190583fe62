// What a call must say may simply be left out, or be null or empty: whoever looks only at what is there lets it pass.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: moves
sources:
  - name: shop
    type: inline
    operations:
      read: { method: POST, path: /readings, body: { flatId: string }, response: { id: string, flatId: string } }
      getReading: { method: GET, path: '/readings/{readingId}', response: { id: string, flatId: string } }
      rent: { method: POST, path: /flats, response: { id: string, user: string, version: integer, status: string } }
      getFlat: { method: GET, path: '/flats/{flatId}', response: { id: string, user: string, version: integer, status: string } }
      leave: { method: POST, path: '/flats/{flatId}/leave', body: { readingId: string, version: integer } }
actors: { user: {} }
objects:
  reading:
    read: shop.getReading
    transitions:
      read: { on: shop.read, by: user, refs: { flat: { object: flat, key: $request.body#/flatId, by: owner } } }
  flat:
    owner: /user
    state: /status
    read: shop.getFlat
    states: [rented, left]
    final: left
    transitions:
      rent: { on: shop.rent, to: rented, by: user }
      leave:
        on: shop.leave
        from: rented
        to: left
        by: owner
        refs: { reading: { object: reading, key: $request.body#/readingId } }
        when:
          - { rule: reading.flatId == object.id, says: the last reading is one of the flat }
          - { rule: request.version == object.version, says: what is left is what was looked at }
operations:
  shop.getReading: { by: signed-in }
  shop.getFlat: { by: owner }
`

type Row = Record<string, unknown>
type Flaw = 'unread' | 'unseen' | 'empty'

/** Flats that are left with a last reading, and by whoever looked at them as they are. */
function flats(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    const { flatId, readingId, version } = body
    if (id === undefined) {
      const isTheirs = kind === 'flats' || rows.get(String(flatId))?.['user'] === who
      if (!isTheirs) return [422]
      const made = kind === 'flats' ? { user: who, version: 3, status: 'rented' } : { flatId }
      const row = { id: `${kind}-${rows.size}`, ...made }
      rows.set(row.id, row)
      return [201, row]
    }
    const row = rows.get(id)
    if (row === undefined || (kind === 'flats' && row['user'] !== who)) return [404]
    if (method === 'GET') return [200, row]
    if (row['status'] !== 'rented') return [409]
    const isUnread = readingId === undefined || readingId === null
    const mayMiss = (flaw === 'unread' && isUnread) || (flaw === 'empty' && readingId === '')
    if (!mayMiss && rows.get(String(readingId))?.['flatId'] !== id) return [422]
    if (version !== row['version'] && !(flaw === 'unseen' && version === undefined)) return [409]
    return [200, Object.assign(row, { status: 'left' })]
  }
}

const prove = (flaw?: Flaw): Promise<Outcome> =>
  proveSmall({ charter, people: { una: 'user', uma: 'user' }, answer: flats(flaw), only: ['shop.leave'] })

describe('what a call must say', () => {
  for (const [flaw, expected] of [
    ['unread', 'step-skipped flat.leave.when'],
    ['empty', 'step-skipped flat.leave.when'],
    ['unseen', 'rule-broken flat.leave.when.2'],
  ] as const)
    test(`is left out (${flaw})`, async () => {
      const { findings } = await prove(flaw)
      assert.deepEqual(
        findings.map((each) => `${each.class} ${each.constraint}`),
        [expected],
      )
    })
  test('is asked for', async () => {
    const { findings, cells } = await prove()
    const said = cells.filter(({ tactic }) => tactic.startsWith('left-out'))
    assert.deepEqual(findings, [])
    assert.deepEqual(
      said.map(({ tactic, verdict }) => `${tactic} ${verdict}`),
      ['left-out.version held', 'left-out.readingId held'],
    )
  })
})
