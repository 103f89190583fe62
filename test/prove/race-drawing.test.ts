import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: seats
sources:
  - name: seats
    type: inline
    operations:
      createBooking: { method: POST, path: /bookings, body: { showId: string, seats: integer }, response: { id: string, seats: integer } }
      getBooking: { method: GET, path: '/bookings/{bookingId}', response: { id: string, seats: integer } }
      getShow: { method: GET, path: '/shows/{showId}', response: { id: string, rows: 'object[]' } }
actors: { guest: {} }
objects:
  show: { read: seats.getShow }
  booking:
    read: seats.getBooking
    transitions:
      create:
        on: seats.createBooking
        by: guest
        refs: { show: { object: show, key: $request.body#/showId } }
        when: [request.seats >= 1, "show.rows.exists(r, r.free >= request.seats)"]
        example: { body: { showId: s1, seats: 2 } }
operations:
  seats.getBooking: { by: guest }
  seats.getShow: { by: guest, example: { path: { showId: s1 } } }
`

/** A show with one row; when `late`, what is free is looked at before the payment and not after it. */
function proveSeats(late: boolean) {
  let free = 40
  const bookings = new Map<string, unknown>()
  return proveSmall({
    charter,
    people: { gus: 'guest', gil: 'guest' },
    resetBy: 'gus',
    answer: async ({ who, method, path: [kind, id], body }) => {
      if (who === undefined) return [401]
      if (kind === 'reset') {
        free = 40
        return [204]
      }
      if (kind === 'shows') return id === 's1' ? [200, { id, rows: [{ free }] }] : [404]
      if (method === 'GET') return bookings.has(id ?? '') ? [200, bookings.get(id ?? '')] : [404]
      const seats = Number(body['seats'])
      const fits = () => Number.isInteger(seats) && seats >= 1 && seats <= free
      if (body['showId'] !== 's1' || !fits()) return [409]
      await sleep(5)
      if (!late && !fits()) return [409]
      free -= seats
      const made = { id: `b${bookings.size}`, seats }
      bookings.set(made.id, made)
      return [201, made]
    },
  })
}

test('calls that each ask for all there is are made at once', async () => {
  const { findings } = await proveSeats(true)
  assert.deepEqual(
    findings.map((each) => `${each.class} ${each.constraint}`),
    ['race booking.create.when.2'],
  )
})

test('where what is left is looked at last, they are held', async () => {
  const { findings, cells } = await proveSeats(false)
  assert.deepEqual(findings, [])
  const race = cells.find((each) => each.tactic === 'race')
  assert.equal(`${race?.constraint} ${race?.verdict}`, 'booking.create.when.2 held')
})
