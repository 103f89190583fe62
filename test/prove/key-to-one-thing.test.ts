// A key that opens nothing but the thing it was made for: that is where its end shows.
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
      send: { method: POST, path: /parcels, response: { id: string, owner: string } }
      get: { method: GET, path: '/parcels/{parcelId}', response: { id: string, owner: string } }
      share: { method: POST, path: '/parcels/{parcelId}/links', response: { id: string, parcelId: string, token: string, active: boolean } }
      link: { method: GET, path: '/links/{linkId}', response: { id: string, parcelId: string, active: boolean } }
      unshare: { method: DELETE, path: '/links/{linkId}' }
      follow: { method: GET, path: '/follow/{parcelId}', response: { parcelId: string, place: string } }
actors: { sender: {}, follower: { kind: partner, when: has(claims.parcel) } }
objects:
  parcel:
    owner: /owner
    read: shop.get
    transitions: { send: { on: shop.send, by: sender } }
  link:
    parent: { object: parcel, key: /parcelId }
    owner: parent
    state: { at: /active, values: { open: true, ended: false } }
    read: shop.link
    states: [open, ended]
    final: ended
    credential: /token
    transitions:
      share: { on: shop.share, to: open, by: sender, refs: { parcel: { object: parcel, key: $request.path.parcelId, by: owner } } }
      unshare: { on: shop.unshare, key: $request.path.linkId, from: open, to: ended, by: owner }
operations:
  shop.get: { by: owner }
  shop.link: { by: owner }
  shop.follow: { object: parcel, by: follower, when: path.parcelId == claims.parcel }
`

const identities = `
  key-0: { actor: follower, principal: { id: key-0, claims: { parcel: p0 } }, headers: { X-Key: "\${env:KEY}" } }
`

function openPost(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const parcels = [{ id: 'p0', owner: 'ann' }]
  const links = [{ id: 'l0', parcelId: 'p0', token: 'secret-key-0', active: true }]
  return ({ who, method, path: [kind, id, below], headers }) => {
    if (kind === 'follow') {
      const link = links.find((each) => each.token === headers['x-key'] && (flawed || each.active))
      return link === undefined ? [401] : link.parcelId === id ? [200, { parcelId: id, place: 'on the way' }] : [404]
    }
    if (who !== 'ann') return [401]
    if (kind === 'links') {
      const link = links.find((each) => each.id === id)
      if (link === undefined) return [404]
      if (method === 'DELETE') link.active = false
      return [200, { id, parcelId: link.parcelId, active: link.active }]
    }
    if (id === undefined) return [201, parcels[parcels.push({ id: `p${parcels.length}`, owner: who }) - 1]]
    const parcel = parcels.find((each) => each.id === id)
    if (parcel === undefined || below === undefined) return parcel === undefined ? [404] : [200, parcel]
    const made = { id: `l${links.length}`, parcelId: id, token: `token-number-${links.length}-of-many`, active: true }
    return [201, links[links.push(made) - 1]]
  }
}

const api = { charter, identities, people: { ann: 'sender' }, env: { KEY: 'secret-key-0' }, only: ['shop.unshare'] }

test('a key that goes on opening what it was made for is a finding', async () => {
  const { findings } = await proveSmall({ ...api, answer: openPost(true) })
  assert.deepEqual(
    findings.map((each) => `${each.class} at ${each.operation}`),
    ['use-after-end at shop.unshare'],
  )
})

test('a key that opens it no more is held', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: openPost(false) })
  assert.deepEqual(findings, [])
  const ended = cells.filter(({ tactic }) => tactic === 'ended.credential')
  assert.deepEqual(
    ended.map(({ verdict, why }) => `${verdict}: ${why}`),
    ['held: `shop.follow` after its end: 401'],
  )
})
