// A rule says which one thing a key opens: that thing is what the call names, and looked at, whatever else was made for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: parcels
sources:
  - name: shop
    type: inline
    operations:
      send: { method: POST, path: /parcels, body: { weight: integer }, response: { id: string, owner: string, depot: string } }
      share: { method: POST, path: '/parcels/{parcelId}/share', response: { parcelId: string } }
      get: { method: GET, path: '/parcels/{parcelId}', response: { id: string, owner: string, depot: string } }
      follow: { method: GET, path: '/follow/{parcelId}', query: { details?: string }, response: { parcelId: string, place?: string, contents?: string } }
actors: { sender: {}, follower: { kind: partner, when: has(claims.parcel) } }
objects:
  parcel:
    owner: /owner
    tenant: /depot
    read: shop.get
    transitions: { send: { on: shop.send, by: sender } }
  trace:
    key: /parcelId
    parent: { object: parcel, key: /parcelId }
    tenant: parent
    read: shop.follow
    transitions: { open: { on: shop.share, key: $response.body#/parcelId, by: sender } }
operations:
  shop.get: { by: sender }
  shop.follow:
    object: trace
    by: follower
    when: [path.parcelId == claims.parcel, "!has(query.details) || 'details' in principal.scopes"]
`

const identities = `
  key-0: { actor: follower, principal: { id: key-0, tenant: north, claims: { parcel: p0 }, scopes: [] }, headers: { X-Key: "\${env:KEY}" } }
`

function openPost(flaw: 'any-parcel' | undefined): (asked: Asked) => readonly [number, unknown?] {
  const parcels = [{ id: 'p0', owner: 'ann', depot: 'north', weight: 3 }]
  return ({ who, method, path: [kind, last = '', share], body, headers }) => {
    const [id, query = ''] = last.split('?')
    if (kind === 'parcels') {
      if (who !== 'ann') return [401]
      const made = {
        id: `p${parcels.length}`,

        owner: who,
        depot: 'north',
        weight: Number(body['weight']),
      }
      if (method === 'POST' && last === '') return [201, parcels[parcels.push(made) - 1]]
    }
    const parcel = parcels.find((each) => each.id === id)
    if (share !== undefined) return [200, { parcelId: id }]
    if (kind === 'parcels') return parcel === undefined ? [404] : [200, parcel]
    if (headers['x-key'] !== 'secret-key-0') return [401]
    if (parcel === undefined || (id !== 'p0' && flaw !== 'any-parcel')) return [404]
    if (!query.includes('details')) return [200, { parcelId: id, place: `on the way with ${id}` }]
    return [403]
  }
}

const api = {
  charter,
  identities,
  people: { ann: 'sender' },
  principals: { ann: ', tenant: north' },
  env: { KEY: 'secret-key-0' },
  only: ['shop.follow'],
}

test('a key opens its own thing only, and of that what its scopes say', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: openPost(undefined) })
  assert.deepEqual(findings, [])
  const rules = cells.filter(({ constraint }) => constraint.includes('.when'))
  assert.deepEqual([...new Set(rules.map(({ verdict }) => verdict))], ['held'], JSON.stringify(rules))
})

test('a key that opens other things is a finding', async () => {
  const { findings } = await proveSmall({ ...api, answer: openPost('any-parcel') })
  assert.deepEqual(
    findings.map((each) => `${each.class} at ${each.operation}`),
    ['rule-broken at shop.follow'],
  )
})
