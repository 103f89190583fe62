// A step that is left out leaves behind what was prepared for it: otherwise something else is missing, and the refusal is for that.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: parcels
sources:
  - name: shop
    type: inline
    operations:
      book: { method: POST, path: /trips, response: { id: string, member: string, status: string } }
      getTrip: { method: GET, path: '/trips/{tripId}', response: { id: string, member: string, status: string } }
      pack: { method: POST, path: '/trips/{tripId}/boxes', response: { id: string, trip: string, checked: boolean } }
      getBox: { method: GET, path: '/boxes/{boxId}', response: { id: string, trip: string, checked: boolean } }
      check: { method: POST, path: '/boxes/{boxId}/check' }
      depart: { method: POST, path: '/trips/{tripId}/depart' }
actors: { member: {}, clerk: {} }
objects:
  trip:
    owner: /member
    read: shop.getTrip
    state: /status
    states: [booked, gone]
    final: gone
    transitions:
      book: { on: shop.book, to: booked, by: member }
      depart: { on: shop.depart, from: booked, to: gone, by: clerk }
  box:
    parent: { object: trip, key: /trip }
    read: shop.getBox
    state: { at: /checked, values: { packed: false, checked: true } }
    states: [packed, checked]
    final: checked
    transitions:
      pack: { on: shop.pack, to: packed, by: clerk }
      check: { on: shop.check, from: packed, to: checked, by: clerk, refs: { trip: { object: trip, key: $object#/trip } } }
operations:
  shop.getTrip: { by: [owner, clerk] }
  shop.getBox: { by: clerk }
rules:
  - { precedence: [shop.check, shop.depart], per: trip, says: boxes are checked before the trip }
`

/** A trip without a box never departs; the flaw lets one with an unchecked box go. */
function parcels(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const trips: { id: string; member: string; status: string }[] = []
  const boxes: { id: string; trip: string; checked: boolean }[] = []
  return ({ who, method, path: [kind, id, verb] }) => {
    if (who === undefined) return [401]
    const isClerk = who === 'clara'
    if (id === undefined) {
      if (isClerk) return [403]
      trips.push({ id: `t-${trips.length}`, member: who, status: 'booked' })
      return [201, trips.at(-1)]
    }
    const box = boxes.find((each) => each.id === id)
    const trip = trips.find((each) => each.id === (box?.trip ?? id))
    if (trip === undefined || (kind === 'boxes' && box === undefined)) return [404]
    if (!isClerk) return method === 'GET' && trip.member === who && box === undefined ? [200, trip] : [403]
    if (method === 'GET') return [200, box ?? trip]
    if (trip.status === 'gone') return [409]
    if (verb === 'boxes') {
      boxes.push({ id: `b-${boxes.length}`, trip: trip.id, checked: false })
      return [201, boxes.at(-1)]
    }
    if (box !== undefined) {
      box.checked = true
      return [200, box]
    }
    const packed = boxes.filter((each) => each.trip === trip.id)
    if (packed.length === 0) return [409, { title: 'nothing to carry' }]
    if (!isFlawed && packed.some(({ checked }) => !checked)) return [409, { title: 'a box is not checked' }]
    trip.status = 'gone'
    return [200, trip]
  }
}

const prove = (isFlawed: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { ann: 'member', ben: 'member', clara: 'clerk' },
    answer: parcels(isFlawed),
    only: ['shop.depart'],
  })

it('finds the step that may be left out once everything else is there', async () => {
  const { findings } = await prove(true)
  assert.deepEqual(
    findings.map((each) => each.class),
    ['step-skipped'],
  )
})

it('finds nothing where the step is asked for, and says what for', async () => {
  const { findings, cells } = await prove(false)
  assert.deepEqual(findings, [])
  const left = cells.filter(({ tactic }) => tactic === 'order.left-out')
  assert.deepEqual(
    left.map(({ verdict, why }) => `${verdict}: ${why}`),
    ['held: 409 a box is not checked'],
  )
})
