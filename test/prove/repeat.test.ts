// What may happen once, so often, or up to so much: everything by which an API may forget what was used before.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: gym
sources:
  - name: shop
    type: inline
    operations:
      tryOut: { method: POST, path: /trials, response: { id: string, status: string } }
      endTrial: { method: POST, path: '/trials/{trialId}/end', response: { id: string, status: string } }
      redeem: { method: POST, path: /coupons, body: { code: string } }
      getPurse: { method: GET, path: /purse, response: { club: string, balance: integer } }
      topUp: { method: POST, path: /purse/top-ups, body: { amount: integer }, response: { id: string, amount: integer } }
      getTopUp: { method: GET, path: '/top-ups/{topUpId}', response: { id: string, amount: integer } }
      record: { method: POST, path: /plans, response: { id: string, member: string, status: string } }
      getPlan: { method: GET, path: '/plans/{planId}', response: { id: string, member: string, status: string } }
      downloadPlan: { method: POST, path: '/plans/{planId}/download', response: { id: string, status: string, pages: integer } }
      listCourts: { method: GET, path: /courts, response: { items: array } }
      book: { method: POST, path: '/courts/{courtId}/bookings', body: { places: integer }, response: { id: string, member: string, court: string, places: integer } }
      getBooking: { method: GET, path: '/bookings/{bookingId}', response: { id: string, member: string, court: string, places: integer } }
      order: { method: POST, path: /orders, body: { size: integer }, response: { id: string, size: integer } }
      reserve: { method: POST, path: /reservations, body: { seats: integer }, response: { id: string, member: string, seats: integer } }
      getReservation: { method: GET, path: '/reservations/{reservationId}', response: { id: string, member: string, seats: integer } }
      guestList: { method: POST, path: /guests, body: { seats: integer }, response: { id: string, member: string, seats: integer } }
      getGuests: { method: GET, path: '/guests/{guestsId}', response: { id: string, member: string, seats: integer } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, size: integer } }
actors: { member: {}, coach: {} }
objects:
  trial:
    owner: creator
    state: /status
    states: [running, over]
    final: over
    transitions:
      start: { on: shop.tryOut, to: running, by: member, once: { per: principal } }
      end: { on: shop.endTrial, from: running, to: over, by: owner }
  coupon: { key: /code }
  purse: { key: /club, read: shop.getPurse, fields: { balance: { type: money } } }
  top-up:
    owner: creator
    read: shop.getTopUp
    transitions: { add: { on: shop.topUp, by: member, example: { body: { amount: 5 } } } }
  plan:
    owner: /member
    read: shop.getPlan
    state: /status
    states: [ready, fetched]
    final: fetched
    transitions:
      record: { on: shop.record, to: ready, by: member }
      fetch: { on: shop.downloadPlan, from: ready, to: fetched, by: owner, once: true }
  court: { list: shop.listCourts, fields: { free: {} } }
  booking:
    owner: /member
    read: shop.getBooking
    transitions:
      book:
        on: shop.book
        by: member
        refs: { court: { object: court, key: $request.path.courtId } }
        when: request.places > 0 && request.places <= court.free
        limit: { sum: request.places, at-most: 4, per: [principal, court] }
        example: { body: { places: 2 } }
  order:
    read: shop.getOrder
    transitions:
      order: { on: shop.order, by: member, idempotency: $request.header.Idempotency-Key, example: { body: { size: 3 } } }
  reservation:
    owner: /member
    read: shop.getReservation
    transitions: { reserve: { on: shop.reserve, by: member, when: request.seats > 0, example: { body: { seats: 2 } } } }
  guests:
    owner: /member
    read: shop.getGuests
    transitions: { invite: { on: shop.guestList, by: member, when: request.seats > 0, example: { body: { seats: 2 } } } }
