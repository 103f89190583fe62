// What a rule or a limit measures may come from a move that can be made no longer: it is made on the way, before what rules it out.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = (rule: string) => `
lockstep: 1
name: tours
sources:
  - name: shop
    type: inline
    operations:
      book: { method: POST, path: /bookings, response: { id: string, guest: string, status: string, price: integer, paid: integer } }
      getBooking: { method: GET, path: '/bookings/{bookingId}', response: { id: string, guest: string, status: string, price: integer, paid: integer } }
      note: { method: PUT, path: '/bookings/{bookingId}/note', body: { note: string } }
      pay: { method: POST, path: '/bookings/{bookingId}/payment' }
      cancel: { method: POST, path: '/bookings/{bookingId}/cancellation' }
      refund: { method: POST, path: /refunds, body: { bookingId: string, amount: integer }, response: { id: string, guest: string, amount: integer } }
      getRefund: { method: GET, path: '/refunds/{refundId}', response: { id: string, guest: string, amount: integer } }
actors: { guest: {} }
objects:
  booking:
    owner: /guest
    state: /status
    states: [open, paid, cancelled]
    final: cancelled
    read: shop.getBooking
    transitions:
      book: { on: shop.book, to: open, by: guest }
      note: { on: shop.note, from: [open, paid], by: owner }
      pay: { on: shop.pay, from: open, to: paid, by: owner }
      cancel: { on: shop.cancel, from: [open, paid], to: cancelled, by: owner }
  refund:
    owner: /guest
    read: shop.getRefund
    transitions:
      ask:
        on: shop.refund
        by: guest
        refs: { booking: { object: booking, key: $request.body#/bookingId, by: owner, in: cancelled } }
        when: ${rule}
        limit: { sum: request.amount, at-most: booking.paid, per: booking }
operations:
  shop.getBooking: { by: owner }
  shop.getRefund: { by: owner }
`

type Row = Record<string, string | number>

function tours(flaw: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const add = (kind: string, row: Row): readonly [number, Row] => {
    const made: Row = { ...row, id: `${kind}-${rows.size}` }
    rows.set(String(made['id']), made)
    return [201, made]
  }
  return ({ who, method, body, path: [kind, id = '', action] }) => {
    if (who === undefined) return [401]
    if (kind === 'bookings' && id === '') return add(kind, { guest: who, status: 'open', price: 300, paid: 0 })
    const row = rows.get(id === '' ? String(body['bookingId']) : id)
    if (row?.['guest'] !== who) return [404]
    if (method === 'GET') return [200, row]
    const { status, price = 0 } = row
    if (kind === 'refunds') {
      const amount = Number(body['amount'])
      const asked = Number(row['asked'] ?? 0) + amount
      if (status !== 'cancelled' || row['paid'] === 0) return [409, { error: 'nothing to refund' }]
      if (!(amount > 0) || (flaw ? amount : asked) > Number(row['paid'])) return [409, { error: 'more than was paid' }]
      row['asked'] = asked
      return add(kind, { guest: who, amount })
    }
    if (status !== 'open' && (action === 'payment' || status !== 'paid')) return [409, { error: `it is ${status}` }]
    if (action === 'note') row['note'] = String(body['note'])
    if (action === 'payment') Object.assign(row, { status: 'paid', paid: price })
    if (action === 'cancellation') row['status'] = 'cancelled'
    return [200, row]
  }
}

for (const rule of ['request.amount > 0', 'request.amount > 0 && booking.paid > 0'])
  for (const flaw of [true, false])
    it(`${flaw ? 'finds' : 'tries and does not find'} a limit that is split, with ${rule}`, async () => {
      const { findings, cells } = await proveSmall({
        charter: charter(rule),
        people: { gina: 'guest', gus: 'guest' },
        answer: tours(flaw),
        only: ['shop.refund'],
      })
      assert.deepEqual([...new Set(findings.map(({ constraint }) => constraint))], flaw ? ['refund.ask.limit'] : [])
      const verdictOf = (tactic: string) => cells.find((each) => each.tactic === tactic)?.verdict
      assert.equal(verdictOf('over-limit'), flaw ? 'proven' : 'held')
      assert.equal(verdictOf('from-state.paid.booking'), 'held')
    })
