// What a thing is put into later is what it points to: it is opened once, a second thing goes into another one, and people are let in to each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: halls
sources:
  - name: shop
    type: inline
    operations:
      plan: { method: POST, path: /halls, body: { title: string }, response: { id: string, stage: string } }
      getHall: { method: GET, path: '/halls/{hallId}', response: { id: string, stage: string } }
      open: { method: POST, path: '/halls/{hallId}/open' }
      bring: { method: POST, path: /pieces, body: { title: string }, response: { id: string, ownerId: string, stage: string, hallId: string } }
      getPiece: { method: GET, path: '/pieces/{pieceId}', response: { id: string, ownerId: string, stage: string, hallId: string } }
      hang: { method: POST, path: '/pieces/{pieceId}/hang', body: { hallId: string } }
      enter: { method: POST, path: '/halls/{hallId}/guests', response: { id: string, guestId: string, stage: string, hallId: string } }
      getGuest: { method: GET, path: '/guests/{guestId}', response: { id: string, guestId: string, stage: string, hallId: string } }
      admit: { method: POST, path: '/guests/{guestId}/admit' }
      pay: { method: POST, path: '/guests/{guestId}/pay' }
      buy: { method: POST, path: '/pieces/{pieceId}/buy', response: { billId: string } }
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, pieceId: string, buyerId: string, code: string } }
      claim: { method: POST, path: /coupons, response: { code: string } }
      spend: { method: POST, path: '/bills/{billId}/coupon', body: { code: string } }
