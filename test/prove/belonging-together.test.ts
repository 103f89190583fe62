// What belongs together is named together, no object is used up twice, and what rules an act out may be somebody else's, on another object.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const room = `{ type: object, required: [name], properties: { name: { type: string } } }`
const wanted = `{ type: object, required: [roomId, deskIds], properties: { roomId: { type: string }, deskIds: { type: array, items: { type: string } } } }`
const charter = `
lockstep: 1
name: desks
sources:
  - name: api
    type: inline
    operations:
      buildRoom: { method: POST, path: /rooms, body: ${room}, response: { id: string } }
      listRooms: { method: GET, path: /rooms, response: { items: { type: array } } }
      getRoom: { method: GET, path: '/rooms/{roomId}', response: { id: string, status: string } }
      openRoom: { method: POST, path: '/rooms/{roomId}/open', response: { id: string } }
      listDesks: { method: GET, path: '/rooms/{roomId}/desks', response: { items: { type: array } } }
      book: { method: POST, path: /bookings, body: ${wanted}, response: { id: string } }
      getBooking: { method: GET, path: '/bookings/{bookingId}', response: { id: string, status: string, by: string } }
      cancel: { method: POST, path: '/bookings/{bookingId}/cancel', response: { id: string } }
      print: { method: POST, path: '/bookings/{bookingId}/badges', response: { id: string } }
      getBadge: { method: GET, path: '/badges/{badgeId}', response: { id: string, status: string, by: string, bookingId: string } }
      scan: { method: POST, path: '/badges/{badgeId}/scan', response: { id: string } }
actors: { member: {}, keeper: {}, gate: {} }
objects:
  room:
    key: /id
    state: /status
    read: api.getRoom
    list: api.listRooms
    states: [closed, open]
    transitions:
      build: { on: api.buildRoom, to: closed, by: keeper }
      open: { on: api.openRoom, from: closed, to: open, by: keeper }
  desk:
    key: /id
    parent: { object: room, key: /roomId }
    state: /status
    list: api.listDesks
    states: [free, taken]
    transitions:
      take: { on: api.book, from: free, to: taken, by: member, key: $request.body#/deskIds/0 }
  booking:
    key: /id
    owner: /by
    state: /status
    read: api.getBooking
    states: [held, gone]
    final: gone
    transitions:
      book:
        on: api.book
        to: held
        by: member
        refs: { room: { object: room, key: $request.body#/roomId, in: open } }
        when: size(request.deskIds) >= 1
        limit: { sum: size(request.deskIds), at-most: 3, per: [principal, room] }
      cancel: { on: api.cancel, from: held, to: gone, by: owner }
  badge:
    key: /id
    owner: /by
    state: /status
    read: api.getBadge
    states: [fresh, used]
    final: used
    transitions:
      print: { on: api.print, to: fresh, by: member, refs: { booking: { object: booking, key: $request.path.bookingId, by: owner, in: held } } }
      scan: { on: api.scan, from: fresh, to: used, by: gate, refs: { booking: { object: booking, key: $object#/bookingId } } }
operations:
  api.listRooms: { by: [member, keeper], lists: room, items: /items }
  api.getRoom: { by: [member, keeper] }
  api.listDesks: { by: [member, keeper], lists: desk, items: /items }
  api.getBooking: { by: [owner, keeper] }
  api.getBadge: { by: [owner, keeper] }
rules:
  - { not-succession: [api.scan, api.cancel], per: booking }
`

const people = { mia: 'member', max: 'member', kim: 'keeper', gert: 'gate' }

type Flaw = 'any room' | 'any number' | 'after the scan'

