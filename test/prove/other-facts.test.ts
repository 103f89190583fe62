// Rules over the request and over facts are broken with other facts, rules over two things with one of another tenant.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: parcels
sources:
  - name: shop
    type: inline
    operations:
      found: { method: POST, path: /depots, body: { name: string }, response: { id: string, branch: string } }
      getDepot: { method: GET, path: '/depots/{depotId}', response: { id: string, branch: string } }
      pack: { method: POST, path: /parcels, body: { fragile: boolean }, response: { id: string, branch: string, fragile: boolean, status: string } }
      getParcel: { method: GET, path: '/parcels/{parcelId}', response: { id: string, branch: string, fragile: boolean, status: string } }
      store: { method: POST, path: '/parcels/{parcelId}/store', body: { depot_id: string } }
      send: { method: POST, path: '/parcels/{parcelId}/send', body: { carrier: string } }
actors: { clerk: {} }
objects:
  depot:
    tenant: /branch
    read: shop.getDepot
    transitions: { found: { on: shop.found, by: clerk } }
  parcel:
    tenant: /branch
    state: /status
    read: shop.getParcel
    states: [packed, stored, sent]
    final: sent
    transitions:
      pack: { on: shop.pack, to: packed, by: clerk, example: { body: { fragile: false } } }
      store:
        on: shop.store
        from: packed
        to: stored
        by: clerk
        refs: { depot: { object: depot, key: $request.body#/depot_id } }
        when: { rule: depot.branch == object.branch, says: in a depot of its branch }
      send:
        on: shop.send
        from: stored
        to: sent
        by: clerk
        when: { rule: "!object.fragile || request.carrier == 'own'", says: what is fragile goes with our own }
        example: { body: { carrier: own } }
operations:
  shop.getDepot: { by: clerk }
  shop.getParcel: { by: clerk }
`

type Row = Record<string, unknown> & { id: string }
type Flaw = 'elsewhere' | 'any-carrier'

function parcels(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const branch = who.startsWith('n') ? 'north' : 'south'
    if (id === undefined) {
      const made = { ...body, id: `row-${rows.size}`, branch, ...(kind === 'parcels' ? { status: 'packed' } : {}) }
      rows.set(made.id, made)
      return [201, made]
    }
    const row: Row | undefined = rows.get(id)
    if (row?.['branch'] !== branch) return [404]
    if (method === 'GET') return [200, row]
    if (row['status'] !== (verb === 'store' ? 'packed' : 'stored')) return [409]
    const depot = rows.get(String(body['depot_id']))
    if (verb === 'store' && (depot === undefined || (depot['branch'] !== branch && flaw !== 'elsewhere'))) return [422]
    if (verb === 'send' && row['fragile'] === true && body['carrier'] !== 'own' && flaw !== 'any-carrier') return [422]
    return [200, Object.assign(row, { status: verb === 'store' ? 'stored' : 'sent' })]
  }
}

const prove = (flaw?: Flaw): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { nan: 'clerk', ned: 'clerk', sue: 'clerk' },
    principals: { nan: ', tenant: north', ned: ', tenant: north', sue: ', tenant: south' },
    answer: parcels(flaw),
    only: ['shop.store', 'shop.send'],
  })

describe('a rule over more than the request', () => {
  for (const [flaw, constraint] of [
    ['elsewhere', 'parcel.store.when'],
    ['any-carrier', 'parcel.send.when'],
  ] as const)
    test(`is broken: ${flaw}`, async () => {
      const { findings } = await prove(flaw)
      assert.deepEqual([...new Set(findings.map((each) => each.constraint))], [constraint])
    })
  test('holds', async () => {
    const { findings, cells } = await prove()
    assert.deepEqual(findings, [])
    for (const id of ['parcel.store.when', 'parcel.send.when'])
      assert.ok(
        cells.some(({ constraint, verdict }) => constraint === id && verdict === 'held'),
        id,
      )
  })
})
