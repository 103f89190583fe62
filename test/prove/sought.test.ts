// What a call needs and does not name is made for its caller, and its lack is tried: none, one in another state, somebody else's, one for another sale.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: auctions
sources:
  - name: shop
    type: inline
    operations:
      openSale: { method: POST, path: /sales, body: { title: string }, response: { id: string, title: string } }
      getSale: { method: GET, path: '/sales/{saleId}', response: { id: string, title: string } }
      addLot: { method: POST, path: '/sales/{saleId}/lots', body: { title: string }, response: { id: string, saleId: string, status: string } }
      getLot: { method: GET, path: '/lots/{lotId}', response: { id: string, saleId: string, status: string, bids: integer } }
      closeLot: { method: POST, path: '/lots/{lotId}/close', response: { id: string, saleId: string, status: string } }
      bid: { method: POST, path: '/lots/{lotId}/bids', body: { amount: integer }, response: { id: string, lotId: string, bidderId: string, amount: integer } }
      getBid: { method: GET, path: '/bids/{bidId}', response: { id: string, lotId: string, bidderId: string, amount: integer } }
      register: { method: POST, path: '/registrations', body: { saleId: string }, response: { id: string, saleId: string, bidderId: string, status: string } }
      listRegistrations: { method: GET, path: /registrations, response: { items: 'object[]' } }
      getRegistration: { method: GET, path: '/registrations/{registrationId}', response: { id: string, saleId: string, bidderId: string, status: string } }
      approve: { method: POST, path: '/registrations/{registrationId}/approve' }
      revoke: { method: POST, path: '/registrations/{registrationId}/revoke' }
      dispute: { method: POST, path: /disputes, body: { lotId: string }, response: { id: string, lotId: string, status: string } }
      listDisputes: { method: GET, path: /disputes, response: { items: 'object[]' } }
      resolve: { method: POST, path: '/disputes/{disputeId}/resolve' }
