// What a call needs is listed below what it is for, one for each person, and some people have one from the beginning.
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
      listSales: { method: GET, path: /sales, response: { items: 'object[]' } }
      getSale: { method: GET, path: '/sales/{saleId}', response: { id: string } }
      listLots: { method: GET, path: '/lots', response: { items: 'object[]' } }
      getLot: { method: GET, path: '/lots/{lotId}', response: { id: string, saleId: string, status: string, high: integer } }
      bid: { method: POST, path: '/lots/{lotId}/bids', body: { amount: integer }, response: { id: string, saleId: string, status: string, high: integer } }
      register: { method: POST, path: '/sales/{saleId}/registrations', response: { id: string, saleId: string, bidderId: string, status: string, limit: integer } }
      listRegistrations: { method: GET, path: '/sales/{saleId}/registrations', response: { items: 'object[]' } }
      approve: { method: POST, path: '/sales/{saleId}/registrations/{registrationId}/approve', body: { limit: integer } }
      formOf: { method: PUT, path: /tax-form, body: { kind: string }, response: { id: string, userId: string, kind: string, status: string } }
      listForms: { method: GET, path: /tax-forms, response: { items: 'object[]' } }
      checkForm: { method: POST, path: '/tax-forms/{formId}/check' }
      payOut: { method: POST, path: /payouts, body: { amount: integer }, response: { id: string, userId: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, userId: string } }
