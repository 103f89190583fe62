// What belongs to a company is for all its people: a rule over a claim says so, and people of other companies try it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: freight
sources:
  - name: shop
    type: inline
    operations:
      book: { method: POST, path: /bookings, response: { id: string, shipperId: string, status: string, note: string } }
      get: { method: GET, path: '/bookings/{bookingId}', response: { id: string, shipperId: string, status: string, note: string } }
      note: { method: PATCH, path: '/bookings/{bookingId}', body: { note: string }, response: { id: string } }
      cancel: { method: POST, path: '/bookings/{bookingId}/cancel' }
actors: { shipper: {}, clerk: {} }
objects:
  booking:
    owner: creator
    state: /status
    read: shop.get
    states: [booked, cancelled]
    final: cancelled
    transitions:
      book: { on: shop.book, to: booked, by: shipper }
      note: { on: shop.note, from: booked, by: shipper, when: object.shipperId == claims.company }
      cancel: { on: shop.cancel, from: booked, to: cancelled, by: shipper, when: object.shipperId == claims.company }
operations:
  shop.get: { by: [shipper, clerk], when: "'clerk' in principal.roles || object.shipperId == claims.company" }
`

const companies: Readonly<Record<string, string>> = { ann: 'acme', abe: 'acme', bea: 'brix', kim: 'depot' }
const of = (company: string, role = 'shipper') => `, roles: [${role}], claims: { company: ${company} }`
const principals = { ann: of('acme'), abe: of('acme'), bea: of('brix'), kim: of('depot', 'clerk') }
const people = { ann: 'shipper', abe: 'shipper', bea: 'shipper', kim: 'clerk' }

type Flaw = 'read' | 'note' | 'cancel' | 'maker-only'

function depot(flaw?: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; shipperId: string; status: string; note: string }[] = []
  return ({ who = '', method, path: [, id, deed], body }) => {
    const company = companies[who]
    if (company === undefined) return [401]
    if (id === undefined && company === 'depot') return [403]
    const made = { id: `b${all.length}`, shipperId: company, status: 'booked', note: '' }
    if (id === undefined) return [201, all[all.push(made) - 1]]
    const booking = all.find((each) => each.id === id)
    if (booking === undefined) return [404]
    const isOpen = (what: Flaw): boolean => booking.shipperId === company || (flaw === what && company !== 'depot')
    if (method === 'GET') return isOpen('read') || company === 'depot' ? [200, booking] : [404]
    if (!isOpen(method === 'PATCH' ? 'note' : 'cancel')) return [404]
    if (booking.status !== 'booked') return [409]
    Object.assign(booking, deed === 'cancel' ? { status: 'cancelled' } : { note: body['note'] })
    return [200, booking]
  }
}

const found = async (flaw?: Flaw): Promise<string[]> => {
  const { findings } = await proveSmall({ charter, people, principals, answer: depot(flaw) })
  return findings.map((each) => `${each.class} at ${each.operation}`)
}

test('people of one company share what it has', async () => {
  assert.deepEqual(await found(), [])
})

for (const [flaw, operation] of [
  ['read', 'shop.get'],
  ['note', 'shop.note'],
  ['cancel', 'shop.cancel'],
] as const)
  test(`people of another company ${flaw} it`, async () => {
    const all = await found(flaw)
    assert.equal(all.length, 1, String(all))
    assert.match(all[0] ?? '', new RegExp(`at ${operation}$`))
  })