operations:
  shop.redeem: { by: member, object: coupon, key: $request.body#/code, once: true, example: { body: { code: HELLO } } }
  shop.getPurse: { by: [member, coach] }
  shop.getTopUp: { by: [member, coach] }
  shop.getPlan: { by: [owner, coach] }
  shop.listCourts: { by: [member, coach] }
  shop.getBooking: { by: [owner, coach] }
  shop.getOrder: { by: [member, coach] }
  shop.getReservation: { by: [owner, coach] }
  shop.getGuests: { by: [owner, coach] }
rules:
  - { limit: [shop.reserve, shop.guestList], sum: request.seats, at-most: 20, per: principal }
invariants:
  - { never-negative: purse.balance }
`

type Flaw =
  | 'ended-trial-forgotten'
  | 'coupon-per-person'
  | 'coupon-forever'
  | 'amount-below-nothing'
  | 'plan-again'
  | 'limit-per-booking'
  | 'key-with-body'
  | 'limits-apart'
  | 'looked-too-early'

type Answered = readonly [status: number, body?: unknown]

interface Thing {
  readonly id: string
  readonly member?: string
  readonly [fact: string]: unknown
  status?: string
}

/** An API with one check left out. On the first court there are too few places for the limit to matter. */
function gym(flaw: Flaw | undefined): (asked: Asked) => Answered | Promise<Answered> {
  const things = new Map<string, Thing>()
  const used = new Set<string>()
  const keys = new Map<string, Thing>()
  let balance = 0
  const put = (thing: Omit<Thing, 'id'>): Thing => {
    const made = { ...thing, id: `t-${things.size}` }
    things.set(made.id, made)
    return made
  }
  const all = (kind: string, member: string): Thing[] =>
    [...things.values()].filter((each) => each['kind'] === kind && each.member === member)
  const courts = [
    { id: 'small', free: 2 },
    { id: 'large', free: 900 },
  ]
  const start = (who: string): Answered => {
    const before = all('trial', who).filter(({ status }) => flaw !== 'ended-trial-forgotten' || status === 'running')
    return before.length > 0 ? [409] : [201, put({ kind: 'trial', member: who, status: 'running' })]
  }
  const redeem = (who: string, code: unknown): Answered => {
    const mark = flaw === 'coupon-per-person' ? `${String(code)} ${who}` : String(code)
    if (code !== 'HELLO') return [404]
    if (used.has(mark) && flaw !== 'coupon-forever') return [409]
    used.add(mark)
    balance += 10
    return [200, { code }]
  }
  const topUp = (amount: number): Answered => {
    if (!Number.isInteger(amount) || (amount <= 0 && flaw !== 'amount-below-nothing')) return [422]
    balance += amount
    return [201, put({ kind: 'top-up', amount })]
  }
  const book = (who: string, court: string, places: number): Answered => {
    const free = courts.find(({ id }) => id === court)?.free ?? 0
    const mine = all('booking', who).filter((each) => each['court'] === court)
    const taken = mine.reduce((sum, each) => sum + Number(each['places']), 0)
    if (!(places > 0) || places > free || places > 4) return [422]
    if (taken + places > 4 && flaw !== 'limit-per-booking') return [409]
    return [201, put({ kind: 'booking', member: who, court, places })]
  }
  const order = (who: string, key: unknown, size: unknown): Answered => {
    const mark = `${who} ${String(key)} ${flaw === 'key-with-body' ? String(size) : ''}`
    const known = keys.get(mark)
    if (known !== undefined) return known['size'] === size ? [201, known] : [422]
    keys.set(mark, put({ kind: 'order', size }))
    return [201, keys.get(mark)]
  }
  const seat = async (who: string, kind: 'reservation' | 'guests', count: number): Promise<Answered> => {
    const kinds = flaw === 'limits-apart' ? [kind] : ['reservation', 'guests']
    const taken = kinds.flatMap((each) => all(each, who)).reduce((sum, each) => sum + Number(each['seats']), 0)
    if (!(count > 0) || taken + count > 20) return [409]
    if (flaw === 'looked-too-early') await new Promise((resolve) => setTimeout(resolve, 5))
    return [201, put({ kind, member: who, seats: count })]
  }
  const move = (thing: Thing, verb: string): Answered => {
    if (verb === 'end') {
      if (thing.status !== 'running') return [409]
      thing.status = 'over'
      return [200, thing]
    }
    if (thing.status !== 'ready' && flaw !== 'plan-again') return [409]
    thing.status = 'fetched'
    return [200, { ...thing, pages: 7 }]
  }
  return ({ who, method, path: [kind, id, verb], body, headers }) => {
    if (who === undefined || !/^(?:mia|max|cleo)$/.test(who)) return [401]
    if (kind === 'reset') {
      for (const each of [things, used, keys]) each.clear()
      balance = 0
      return [204]
    }
    if (method === 'GET' && kind === 'purse') return [200, { club: 'club', balance }]
    if (method === 'GET' && kind === 'courts') return [200, { items: courts }]
    const found = things.get(id ?? '')
    if (method === 'GET') {
      const open =
        found?.['kind'] !== 'trial' && (found?.member === undefined || found.member === who || who === 'cleo')
      return found === undefined || !open ? [404] : [200, found]
    }
    if (who === 'cleo') return [403]
    if (kind === 'trials' && id === undefined) return start(who)
    if (kind === 'coupons') return redeem(who, body['code'])
    if (kind === 'purse') return topUp(Number(body['amount']))
    if (kind === 'plans' && id === undefined) return [201, put({ kind: 'plan', member: who, status: 'ready' })]
    if (kind === 'courts') return book(who, id ?? '', Number(body['places']))
    if (kind === 'reservations') return seat(who, 'reservation', Number(body['seats']))
    if (kind === 'guests') return seat(who, 'guests', Number(body['seats']))
    if (kind === 'orders') return order(who, headers['idempotency-key'], body['size'])
    return found?.member === who ? move(found, verb ?? '') : [404]
  }
}

const proven = (flaw?: Flaw, only?: readonly string[]): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { mia: 'member', max: 'member', cleo: 'coach' },
    resetBy: 'cleo',
    answer: gym(flaw),
    ...(only === undefined ? {} : { only }),
  })

describe('what was used before', () => {
  const flaws: readonly (readonly [Flaw, operation: string, finding: string])[] = [
    ['ended-trial-forgotten', 'tryOut', 'step-repeated of trial.start.once by again.over'],
    ['coupon-forever', 'redeem', 'step-repeated of shop.redeem.once by again'],
    ['coupon-per-person', 'redeem', 'step-repeated of shop.redeem.once by again.mia'],
    ['amount-below-nothing', 'topUp', 'invariant-broken of invariants.1 by rightful'],
    ['plan-again', 'downloadPlan', 'step-repeated of plan.fetch.from by from-state.fetched.object'],
    ['limit-per-booking', 'book', 'limit-split of booking.book.limit by over-limit'],
    ['limits-apart', 'reserve', 'limit-split of rules.1 by over-limit.shop.guestList'],
    ['looked-too-early', 'reserve', 'race of rules.1 by race'],
    ['key-with-body', 'order', 'idempotency-missing of order.order.idempotency by same-key'],
  ]
  for (const [flaw, operation, expected] of flaws)
    it(`finds ${flaw}`, async () => {
      const { findings, cells } = await proven(flaw, [`shop.${operation}`])
      const shown = cells.filter(({ verdict }) => verdict === 'proven').map(({ tactic }) => tactic)
      assert.deepEqual(
        findings.map((each) => `${each.class} of ${each.constraint} by ${shown[0]}`),
        [expected],
      )
    })

  it('tries them all on a sound API, and finds nothing', async () => {
    const { findings, cells } = await proven()
    assert.deepEqual(findings, [])
    // Nothing tells whether a trial that nobody can look at is over.
    const open = cells.filter(({ verdict, use }) => verdict !== 'held' && use !== 'trial.end')
    assert.deepEqual(
      open.map((each) => `${each.constraint} ${each.tactic}: ${each.why}`),
      [],
    )
  })
})
