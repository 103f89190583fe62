// Whose a sale is shows only once it is made: whoever made the last bid. Who needs one bids first, and on what is somebody else's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: market
sources:
  - name: shop
    type: inline
    operations:
      offer: { method: POST, path: /things, body: { title: string }, response: { id: string, sellerId: string, stage: string } }
      getThing: { method: GET, path: '/things/{thingId}', response: { id: string, sellerId: string, stage: string, checkerId: string } }
      check: { method: POST, path: '/things/{thingId}/check' }
      bid: { method: POST, path: '/things/{thingId}/bid' }
      watch: { method: POST, path: '/things/{thingId}/watches', body: { most: integer }, response: { id: string } }
      getWatch: { method: GET, path: '/watches/{watchId}', response: { id: string, watcherId: string, most: integer } }
      sell: { method: POST, path: '/things/{thingId}/sell', response: { saleId: string } }
      getSale: { method: GET, path: '/sales/{saleId}', response: { id: string, buyerId: string, code: string } }
      claim: { method: POST, path: /coupons, response: { code: string } }
      spend: { method: POST, path: '/sales/{saleId}/coupon', body: { code: string } }
actors: { regular: { when: has(claims.regular) }, trader: {}, clerk: {} }
objects:
  thing:
    owner: /sellerId
    parties: { checker: /checkerId }
    state: /stage
    read: shop.getThing
    states: [offered, checked, wanted, sold]
    transitions:
      offer: { on: shop.offer, to: offered, by: trader }
      check: { on: shop.check, from: offered, to: checked, by: clerk }
      bid: { on: shop.bid, from: checked, to: wanted, by: [regular, trader], not: owner }
      watch: { on: shop.watch, from: checked, by: [regular, trader], not: owner }
      sell: { on: shop.sell, from: wanted, to: sold, by: clerk, not: checker }
  sale:
    owner: /buyerId
    parties: { buyer: /buyerId }
    read: shop.getSale
    states: [open]
    transitions:
      make: { on: shop.sell, to: open, by: clerk, key: $response.body#/saleId, refs: { thing: { object: thing, key: $request.path.thingId } } }
      spend: { on: shop.spend, by: buyer, key: $request.path.saleId }
  watch:
    owner: /watcherId
    read: shop.getWatch
    states: [on]
    transitions:
      start:
        on: shop.watch
        to: 'on'
        by: [regular, trader]
        refs: { thing: { object: thing, key: $request.path.thingId } }
        when: thing.sellerId != principal.id
        limit: { at-most: 1, per: [principal, thing] }
        example: { body: { most: 50 } }
  coupon:
    key: /code
    owner: creator
    states: [fresh, spent]
    transitions:
      claim: { on: shop.claim, to: fresh, by: trader, key: $response.body#/code, once: { per: principal } }
      spend: { on: shop.spend, from: fresh, to: spent, by: owner, key: $request.body#/code }
operations:
  shop.getThing: { by: [trader, clerk] }
  shop.getSale: { by: [buyer, clerk] }
  shop.getWatch: { by: owner }
`

type Flaw = 'claimed-again' | 'read-watch' | 'watch-late' | 'checker-sells' | 'read-sale' | undefined

interface Thing {
  readonly id: string
  readonly sellerId: string
  stage: string
  checkerId: string
  bidder?: string
}

function openMarket(flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const things: Thing[] = []
  const sales: { id: string; buyerId: string; code: unknown }[] = []
  const watches: { id: string; watcherId: string; of: string; most: unknown }[] = []
  const coupons: { code: string; holder: string; spent: boolean }[] = []
  return ({ who = '', method, path: [kind, id = '', verb], body }) => {
    const isTrader = ['tia', 'tom', 'tim'].includes(who)
    if (!isTrader && !['cleo', 'carl'].includes(who)) return [401]
    if (kind === 'reset') {
      for (const all of [things, sales, watches, coupons]) all.length = 0
      return [204]
    }
    if (kind === 'coupons') {
      if (!isTrader) return [403]
      if (flaw !== 'claimed-again' && coupons.some(({ holder }) => holder === who)) return [409]
      coupons.push({ code: `code-${coupons.length + 1}`, holder: who, spent: false })
      return [201, { code: coupons.at(-1)?.code }]
    }
    if (kind === 'watches') {
      const watch = watches.find((each) => each.id === id)
      return watch !== undefined && (watch.watcherId === who || flaw === 'read-watch') ? [200, watch] : [404]
    }
    if (kind === 'sales') {
      const sale = sales.find((each) => each.id === id)
      const mayRead = method === 'GET' && (!isTrader || flaw === 'read-sale')
      if (sale === undefined || !(sale.buyerId === who || mayRead)) return [404]
      if (method === 'GET') return [200, sale]
      const coupon = coupons.find((each) => each.code === body['code'] && each.holder === who && !each.spent)
      if (coupon === undefined) return [422]
      coupon.spent = true
      sale.code = coupon.code
      return [204]
    }
    if (id === '') {
      if (!isTrader) return [403]
      const made = { id: `thing-${things.length + 1}`, sellerId: who, stage: 'offered', checkerId: '' }
      things.push(made)
      return [201, made]
    }
    const thing = things.find((each) => each.id === id)
    if (thing === undefined) return [404]
    if (method === 'GET') return [200, thing]
    if (verb === 'watches') {
      if (!isTrader || thing.sellerId === who) return [403]
      if (thing.stage !== 'checked' && !(thing.stage === 'wanted' && flaw === 'watch-late')) return [409]
      if (watches.some(({ watcherId, of }) => watcherId === who && of === id)) return [409]
      watches.push({ id: `watch-${watches.length + 1}`, watcherId: who, of: id, most: body['most'] })
      return [201, { id: watches.at(-1)?.id }]
    }
    if (isTrader !== (verb === 'bid')) return [403]
    if (thing.stage !== { check: 'offered', bid: 'checked', sell: 'wanted' }[verb ?? '']) return [409]
    if (verb === 'check') Object.assign(thing, { stage: 'checked', checkerId: who })
    if (verb === 'bid') {
      if (thing.sellerId === who) return [403]
      Object.assign(thing, { stage: 'wanted', bidder: who })
    }
    if (verb !== 'sell') return [204]
    if (thing.checkerId === who && flaw !== 'checker-sells') return [403]
    thing.stage = 'sold'
    sales.push({ id: `sale-${sales.length + 1}`, buyerId: thing.bidder ?? '', code: '' })
    return [200, { saleId: sales.at(-1)?.id }]
  }
}

const people = { tia: 'trader', tom: 'trader', tim: 'trader', cleo: 'clerk', carl: 'clerk' }
const principals = { tim: ', claims: { regular: true }' }

const proven = async (flaw: Flaw) => {
  const { findings } = await proveSmall({ charter, people, principals, resetBy: 'cleo', answer: openMarket(flaw) })
  return [...new Set(findings.map((each) => `${each.class} ${each.operation}`))]
}

const flaws = {
  'claimed-again': 'step-repeated shop.claim',
  'read-watch': 'bola-read shop.getWatch',
  'watch-late': 'forbidden-transition shop.watch',
  'checker-sells': 'separation-of-duties shop.sell',
  'read-sale': 'bola-read shop.getSale',
} as const
for (const flaw of ['claimed-again', 'read-watch', 'watch-late', 'checker-sells', 'read-sale'] as const)
  test(`the sale is whose the last bid was: ${flaw}`, async () => {
    assert.deepEqual(await proven(flaw), [flaws[flaw]])
  })

test('a market that looks who bids is sound', async () => {
  const { findings } = await proveSmall({ charter, people, principals, resetBy: 'cleo', answer: openMarket(undefined) })
  assert.deepEqual(findings, [])
})
