// What a call makes of the thing that all share is not made again for a race, unless it is what each call acts on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: quotes
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /quotes, body: { text: string }, response: { id: string, user_id: string, status: string } }
      getQuote: { method: GET, path: '/quotes/{quoteId}', response: { id: string, user_id: string, status: string } }
      bid: { method: POST, path: '/quotes/{quoteId}/bids', body: { amount: integer }, response: { id: string, quote_id: string, carrier_id: string, status: string } }
      getBid: { method: GET, path: '/bids/{bidId}', response: { id: string, quote_id: string, carrier_id: string, status: string } }
      book: { method: POST, path: /bookings, body: { quote_id: string, bid_id: string } }
actors: { user: {}, carrier: {} }
objects:
  quote:
    owner: /user_id
    state: /status
    read: shop.getQuote
    states: [open, booked]
    final: booked
    transitions:
      ask: { on: shop.ask, to: open, by: user }
      bid: { on: shop.bid, from: open, to: open, by: carrier }
      book: { on: shop.book, from: open, to: booked, by: owner, key: $request.body#/quote_id }
  bid:
    parent: { object: quote, key: /quote_id }
    owner: /carrier_id
    state: /status
    read: shop.getBid
    states: [open, accepted]
    final: accepted
    transitions:
      place: { on: shop.bid, to: open, by: carrier }
      accept: { on: shop.book, from: open, to: accepted, by: user, key: $request.body#/bid_id }
operations:
  shop.getQuote: { by: [user, carrier] }
  shop.getBid: { by: [user, carrier] }
`

type Row = Record<string, unknown> & { id: string }

/** Quotes of which one bid is accepted. */
function quotes(): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}`, status: 'open' }
    rows.set(made.id, made)
    return [201, made] as const
  }
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    const isCarrier = who.startsWith('c')
    if (kind === 'bookings') {
      const [quote, bid] = [rows.get(String(body['quote_id'])), rows.get(String(body['bid_id']))]
      if (quote?.['user_id'] !== who || bid?.['quote_id'] !== quote.id) return [404]
      if (quote['status'] !== 'open' || bid['status'] !== 'open') return [409]
      quote['status'] = 'booked'
      bid['status'] = 'accepted'
      return [200, quote]
    }
    const row = rows.get(id ?? '')
    if (method === 'GET') return row === undefined ? [404] : [200, row]
    if (id === undefined) return isCarrier ? [403] : put({ user_id: who })
    if (!isCarrier || row === undefined) return [403]
    return row['status'] === 'open' ? put({ quote_id: id, carrier_id: who }) : [409]
  }
}

const prove = (): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cal: 'carrier', cleo: 'carrier' },
    answer: quotes(),
    only: ['shop.book'],
  })

test('calls on one thing are no race where all would act on the same one of its own', async () => {
  const { findings, cells } = await prove()
  assert.deepEqual(findings, [])
  assert.ok(cells.some(({ tactic }) => tactic.startsWith('race')))
})