actors: { guest: {}, host: {} }
objects:
  hall:
    state: /stage
    read: shop.getHall
    states: [planned, open]
    transitions:
      plan: { on: shop.plan, to: planned, by: host }
      open: { on: shop.open, from: planned, to: open, by: host }
  piece:
    owner: /ownerId
    state: /stage
    read: shop.getPiece
    states: [brought, hung, sold]
    transitions:
      bring: { on: shop.bring, to: brought, by: host }
      hang: { on: shop.hang, from: brought, to: hung, by: host, refs: { hall: { object: hall, key: $request.body#/hallId, in: planned } } }
      buy: { on: shop.buy, from: hung, to: sold, by: guest, refs: { hall: { object: hall, key: $object#/hallId, in: open } } }
  guest-pass:
    owner: /guestId
    parent: { object: hall, key: /hallId }
    state: /stage
    read: shop.getGuest
    states: [asked, paid, admitted]
    transitions:
      enter: { on: shop.enter, to: asked, by: guest, refs: { hall: { object: hall, key: $request.path.hallId } } }
      pay: { on: shop.pay, from: asked, to: paid, by: owner, key: $request.path.guestId }
      admit: { on: shop.admit, from: paid, to: admitted, by: host, key: $request.path.guestId }
  bill:
    owner: /buyerId
    read: shop.getBill
    states: [due]
    transitions:
      make: { on: shop.buy, to: due, by: guest, key: $response.body#/billId, refs: { piece: { object: piece, key: $request.path.pieceId } } }
      spend: { on: shop.spend, by: owner, key: $request.path.billId, once: true }
  coupon:
    key: /code
    owner: creator
    states: [fresh, spent]
    transitions:
      claim: { on: shop.claim, to: fresh, by: guest, key: $response.body#/code, once: { per: principal } }
      spend: { on: shop.spend, from: fresh, to: spent, by: owner, key: $request.body#/code }
operations:
  shop.getHall: { by: [guest, host] }
  shop.getPiece: { by: [guest, host] }
  shop.getGuest: { by: [owner, host], object: guest-pass, key: $request.path.guestId }
  shop.getBill: { by: [owner, host] }
rules:
  - { precedence: [shop.pay, shop.buy], per: [principal, hall] }
  - { precedence: [shop.admit, shop.buy], per: hall }
`

type Flaw = 'closed' | 'spent-again' | 'not-admitted' | undefined

interface Row {
  readonly id: string
  stage: string
  [member: string]: unknown
}

function openHalls(flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const tables = new Map<string, Row[]>()
  const all = (kind: string) => tables.get(kind) ?? tables.set(kind, []).get(kind) ?? []
  const add = (kind: string, row: Record<string, unknown>, stage: string): Row => {
    const made: Row = { ...row, id: `${kind}-${all(kind).length + 1}`, stage }
    all(kind).push(made)
    return made
  }
  const moved = (row: Row, from: string, to: string): readonly [number] => {
    if (row.stage !== from) return [409]
    row.stage = to
    return [204]
  }
  return ({ who = '', method, path: [kind = '', id = '', verb], body }) => {
    const isGuest = ['gil', 'gus', 'gwen'].includes(who)
    if (!isGuest && who !== 'hal') return [401]
    if (kind === 'reset') {
      tables.clear()
      return [204]
    }
    if (kind === 'coupons') {
      if (!isGuest) return [403]
      if (all('coupons').some(({ holder }) => holder === who)) return [409]
      return [201, { code: add('coupons', { holder: who }, 'fresh').id }]
    }
    if (id === '') {
      if (isGuest) return [403]
      return [201, kind === 'halls' ? add(kind, {}, 'planned') : add(kind, { ownerId: who, hallId: '' }, 'brought')]
    }
    const row = all(kind).find((each) => each.id === id)
    if (row === undefined) return [404]
    if (kind === 'guests' && isGuest && row['guestId'] !== who) return [404]
    if (kind === 'bills' && isGuest && row['buyerId'] !== who) return [404]
    if (method === 'GET') return [200, row]
    const guests = verb === 'guests' || verb === 'pay' || verb === 'buy' || verb === 'coupon'
    if (guests !== isGuest) return [403]
    if (verb === 'open') return moved(row, 'planned', 'open')
    if (verb === 'admit') return moved(row, 'paid', 'admitted')
    if (verb === 'pay') return moved(row, 'asked', 'paid')
    if (verb === 'guests') {
      if (all('guests').some(({ guestId, hallId }) => guestId === who && hallId === id)) return [409]
      return [201, add('guests', { guestId: who, hallId: id }, 'asked')]
    }
    const hall = all('halls').find((each) => each.id === (verb === 'hang' ? body['hallId'] : row['hallId']))
    if (verb === 'hang') {
      if (hall?.stage !== 'planned' || row.stage !== 'brought') return [409]
      row['hallId'] = hall.id
      return moved(row, 'brought', 'hung')
    }
    if (verb === 'buy') {
      const pass = all('guests').find(({ guestId, hallId }) => guestId === who && hallId === hall?.id)
      if (pass?.stage !== 'admitted' && flaw !== 'not-admitted') return [403]
      if (hall?.stage !== 'open' && flaw !== 'closed') return [409]
      const [status] = moved(row, 'hung', 'sold')
      return status === 409 ? [409] : [200, { billId: add('bills', { pieceId: id, buyerId: who, code: '' }, 'due').id }]
    }
    const coupon = all('coupons').find((each) => each.id === body['code'] && each['holder'] === who)
    if (coupon === undefined) return [422]
    if (row['code'] !== '' || (coupon.stage === 'spent' && flaw !== 'spent-again')) return [409]
    coupon.stage = 'spent'
    row['code'] = coupon.id
    return [204]
  }
}

const people = { gil: 'guest', gus: 'guest', gwen: 'guest', hal: 'host' }

const proven = async (flaw: Flaw) => {
  const { findings } = await proveSmall({ charter, people, resetBy: 'hal', answer: openHalls(flaw) })
  return [...new Set(findings.map((each) => `${each.operation} ${each.constraint}`))].toSorted()
}

const flaws: Record<Exclude<Flaw, undefined>, RegExp> = {
  closed: /^shop\.buy piece\.buy\.hall\.in$/,
  'spent-again': /^shop\.spend coupon\.spend\.from$/,
  'not-admitted': /^shop\.buy rules\./,
}
for (const flaw of ['closed', 'spent-again', 'not-admitted'] as const)
  test(`what a thing was put into is brought where it must be: ${flaw}`, async () => {
    const found = await proven(flaw)
    assert.ok(found.length > 0 && found.every((each) => flaws[flaw].test(each)), found.join('; '))
  })

test('a hall that is open to those let in is sound', async () => {
  assert.deepEqual(await proven(undefined), [])
})
