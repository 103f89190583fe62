// Two ways to use one operation, of which one takes a field the other may not carry: an API that leaves it alone took the call for the other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: studio
sources:
  - name: shop
    type: inline
    operations:
      book: { method: POST, path: /bookings, body: { hours: integer, guest?: string }, response: { id: string, guest: string, hours: integer } }
      getBooking: { method: GET, path: '/bookings/{bookingId}', response: { id: string, guest: string, hours: integer } }
actors: { guest: {}, clerk: {}, cleaner: {} }
objects:
  booking:
    key: /id
    owner: /guest
    read: shop.getBooking
    fields:
      guest: { set-on: [book-for] }
    transitions:
      book: { on: shop.book, by: guest, when: request.hours <= 8, example: { body: { hours: 2 } } }
      book-for: { on: shop.book, by: clerk, when: request.hours <= 8, example: { body: { hours: 2, guest: gil } } }
operations:
  shop.getBooking: { by: [owner, clerk] }
`

const people = { gus: 'guest', gil: 'guest', cleo: 'clerk', cora: 'cleaner' } as const

type Flaw = 'for-anybody' | 'by-cleaners'

function openStudio(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const bookings: Record<string, unknown>[] = []
  return ({ who, method, path: [, id], body }) => {
    const role = people[who as keyof typeof people] as string | undefined
    if (who === undefined || role === undefined) return [401]
    if (method === 'GET') {
      const booking = bookings.find((each) => each['id'] === id)
      return booking !== undefined && (role === 'clerk' || booking['guest'] === who) ? [200, booking] : [404]
    }
    if (role === 'cleaner' && flaw !== 'by-cleaners') return [403]
    const { hours, guest } = body
    if (typeof hours !== 'number' || hours > 8 || (guest !== undefined && typeof guest !== 'string')) return [422]
    const chooses = role !== 'guest' || flaw === 'for-anybody'
    bookings.push({ id: `b${bookings.length}`, hours, guest: (chooses ? guest : undefined) ?? who })
    return [201, bookings.at(-1)]
  }
}

for (const flaw of ['for-anybody', 'by-cleaners', undefined] as const)
  test(`a call carries a field that is only for others: ${flaw ?? 'left alone'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openStudio(flaw), only: ['shop.book'] })
    const classes = findings.flatMap((each) => [each.class, ...each.alsoSeen.map((also) => also.class)])
    const left = cells.filter(({ why }) => why.includes('taken for `booking.book`'))
    if (flaw === undefined) assert.deepEqual(classes, [])
    else assert.ok(classes.includes('bfla'), classes.join())
    assert.equal(left.length, flaw === 'for-anybody' ? 0 : 1, JSON.stringify(left))
    assert.ok(left.every(({ verdict }) => verdict === 'held'))
  })