actors: { bidder: {}, clerk: {} }
objects:
  sale:
    owner: creator
    read: shop.getSale
    transitions: { open: { on: shop.openSale, by: clerk } }
  lot:
    parent: { object: sale, key: /saleId }
    state: /status
    read: shop.getLot
    states: [open, closed]
    final: closed
    transitions:
      add: { on: shop.addLot, to: open, by: clerk }
      close:
        on: shop.closeLot
        from: open
        to: closed
        by: clerk
        refs: { dispute: { object: dispute, where: { /lotId: $request.path.lotId }, in: open, none: true } }
  registration:
    owner: /bidderId
    state: /status
    list: shop.listRegistrations
    states: [pending, approved, revoked]
    final: revoked
    transitions:
      register: { on: shop.register, to: pending, by: bidder }
      approve: { on: shop.approve, from: pending, to: approved, by: clerk }
      revoke: { on: shop.revoke, from: approved, to: revoked, by: clerk }
  bid:
    owner: /bidderId
    read: shop.getBid
    transitions:
      place:
        on: shop.bid
        by: bidder
        refs:
          lot: { object: lot, key: $request.path.lotId, in: open }
          registration: { object: registration, where: { /bidderId: $principal.id, /saleId: $lot#/saleId }, in: approved }
        when: request.amount > 0
  dispute:
    state: /status
    list: shop.listDisputes
    states: [open, resolved]
    transitions:
      raise: { on: shop.dispute, to: open, by: bidder }
      resolve: { on: shop.resolve, from: open, to: resolved, by: clerk }
operations:
  shop.getSale: { by: signed-in }
  shop.getLot: { by: signed-in }
  shop.getBid: { by: [owner, clerk] }
  shop.listRegistrations: { by: signed-in, items: /items }
  shop.getRegistration: { by: [owner, clerk], object: registration }
  shop.listDisputes: { by: signed-in, items: /items }
`

type Flaw = 'any-state' | 'anybody' | 'any-sale' | 'not-needed' | 'revoked-too' | 'in-dispute' | 'bid-on'
type Row = Record<string, unknown> & { id: string }

function openHouse(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows: Record<string, Row[]> = { sales: [], lots: [], registrations: [], bids: [], disputes: [] }
  const add = (kind: string, row: Record<string, unknown>): readonly [number, unknown] => {
    const made = { id: `${kind[0]}${(rows[kind]?.length ?? 0) + 1}`, ...row }
    rows[kind]?.push(made)
    return [201, made]
  }
  const mayBid = (who: string, saleId: unknown): boolean =>
    flaw === 'not-needed' ||
    rows['registrations']?.some(
      (each) =>
        (flaw === 'anybody' || each['bidderId'] === who) &&
        (flaw === 'any-sale' || each['saleId'] === saleId) &&
        (flaw === 'any-state' ||
          each['status'] === 'approved' ||
          (flaw === 'revoked-too' && each['status'] === 'revoked')),
    ) === true
  return ({ who, method, path: [kind = '', id, verb], body }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    const found = rows[kind]?.find((each) => each.id === id)
    if (method === 'GET' && id === undefined)
      return [200, { items: rows[kind]?.filter((each) => clerk || kind === 'disputes' || each['bidderId'] === who) }]
    if (id !== undefined && found === undefined) return [404]
    if (method === 'GET') return kind === 'bids' && !clerk && found?.['bidderId'] !== who ? [403] : [200, found]
    const to = (from: string, state: string): readonly [number, unknown?] => {
      if (!clerk) return [403]
      if (found === undefined || found['status'] !== from) return [409]
      found['status'] = state
      return [200, found]
    }
    if (kind === 'sales' && id === undefined) return clerk ? add('sales', { title: body['title'] }) : [403]
    if (verb === 'lots') return clerk ? add('lots', { saleId: id, status: 'open', bids: 0 }) : [403]
    if (kind === 'registrations' && id === undefined) {
      if (clerk) return [403]
      if (rows['sales']?.every((each) => each.id !== body['saleId'])) return [422, { error: 'no such sale' }]
      return add('registrations', { saleId: body['saleId'], bidderId: who, status: 'pending' })
    }
    if (kind === 'disputes' && id === undefined) {
      if (clerk) return [403]
      if (rows['lots']?.every((each) => each.id !== body['lotId'])) return [422, { error: 'no such lot' }]
      return add('disputes', { lotId: body['lotId'], status: 'open' })
    }
    if (verb === 'approve') return to('pending', 'approved')
    if (verb === 'revoke') return to('approved', 'revoked')
    if (verb === 'resolve') return to('open', 'resolved')
    if (verb === 'close') {
      // No flaw, but another rule: what has bids stays open.
      if (flaw === 'bid-on' && found?.['bids'] !== 0) return [409, { error: 'bids' }]
      const isDisputed = rows['disputes']?.some((each) => each['lotId'] === id && each['status'] === 'open')
      return isDisputed && flaw !== 'in-dispute' ? [409, { error: 'disputed' }] : to('open', 'closed')
    }
    if (verb !== 'bids' || clerk) return [403]
    if (found === undefined || found['status'] !== 'open') return [409]
    if (!(Number(body['amount']) > 0)) return [422]
    if (!mayBid(who, found['saleId'])) return [403, { error: 'not registered' }]
    found['bids'] = Number(found['bids']) + 1
    return add('bids', { lotId: id, bidderId: who, amount: body['amount'] })
  }
}

const people = { ann: 'bidder', ben: 'bidder', cy: 'clerk' }

const cases: readonly (readonly [Flaw | undefined, readonly string[], readonly string[]])[] = [
  [
    undefined,
    [],
    [
      'sought.none.registration',
      'sought.of-another.registration',
      'sought.for-another.registration',
      'from-state.pending.registration',
      'from-state.revoked.registration',
      'from-state.open.dispute',
    ],
  ],
  ['any-state', ['bid.place.registration.in'], ['from-state.pending.registration', 'from-state.revoked.registration']],
  ['revoked-too', ['bid.place.registration.in'], ['from-state.revoked.registration']],
  ['anybody', ['bid.place.registration.in'], ['sought.of-another.registration']],
  ['any-sale', ['bid.place.registration.in'], ['sought.for-another.registration']],
  ['not-needed', ['bid.place.registration.in'], ['sought.none.registration']],
  ['in-dispute', ['lot.close.dispute.in'], ['from-state.open.dispute']],
]

/** Where nothing lists registrations, those that were made on the way are known. */
const unlisted = charter
  .replace('list: shop.listRegistrations', 'read: shop.getRegistration')
  .replace(/ {2}shop.listRegistrations: .*\n/, '')

for (const [name, text] of [
  ['by what it says', charter],
  ['by what it says, and nothing lists it', unlisted],
] as const)
  describe(`what is found ${name}`, () => {
    for (const [flaw, findings, tried] of cases)
      test(flaw ?? 'sound', async () => {
        const only = [
          flaw === 'in-dispute' ? 'shop.closeLot' : 'shop.bid',
          ...(flaw === undefined ? ['shop.closeLot'] : []),
        ]
        const outcome = await proveSmall({ charter: text, people, answer: openHouse(flaw), only })
        assert.deepEqual([...new Set(outcome.findings.map((each) => each.constraint))], findings)
        for (const tactic of tried) {
          const cell = outcome.cells.find((each) => each.tactic === tactic)
          assert.equal(cell?.verdict, flaw === undefined ? 'held' : 'proven', `${tactic}: ${cell?.why}`)
        }
      })
  })

/** A lot is not closed while anybody has bid: bids have no states, and nothing lists them. */
const untouched = charter.replace(
  /refs: \{ dispute: .*/,
  'refs: { offer: { object: bid, where: { /lotId: $object#/id }, none: true } }',
)

test('what must not be there at all', async () => {
  const found = (name: string) =>
    proveSmall({
      charter: untouched,
      people,
      answer: openHouse(name === 'sound' ? 'bid-on' : undefined),
      only: ['shop.closeLot'],
    })
  for (const name of ['sound', 'closed all the same']) {
    const { findings, cells } = await found(name)
    const cell = cells.find(({ tactic }) => tactic === 'sought.there.offer')
    assert.equal(cell?.verdict, name === 'sound' ? 'held' : 'proven', cell?.why)
    assert.equal(findings.length, name === 'sound' ? 0 : 1)
  }
})