function openHouse(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  interface Thing {
    readonly id: string
    readonly kind: string
    readonly of: string
    readonly by: string
    status: string
    readonly desks: readonly string[]
  }
  const things: Thing[] = []
  const add = (kind: string, status: string, more: Partial<Thing> = {}): Thing => {
    // Keys that nobody can guess by counting.
    const id = createHash('sha256').update(`${kind} ${things.length}`).digest('hex').slice(0, 12)
    const thing = { id, kind, status, of: '', by: '', desks: [], ...more }
    things.push(thing)
    return thing
  }
  const build = (status: string): Thing => {
    const made = add('room', status)
    for (let desk = 0; desk < 8; desk++) add('desk', 'free', { of: made.id })
    return made
  }
  build('open')
  const show = ({ id, status, of, by, kind }: Thing) => ({
    id,
    status,
    by,
    [kind === 'desk' ? 'roomId' : 'bookingId']: of,
  })
  return ({ who = '', method, path: [kind, id, verb], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    const all = (of: string, under?: string) =>
      things.filter((each) => each.kind === of && (under ?? each.of) === each.of)
    const thing = things.find((each) => each.id === id)
    if (role === undefined) return [401]
    if (id !== undefined && thing === undefined) return [404]
    const isShut = thing?.kind === 'room' && thing.status === 'closed' && role !== 'keeper'
    if (thing === undefined && kind === 'rooms')
      return method === 'GET'
        ? [
            200,
            {
              items: all('room')
                .filter(({ status }) => role === 'keeper' || status === 'open')
                .map(show),
            },
          ]
        : role === 'keeper'
          ? [201, show(build('closed'))]
          : [403]
    if (isShut) return [404]
    if (thing !== undefined && verb === 'desks') return [200, { items: all('desk', thing.id).map(show) }]
    if (thing !== undefined && verb === 'open') {
      if (role !== 'keeper') return [403]
      if (thing.status !== 'closed') return [409]
      thing.status = 'open'
      return [200, show(thing)]
    }
    if (thing === undefined) {
      const { roomId, deskIds } = body
      const at = things.find((each) => each.id === roomId && each.kind === 'room')
      if (role !== 'member') return [403]
      if (at === undefined || (at.status !== 'open' && flaw !== 'any room')) return [404]
      if (!Array.isArray(deskIds) || deskIds.length === 0 || new Set(deskIds).size < deskIds.length) return [422]
      const desks = deskIds.map((each) => all('desk', at.id).find((desk) => desk.id === each))
      if (desks.includes(undefined)) return [422, 'unknown desk']
      if (desks.some((desk) => desk?.status !== 'free')) return [409, 'taken']
      const before = all('booking').filter((each) => each.by === who && each.of === at.id && flaw !== 'any number')
      if (before.flatMap((each) => each.desks).length + deskIds.length > 3) return [409, 'three desks']
      for (const desk of desks) if (desk !== undefined) desk.status = 'taken'
      return [201, show(add('booking', 'held', { of: at.id, by: who, desks: deskIds.map(String) }))]
    }
    const isTheirs = role === 'keeper' || thing.by === who
    if (verb === 'scan') {
      if (role !== 'gate') return [403]
      if (thing.status !== 'fresh') return [409]
      thing.status = 'used'
      return [200, show(thing)]
    }
    if (!isTheirs) return [404]
    if (method === 'GET') return [200, show(thing)]
    if (role !== 'member') return [403]
    if (thing.status !== 'held') return [409]
    if (verb === 'badges') return [201, show(add('badge', 'fresh', { of: thing.id, by: who }))]
    if (flaw !== 'after the scan' && all('badge', thing.id).some(({ status }) => status === 'used'))
      return [409, 'used']
    thing.status = 'gone'
    return [200, show(thing)]
  }
}

const cases: readonly (readonly [flaw: Flaw, operation: string, constraint: string, kind: string])[] = [
  ['any room', 'api.book', 'booking.book.room.in', 'from-state.closed.room'],
  ['any number', 'api.book', 'booking.book.limit', 'over-limit'],
  ['after the scan', 'api.cancel', 'rules.1', 'order.afterwards'],
]

for (const [flaw, operation, constraint, tactic] of cases)
  for (const isFlawed of [true, false])
    test(`${operation} for ${flaw}: ${isFlawed ? 'proven' : 'held'}`, async () => {
      const answer = openHouse(isFlawed ? flaw : undefined)
      const { findings, cells } = await proveSmall({ charter, people, answer, only: [operation] })
      const cell = cells.find((each) => each.constraint === constraint && each.tactic === tactic)
      assert.equal(cell?.verdict, isFlawed ? 'proven' : 'held', cell?.why ?? JSON.stringify(cells))
      assert.deepEqual([...new Set(findings.map((each) => each.constraint))], isFlawed ? [constraint] : [])
    })