actors: { bidder: {}, clerk: {} }
objects:
  sale: { read: shop.getSale, list: shop.listSales }
  lot:
    parent: { object: sale, key: /saleId }
    state: /status
    read: shop.getLot
    list: shop.listLots
    states: [open, closed]
    transitions:
      bid:
        on: shop.bid
        from: open
        to: open
        by: bidder
        refs: { registration: { object: registration, where: { /bidderId: $principal.id, /saleId: $object#/saleId }, in: approved } }
        when: request.amount > object.high && request.amount <= registration.limit
  registration:
    owner: /bidderId
    parent: { object: sale, key: /saleId }
    state: /status
    list: shop.listRegistrations
    states: [pending, approved]
    transitions:
      register: { on: shop.register, to: pending, by: bidder }
      approve: { on: shop.approve, key: $request.path.registrationId, from: pending, to: approved, by: clerk }
  tax-form:
    owner: /userId
    state: /status
    list: shop.listForms
    states: [filed, checked]
    transitions:
      file: { on: shop.formOf, to: filed, by: bidder }
      check: { on: shop.checkForm, key: $request.path.formId, from: filed, to: checked, by: clerk }
  payout:
    owner: /userId
    read: shop.getPayout
    transitions:
      pay:
        on: shop.payOut
        by: bidder
        when: request.amount > 0
        refs: { form: { object: tax-form, where: { /userId: $principal.id, /kind: w8 }, in: checked } }
operations:
  shop.listSales: { by: signed-in, items: /items }
  shop.getSale: { by: signed-in }
  shop.listLots: { by: signed-in, items: /items }
  shop.getLot: { by: signed-in }
  shop.listRegistrations: { by: signed-in, items: /items }
  shop.listForms: { by: signed-in, items: /items }
  shop.getPayout: { by: [owner, clerk] }
`

type Flaw = 'anybody' | 'any-sale' | 'not-needed' | 'no-form' | 'form-of-anybody' | 'form-of-any-kind'
type Row = Record<string, unknown> & { id: string }

function openHouse(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  let rows: Record<string, Row[]> = {}
  const begin = (): void => {
    rows = {
      sales: [{ id: 's1' }, { id: 's2' }, { id: 's3' }],
      lots: ['1', '2', '3'].map((n) => ({ id: `l${n}`, saleId: `s${n}`, status: 'open', high: 10 })),
      registrations: [{ id: 'r0', saleId: 's1', bidderId: 'ann', status: 'approved', limit: 500 }],
      'tax-forms': [{ id: 't0', userId: 'ann', kind: 'w8', status: 'checked' }],
      payouts: [],
    }
  }
  begin()
  const mayBid = (who: string, saleId: unknown, amount: number): boolean => {
    const theirs = rows['registrations']?.filter(
      (each) => (flaw === 'anybody' || each['bidderId'] === who) && (flaw === 'any-sale' || each['saleId'] === saleId),
    )
    const approved = theirs?.filter((each) => each['status'] === 'approved') ?? []
    if (flaw === 'not-needed' && approved.length === 0) return true
    return approved.some((each) => Number(each['limit']) >= amount)
  }
  return ({ who, method, path: [kind = '', id, below, other, verb], body }) => {
    if (who === undefined) return [401]
    if (kind === 'reset') return [200, begin()]
    const clerk = who.startsWith('c')
    const found = rows[kind]?.find((each) => each.id === id)
    const mine = (name: string, of: string) => rows[name]?.filter((each) => clerk || each[of] === who) ?? []
    if (kind === 'tax-forms' && id === undefined) return [200, { items: mine('tax-forms', 'userId') }]
    if (kind === 'tax-form') {
      if (clerk) return [403]
      const { kind: of } = body
      if (rows['tax-forms']?.some((each) => each['userId'] === who && each['kind'] === of))
        return [409, { error: 'one for each' }]
      const made = { id: `t${rows['tax-forms']?.length}`, userId: who, kind: of, status: 'filed' }
      rows['tax-forms']?.push(made)
      return [201, made]
    }
    if (kind === 'payouts' && id === undefined) {
      if (clerk) return [403]
      if (!(Number(body['amount']) > 0)) return [422]
      const fits = rows['tax-forms']?.some(
        (each) =>
          (flaw === 'form-of-anybody' || each['userId'] === who) &&
          (flaw === 'form-of-any-kind' || each['kind'] === 'w8') &&
          each['status'] === 'checked',
      )
      if (fits !== true && flaw !== 'no-form') return [403, { error: 'no form' }]
      const made = { id: `p${rows['payouts']?.length}`, userId: who }
      rows['payouts']?.push(made)
      return [201, made]
    }
    if (kind === 'payouts') return found === undefined ? [404] : clerk || found['userId'] === who ? [200, found] : [403]
    if (method === 'GET' && id === undefined) return [200, { items: rows[kind] }]
    if (found === undefined) return [404]
    if (method === 'GET' && below === undefined) return [200, found]
    if (below === 'registrations' && other === undefined && method === 'GET')
      return [200, { items: mine('registrations', 'bidderId').filter((each) => each['saleId'] === id) }]
    if (below === 'registrations' && other === undefined) {
      if (clerk) return [403]
      if (rows['registrations']?.some((each) => each['bidderId'] === who && each['saleId'] === id)) return [409]
      const made = { id: `r${rows['registrations']?.length}`, saleId: id, bidderId: who, status: 'pending', limit: 100 }
      rows['registrations']?.push(made)
      return [201, made]
    }
    if (verb === 'approve' || below === 'check') {
      const what = verb === 'approve' ? rows['registrations']?.find((each) => each.id === other) : found
      if (!clerk) return [403]
      if (what === undefined || (what['status'] !== 'pending' && what['status'] !== 'filed')) return [409]
      if (verb === 'approve' && !(Number(body['limit']) > 0)) return [422]
      if (verb === 'approve') what['limit'] = body['limit']
      what['status'] = verb === 'approve' ? 'approved' : 'checked'
      return [200, what]
    }
    if (below !== 'bids' || clerk) return [403]
    const amount = Number(body['amount'])
    if (found['status'] !== 'open' || !(amount > Number(found['high']))) return [409]
    if (!mayBid(who, found['saleId'], amount)) return [403, { error: 'not registered' }]
    found['high'] = amount
    return [200, found]
  }
}

const people = { ann: 'bidder', ben: 'bidder', cy: 'clerk' }
const [none, other, away] = ['none', 'of-another', 'for-another'].map((flaw) => `sought.${flaw}`)

const cases: readonly (readonly [Flaw | undefined, readonly string[], readonly (string | undefined)[]])[] = [
  [
    undefined,
    [],
    [
      `${none}.registration`,
      `${other}.registration`,
      `${away}.registration`,
      'from-state.pending.registration',
      `${none}.form`,
      `${other}.form`,
      `${away}.form`,
      'from-state.filed.form',
    ],
  ],
  ['anybody', ['lot.bid.registration.in'], [`${other}.registration`]],
  ['any-sale', ['lot.bid.registration.in'], [`${away}.registration`]],
  ['not-needed', ['lot.bid.registration.in'], [`${none}.registration`]],
  ['no-form', ['payout.pay.form.in'], [`${none}.form`]],
  ['form-of-anybody', ['payout.pay.form.in'], [`${other}.form`]],
  ['form-of-any-kind', ['payout.pay.form.in'], [`${away}.form`]],
]

/** Flaws are looked for where they are. */
const prove = (flaw: Flaw | undefined, resetBy?: string) =>
  proveSmall({
    charter,
    people,
    answer: openHouse(flaw),
    only: flaw === undefined ? ['shop.bid', 'shop.payOut'] : flaw.includes('form') ? ['shop.payOut'] : ['shop.bid'],
    ...(resetBy === undefined ? {} : { resetBy }),
  })

describe('what some have from the beginning', () => {
  for (const [flaw, findings, tried] of cases)
    test(flaw ?? 'sound', async () => {
      const outcome = await prove(flaw, 'cy')
      assert.deepEqual([...new Set(outcome.findings.map((each) => each.constraint))], findings)
      for (const tactic of tried) {
        const cell = outcome.cells.find((each) => each.tactic === tactic)
        assert.equal(cell?.verdict, flaw === undefined ? 'held' : 'proven', `${tactic}: ${cell?.why}`)
      }
    })

  test('sound, and nothing is ever put back', async () => {
    const { findings, cells } = await prove(undefined)
    assert.deepEqual(findings, [])
    assert.equal(cells.find(({ tactic }) => tactic === `${none}.form`)?.verdict, 'held')
  })
})
