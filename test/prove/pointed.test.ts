// What the object acted on points to must be in a state: it is moved out of it before the act, or set anew by whoever it is of.
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
      setDoor: { method: PUT, path: '/doors/{ownerId}', response: { ownerId: string, status: string } }
      getDoor: { method: GET, path: '/doors/{ownerId}', response: { ownerId: string, status: string } }
      checkDoor: { method: POST, path: '/doors/{ownerId}/check' }
      getCart: { method: GET, path: '/carts/{cartId}', response: { id: string, status: string } }
      parkCart: { method: POST, path: '/carts/{cartId}/park' }
      pack: { method: POST, path: /parcels, response: { id: string, ownerId: string, cartId: string, status: string } }
      getParcel: { method: GET, path: '/parcels/{parcelId}', response: { id: string, ownerId: string, cartId: string, status: string } }
      deliver: { method: POST, path: '/parcels/{parcelId}/deliver' }
actors: { user: {}, clerk: {} }
objects:
  door:
    key: /ownerId
    owner: /ownerId
    state: /status
    read: shop.getDoor
    states: [unchecked, checked]
    transitions:
      set: { on: shop.setDoor, key: $response.body#/ownerId, to: unchecked, by: user, when: path.ownerId == principal.id }
      check: { on: shop.checkDoor, from: unchecked, to: checked, by: clerk }
  cart:
    state: /status
    read: shop.getCart
    states: [rolling, parked]
    transitions:
      park: { on: shop.parkCart, from: rolling, to: parked, by: clerk }
  parcel:
    owner: /ownerId
    state: /status
    read: shop.getParcel
    states: [packed, delivered]
    final: delivered
    transitions:
      pack: { on: shop.pack, to: packed, by: user }
      deliver:
        on: shop.deliver
        from: packed
        to: delivered
        by: clerk
        refs:
          home: { object: door, key: $object#/ownerId, in: checked }
          carrier: { object: cart, key: $object#/cartId, in: rolling }
operations:
  shop.getDoor: { by: [owner, clerk] }
  shop.getCart: { by: [user, clerk] }
  shop.getParcel: { by: [owner, clerk] }
`

type Flaw = 'unchecked' | 'parked'

/** Every user has a door that was checked; there is one cart, and parcels lie on it. */
function openParcels(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  let doors: Map<string, string>
  let cart: string
  let parcels: Map<string, { id: string; ownerId: string; cartId: string; status: string }>
  const begin = () => {
    doors = new Map([
      ['una', 'checked'],
      ['ugo', 'checked'],
    ])
    cart = 'rolling'
    parcels = new Map()
  }
  begin()
  return ({ who, method, path: [kind, id = '', verb] }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    if (kind === 'reset') return [200, begin()]
    if (kind === 'doors') {
      if (method === 'PUT') {
        if (who !== id) return [403]
        doors.set(id, 'unchecked')
      } else if (verb === 'check') {
        if (!clerk || doors.get(id) !== 'unchecked') return [409]
        doors.set(id, 'checked')
      } else if (who !== id && !clerk) return [403]
      return [200, { ownerId: id, status: doors.get(id) }]
    }
    if (kind === 'carts') {
      if (id !== 'cart-1') return [404]
      if (verb === 'park') {
        if (!clerk || cart !== 'rolling') return [403]
        cart = 'parked'
      }
      return [200, { id, status: cart }]
    }
    if (id === '') {
      if (clerk) return [403]
      const made = { id: `parcel-${parcels.size + 100}`, ownerId: who, cartId: 'cart-1', status: 'packed' }
      parcels.set(made.id, made)
      return [201, made]
    }
    const parcel = parcels.get(id)
    if (parcel === undefined || (!clerk && parcel.ownerId !== who)) return [404]
    if (method === 'GET') return [200, parcel]
    if (!clerk || parcel.status !== 'packed') return [403]
    if (flaw !== 'unchecked' && doors.get(parcel.ownerId) !== 'checked') return [409, { error: 'which door?' }]
    if (flaw !== 'parked' && cart !== 'rolling') return [409, { error: 'nothing rolls' }]
    parcel.status = 'delivered'
    return [200, parcel]
  }
}

const prove = (flaw: Flaw | undefined): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', ugo: 'user', cleo: 'clerk' },
    answer: openParcels(flaw),
    only: ['shop.deliver'],
    resetBy: 'cleo',
  })

describe('the state of what an object points to', () => {
  const cases = [
    { flaw: 'unchecked', constraint: 'parcel.deliver.home.in', calls: ['parcel.pack', 'door.set', 'parcel.deliver'] },
    { flaw: 'parked', constraint: 'parcel.deliver.carrier.in', calls: ['parcel.pack', 'cart.park', 'parcel.deliver'] },
  ] as const
  for (const { flaw, constraint, calls } of cases)
    test(`${constraint} is proven where it is forgotten`, async () => {
      const { findings } = await prove(flaw)
      const [finding, ...others] = findings
      assert.deepEqual([finding?.constraint, others], [constraint, []])
      const sent = finding?.proof.transcript.filter(({ purpose }) => purpose !== 'observe')
      assert.deepEqual(
        sent?.map(({ use }) => use),
        calls,
      )
    })

  test('both hold where they are looked at', async () => {
    const { findings, cells } = await prove(undefined)
    const held = cells.filter(({ tactic }) => tactic.startsWith('from-state') && !tactic.endsWith('.object'))
    assert.deepEqual(findings, [])
    assert.deepEqual(
      held.map(({ tactic, verdict, why }) => [tactic, verdict, why]),
      [
        ['from-state.unchecked.home', 'held', '409 which door?'],
        ['from-state.parked.carrier', 'held', '409 nothing rolls'],
      ],
    )
  })
})
