// What rules ask of an object late is settled by the arguments of earlier calls, also those of what the object is made from.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      file: { method: POST, path: /claims, body: { amount: integer, until: time }, response: { id: string } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, status: string, amount: integer, until: time, by: 'string[]' } }
      decide: { method: POST, path: '/claims/{claimId}/decide' }
      place: { method: POST, path: /orders, body: { claimId: string }, response: { id: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, status: string, amount: integer } }
      insure: { method: POST, path: '/orders/{orderId}/insure' }
actors: { clerk: {}, boss: {} }
objects:
  claim:
    owner: /clerk
    state: /status
    read: shop.getClaim
    states: [open, checking, approved]
    final: approved
    fields:
      amount: { type: money }
    transitions:
      file: { on: shop.file, to: open, by: clerk, when: request.amount > 0 && request.amount <= 9000 }
      approve: { on: shop.decide, from: open, to: approved, by: boss, when: [object.amount <= 1000, now < timestamp(object.until)] }
      approve-first: { on: shop.decide, from: open, to: checking, by: boss, when: [object.amount > 1000, now < timestamp(object.until)] }
      approve-second: { on: shop.decide, from: checking, to: approved, by: boss, when: now < timestamp(object.until) }
  order:
    state: /status
    read: shop.getOrder
    states: [placed, insured]
    final: insured
    transitions:
      place: { on: shop.place, to: placed, by: clerk, refs: { claim: { object: claim, key: $request.body#/claimId, in: approved } } }
      insure: { on: shop.insure, from: placed, to: insured, by: clerk, when: object.amount > 2000 }
operations:
  shop.getClaim: { by: signed-in }
  shop.getOrder: { by: signed-in }
rules:
  - { separate: [shop.decide, shop.decide], per: object }
`

const people = { cleo: 'clerk', cora: 'clerk', bea: 'boss', bill: 'boss', bert: 'boss' } as const

type Flaw = 'same-boss' | 'boss-insures' | 'after-its-time'

interface Claim {
  id: string
  status: string
  clerk: string
  amount: number
  until: string
  by: string[]
}

function openOffice(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const claims: Claim[] = []
  const orders: { id: string; status: string; amount: number }[] = []
  return ({ who = '', method, path: [kind, id, act], body }) => {
    const role = people[who as keyof typeof people] as string | undefined
    if (role === undefined) return [401]
    if (kind === 'claims' && id === undefined) {
      const [amount, until] = [Number(body['amount']), String(body['until'])]
      if (role !== 'clerk') return [403]
      if (!(amount > 0 && amount <= 9000) || Number.isNaN(Date.parse(until))) return [422]
      claims.push({ id: `c${claims.length}`, status: 'open', clerk: who, amount, until, by: [] })
      return [201, claims.at(-1)]
    }
    if (kind === 'claims') {
      const claim = claims.find((each) => each.id === id)
      if (claim === undefined) return [404]
      if (act === undefined) return [200, claim]
      if (role !== 'boss') return [403]
      if (claim.status === 'approved') return [409]
      if (Date.parse(claim.until) <= Date.now() && flaw !== 'after-its-time') return [409, { message: 'too late' }]
      if (claim.by.includes(who) && flaw !== 'same-boss') return [403, { message: 'you have decided already' }]
      claim.by.push(who)
      claim.status = claim.amount <= 1000 || claim.by.length === 2 ? 'approved' : 'checking'
      return [200, claim]
    }
    if (id === undefined) {
      const claim = claims.find((each) => each.id === body['claimId'])
      if (role !== 'clerk') return [403]
      if (claim?.status !== 'approved') return [409]
      orders.push({ id: `o${orders.length}`, status: 'placed', amount: claim.amount })
      return [201, orders.at(-1)]
    }
    const order = orders.find((each) => each.id === id)
    if (order === undefined) return [404]
    if (method === 'GET') return [200, order]
    if (role !== 'clerk' && flaw !== 'boss-insures') return [403]
    if (order.status !== 'placed' || order.amount <= 2000) return [409]
    order.status = 'insured'
    return [200, order]
  }
}

const wanted = { 'same-boss': 'separation-of-duties', 'boss-insures': 'bfla', 'after-its-time': 'rule-broken' } as const

for (const flaw of ['same-boss', 'boss-insures', 'after-its-time', undefined] as const)
  test(`amounts and times that later rules ask for: ${flaw ?? 'sound'}`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people,
      answer: openOffice(flaw),
      only:
        flaw === undefined ? ['shop.decide', 'shop.insure'] : [flaw === 'boss-insures' ? 'shop.insure' : 'shop.decide'],
    })
    const classes = findings.map((each) => each.class)
    assert.deepEqual(classes, flaw === undefined ? [] : [wanted[flaw]])
    if (flaw !== undefined) return
    const held = new Set(
      cells.filter(({ verdict }) => verdict === 'held').map((each) => `${each.use} ${each.constraint}`),
    )
    for (const cell of [
      'claim.approve-second rules.1',
      'claim.approve claim.approve.when.2',
      'order.insure order.insure.by',
      'order.insure order.insure.when',
    ])
      assert.ok(
        held.has(cell),
        `${cell}: ${JSON.stringify(cells.filter((each) => cell.endsWith(` ${each.constraint}`)))}`,
      )
  })
