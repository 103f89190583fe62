// A rule compares an object with what it points to: the same act on another object that points there as well turns it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: leases
sources:
  - name: shop
    type: inline
    operations:
      sign: { method: POST, path: /leases, response: { id: string, tenant_id: string, version: integer, status: string } }
      getLease: { method: GET, path: '/leases/{leaseId}', response: { id: string, tenant_id: string, version: integer, status: string } }
      propose: { method: POST, path: '/leases/{leaseId}/changes', body: { rent: integer }, response: { id: string, lease_id: string, lease_version: integer, status: string } }
      getChange: { method: GET, path: '/changes/{changeId}', response: { id: string, lease_id: string, lease_version: integer, status: string } }
      accept: { method: POST, path: '/changes/{changeId}/accept' }
actors: { user: {}, landlord: {} }
objects:
  lease:
    owner: /tenant_id
    state: /status
    read: shop.getLease
    states: [active]
    transitions:
      sign: { on: shop.sign, to: active, by: user }
      propose-change: { on: shop.propose, from: active, by: [owner, landlord] }
      amend: { on: shop.accept, from: active, by: landlord, key: $object#/lease_id }
  change:
    parent: { object: lease, key: /lease_id }
    state: /status
    read: shop.getChange
    states: [pending, accepted]
    final: accepted
    transitions:
      propose: { on: shop.propose, to: pending, by: [user, landlord] }
      accept:
        on: shop.accept
        from: pending
        to: accepted
        by: landlord
        refs: { lease: { object: lease, key: $object#/lease_id, in: active } }
        when: { name: current, rule: object.lease_version == lease.version, says: the lease has not changed since }
operations:
  shop.getLease: { by: [owner, landlord] }
  shop.getChange: { by: [user, landlord] }
`

interface Row {
  readonly id: string
  readonly [member: string]: unknown
}

/** Leases whose version goes up with each change that is accepted. */
function openLeases(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Row) => {
    rows.set(row.id, row)
    return row
  }
  return ({ who, method, path: [kind = '', id, verb], body }) => {
    if (who === undefined) return [401]
    const isLandlord = who.startsWith('l')
    if (id === undefined) {
      if (isLandlord) return [403]
      return [201, put({ id: `lease-${rows.size}`, tenant_id: who, version: 1, status: 'active' })]
    }
    const row = rows.get(id)
    if (row === undefined || !id.startsWith(kind.slice(0, -1))) return [404]
    if (kind === 'leases' && !isLandlord && row['tenant_id'] !== who) return [404]
    if (method === 'GET') return [200, row]
    if (verb === 'changes') {
      if (!Number.isInteger(body['rent'])) return [422]
      const id = `change-${rows.size}`
      return [201, put({ id, lease_id: row.id, lease_version: row['version'], status: 'pending' })]
    }
    const lease = rows.get(String(row['lease_id']))
    if (!isLandlord || lease === undefined) return [403]
    if (row['status'] !== 'pending') return [409, { error: 'state' }]
    if (row['lease_version'] !== lease['version'] && !isForgotten) return [409, { error: 'stale' }]
    put({ ...lease, version: Number(lease['version']) + 1 })
    return [200, put({ ...row, status: 'accepted' })]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', lara: 'landlord' },
    answer: openLeases(isForgotten),
    only: ['shop.accept'],
  })

describe('what the object points to changes in the meantime', () => {
  test('another change of the same lease is accepted first', async () => {
    const [broken, sound] = [await prove(true), await prove(false)]
    const [finding, ...others] = broken.findings
    assert.deepEqual([finding?.constraint, others], ['change.accept.when.current', []])
    const facts = sound.cells.filter(({ tactic }) => tactic === 'object-facts')
    assert.deepEqual(sound.findings, [])
    assert.deepEqual(
      facts.map(({ verdict, why }) => [verdict, why]),
      [['held', '409 stale']],
    )
  })
})
