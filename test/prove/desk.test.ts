// What comes to an end by itself, or has a key that another had before, is judged as it is now.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: desk
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /tickets, body: { size: { type: integer, minimum: 1, maximum: 15 } }, response: { id: string, ownerId: string, status: string, size: integer, used: integer, room: integer } }
      getTicket: { method: GET, path: '/tickets/{ticketId}', response: { id: string, ownerId: string, status: string, size: integer, used: integer, room: integer } }
      use: { method: POST, path: '/tickets/{ticketId}/use', body: { amount: integer } }
      drop: { method: DELETE, path: '/tickets/{ticketId}' }
actors: { member: {}, clerk: {} }
objects:
  ticket:
    owner: /ownerId
    state: /status
    read: shop.getTicket
    states: [open, done, dropped]
    final: [done, dropped]
    gone: dropped
    transitions:
      ask: { on: shop.ask, to: open, by: member, example: { body: { size: 10 } }, limit: { sum: request.size, at-most: '60', per: principal, while: open } }
      use: { on: shop.use, from: [open, done], by: owner, when: request.amount > 0, limit: { sum: request.amount, at-most: object.room, per: object } }
      drop: { on: shop.drop, from: [open, done], to: dropped, by: owner }
operations:
  shop.getTicket: { by: [owner, clerk] }
`

interface Ticket {
  readonly id: string
  readonly ownerId: string
  readonly born: number
  readonly size: number
  readonly room: number
  status: string
  used: number
}

function openDesk(
  habit: {
    readonly doneAfterMs?: number
    readonly reuses?: true
    readonly most?: number
    readonly rooms?: readonly number[]
  },
  lapse?: 'most' | 'sum' | 'used',
) {
  const tickets = new Map<string, Ticket>()
  let count = 0
  const rooms = habit.rooms ?? [50]
  const freeId = (): string => {
    if (habit.reuses !== true) return `ticket-${++count}`
    for (let number = 1; ; number++) if (!tickets.has(`ticket-${number}`)) return `ticket-${number}`
  }
  return ({ who, method, path: [what, id = '', verb], body }: Asked): readonly [number, unknown?] => {
    if (what === 'reset') {
      tickets.clear()
      return [204]
    }
    if (who === undefined) return [401]
    for (const ticket of tickets.values())
      if (ticket.status === 'open' && performance.now() - ticket.born > (habit.doneAfterMs ?? Number.POSITIVE_INFINITY))
        ticket.status = 'done'
    const ticket = tickets.get(id)
    if (method === 'GET')
      return ticket !== undefined && (ticket.ownerId === who || who === 'cleo') ? [200, ticket] : [404]
    if (id === '') {
      const size = Number(body['size'])
      const open = [...tickets.values()].filter((each) => each.ownerId === who && each.status === 'open')
      if (who === 'cleo') return [403]
      if (!(size > 0 && size <= 15)) return [422]
      if (lapse !== 'most' && habit.most !== undefined && open.length >= habit.most)
        return [409, { error: 'enough are open' }]
      if (lapse !== 'sum' && open.reduce((sum, each) => sum + each.size, size) > 60) return [422]
      const made = {
        id: freeId(),
        ownerId: who,
        born: performance.now(),
        size,
        room: rooms[count % rooms.length] ?? 50,
        status: 'open',
        used: 0,
      }
      tickets.set(made.id, made)
      return [201, made]
    }
    if (ticket === undefined || ticket.ownerId !== who) return [404]
    if (method === 'DELETE') {
      tickets.delete(id)
      return [204]
    }
    const amount = Number(body['amount'])
    if (verb !== 'use' || !(amount > 0) || (lapse !== 'used' && ticket.used + amount > ticket.room)) return [422]
    ticket.used += amount
    return [200, ticket]
  }
}

const people = { mia: 'member', max: 'member', cleo: 'clerk' }
const bound = `invariants: [{ at-most: 3, object: ticket, in: open, per: owner }]`

for (const [name, habit] of [
  ['tickets that stay', {}],
  ['tickets that end by themselves', { doneAfterMs: 20 }],
  ['tickets of which three may be open and that end soon', { doneAfterMs: 3, most: 3 }],
  ['keys that are used again', { reuses: true }],
  ['tickets of which one has room for four times as much', { rooms: [100, 25] }],
  ['tickets each of which has room for twice as much', { rooms: [20, 40, 80, 160, 320, 640] }],
] as const)
  test(`sound: ${name}`, async () => {
    const { findings } = await proveSmall({
      charter: 'most' in habit ? charter + bound : charter,
      people,
      resetBy: 'cleo',
      answer: openDesk(habit),
    })
    assert.deepEqual(
      findings.map(({ proof, constraint }) => `${constraint}: ${proof.sentence}`),
      [],
    )
  })

for (const [lapse, constraint] of [
  ['most', 'invariants.1'],
  ['sum', 'ticket.ask.limit'],
  ['used', 'ticket.use.limit'],
] as const)
  test(`flawed: what is ${lapse}`, async () => {
    const { findings } = await proveSmall({
      charter: lapse === 'most' ? charter + bound : charter,
      people,
      resetBy: 'cleo',
      answer: openDesk({ most: 100 }, lapse),
    })
    assert.deepEqual(
      findings.map((each) => each.constraint),
      [constraint],
    )
  })
