// A refusal counts for the state that a case is about only when the object was seen in it; who stands in an object is learnt from the control.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const claims = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      claim: { method: POST, path: /claims, body: { amount: integer }, response: { id: string, ownerId: string, status: string, amount: integer } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, ownerId: string, status: string, amount: integer } }
      edit: { method: PATCH, path: '/claims/{claimId}', body: { note: string }, response: { id: string, ownerId: string, status: string, amount: integer } }
      submit: { method: POST, path: '/claims/{claimId}/submit' }
      approve: { method: POST, path: '/claims/{claimId}/approve' }
actors: { clerk: {}, boss: {} }
objects:
  claim:
    owner: /ownerId
    state: /status
    read: shop.getClaim
    states: [draft, sent, approved, paid]
    final: paid
    transitions:
      create: { on: shop.claim, to: draft, by: clerk, example: { body: { amount: 120 } } }
      edit: { on: shop.edit, from: draft, by: owner, example: { body: { note: taxi } } }
      submit-small: { on: shop.submit, from: draft, to: approved, by: owner, when: object.amount <= 50 }
      submit: { on: shop.submit, from: draft, to: sent, by: owner }
      approve: { on: shop.approve, from: sent, to: [approved, paid], by: boss }
operations:
  shop.getClaim: { by: [owner, boss] }
`

/** Small claims need no approval. Nothing is ever paid. A flawed API lets approved claims be edited. */
function accounts(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; ownerId: string; status: string; amount: number; note?: unknown }[] = []
  return ({ who = '', method, path: [, id, verb], body }) => {
    const isBoss = who === 'bea'
    if (!['ann', 'al', 'bea'].includes(who)) return [401]
    if (id === undefined) {
      if (isBoss) return [403]
      all.push({ id: `claim-${all.length}`, ownerId: who, status: 'draft', amount: Number(body['amount']) })
      return [201, all.at(-1)]
    }
    const claim = all.find((each) => each.id === id && (isBoss || each.ownerId === who))
    if (claim === undefined) return [404]
    if (method === 'GET') return [200, claim]
    if ((verb === 'approve') !== isBoss) return [403]
    const allowed = verb === 'approve' ? ['sent'] : ['draft', ...(flawed && verb === undefined ? ['approved'] : [])]
    if (!allowed.includes(claim.status)) return [409, { error: `it is ${claim.status}` }]
    if (verb === undefined) claim.note = body['note']
    else claim.status = verb === 'approve' || claim.amount <= 50 ? 'approved' : 'sent'
    return [200, claim]
  }
}

const stays = `
lockstep: 1
name: stays
sources:
  - name: shop
    type: inline
    operations:
      listHomes: { method: GET, path: /homes, response: { items: 'object[]' } }
      stay: { method: POST, path: /stays, body: { homeId: string }, response: { id: string, guestId: string, hostId: string, status: string } }
      getStay: { method: GET, path: '/stays/{stayId}', response: { id: string, guestId: string, hostId: string, status: string } }
      confirm: { method: POST, path: '/stays/{stayId}/confirm' }
      cancel: { method: POST, path: '/stays/{stayId}/cancel' }
actors: { guest: {}, host: {} }
objects:
  home: { list: shop.listHomes }
  stay:
    owner: /guestId
    parties: { landlord: /hostId }
    state: /status
    read: shop.getStay
    states: [asked, confirmed, cancelled]
    final: cancelled
    transitions:
      ask: { on: shop.stay, to: asked, by: guest, refs: { home: $request.body#/homeId } }
      confirm: { on: shop.confirm, from: asked, to: confirmed, by: landlord }
      cancel: { on: shop.cancel, from: asked, to: cancelled, by: owner }
operations:
  shop.listHomes: { by: signed-in, lists: home, items: /items }
  shop.getStay: { by: [owner, landlord] }
`

/** The home is of a host whom nothing in the description names. A flawed API lets confirmed stays be cancelled. */
function homes(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; guestId: string; hostId: string; status: string }[] = []
  return ({ who = '', method, path: [kind, id, verb] }) => {
    if (!['ann', 'al', 'hal', 'hank'].includes(who)) return [401]
    if (kind === 'homes') return [200, { items: [{ id: 'home-1' }] }]
    if (id === undefined) {
      if (who.startsWith('h')) return [403]
      all.push({ id: `stay-${all.length}`, guestId: who, hostId: 'hank', status: 'asked' })
      return [201, all.at(-1)]
    }
    const stay = all.find((each) => each.id === id && [each.guestId, each.hostId].includes(who))
    if (stay === undefined) return [404]
    if (method === 'GET') return [200, stay]
    if (who !== (verb === 'confirm' ? stay.hostId : stay.guestId)) return [403]
    const allowed = flawed && verb === 'cancel' ? ['asked', 'confirmed'] : ['asked']
    if (!allowed.includes(stay.status)) return [409, { error: `it is ${stay.status}` }]
    stay.status = verb === 'confirm' ? 'confirmed' : 'cancelled'
    return [200, stay]
  }
}

const bills = `
lockstep: 1
name: bills
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /bills, response: { id: string, ownerId: string, status: string, total: integer } }
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, ownerId: string, status: string, total: integer } }
      close: { method: POST, path: '/bills/{billId}/close' }
      pay: { method: POST, path: '/bills/{billId}/pay', body: { amount: integer } }
actors: { guest: {} }
objects:
  bill:
    owner: /ownerId
    state: /status
    read: shop.getBill
    states: [open, closed, paid]
    final: paid
    transitions:
      open: { on: shop.open, to: open, by: guest }
      close: { on: shop.close, from: open, to: closed, by: owner }
      pay: { on: shop.pay, from: closed, to: paid, by: owner, when: request.amount == object.total }
operations:
  shop.getBill: { by: owner }
`

/** An open bill has no total yet, and nobody pays nothing: what is right by the rule is refused whatever the state. */
function tavern(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; ownerId: string; status: string; total: number }[] = []
  return ({ who = '', method, path: [, id, verb], body }) => {
    if (!['ann', 'al'].includes(who)) return [401]
    if (id === undefined) {
      all.push({ id: `bill-${all.length}`, ownerId: who, status: 'open', total: 0 })
      return [201, all.at(-1)]
    }
    const bill = all.find((each) => each.id === id && each.ownerId === who)
    if (bill === undefined) return [404]
    if (method === 'GET') return [200, bill]
    if (verb === 'pay' && !(Number(body['amount']) > 0)) return [422, { error: 'that is no amount' }]
    if (bill.status !== (verb === 'pay' ? 'closed' : 'open') && !(flawed && verb === 'pay' && bill.status === 'open'))
      return [409, { error: `it is ${bill.status}` }]
    if (verb === 'pay' && bill.status === 'closed' && body['amount'] !== bill.total)
      return [409, { error: 'not the total' }]
    if (verb === 'close') bill.total = 120
    bill.status = verb === 'pay' ? 'paid' : 'closed'
    return [200, bill]
  }
}

const claimsProven = (flawed: boolean): Promise<Outcome> =>
  proveSmall({
    charter: claims,
    people: { ann: 'clerk', al: 'clerk', bea: 'boss' },
    answer: accounts(flawed),
    only: ['shop.edit'],
  })

const staysProven = (flawed: boolean): Promise<Outcome> =>
  proveSmall({
    charter: stays,
    people: { ann: 'guest', al: 'guest', hal: 'host', hank: 'host' },
    answer: homes(flawed),
    only: ['shop.cancel'],
  })

const billsProven = (flawed: boolean): Promise<Outcome> =>
  proveSmall({
    charter: bills,
    people: { ann: 'guest', al: 'guest' },
    answer: tavern(flawed),
    only: ['shop.pay'],
  })

const from = (state: string, { cells }: Outcome): string[] =>
  cells.flatMap(({ tactic, verdict, why }) => (tactic === `from-state.${state}.object` ? [`${verdict}: ${why}`] : []))

const classes = ({ findings }: Outcome): string[] => findings.map((each) => `${each.class} ${each.operation}`)

describe('a case about a state', () => {
  it('is tried in it, by a way that leads there', async () => {
    const outcome = await claimsProven(true)
    assert.deepEqual(classes(outcome), ['use-after-end shop.edit'])
    assert.match(from('approved', outcome).join(), /^proven/)
  })

  it('is held only where the object was seen in it', async () => {
    const outcome = await claimsProven(false)
    assert.deepEqual(classes(outcome), [])
    assert.deepEqual(from('sent', outcome), ['held: 409 it is sent'])
    assert.deepEqual(from('approved', outcome), ['held: 409 it is approved'])
    assert.deepEqual(from('paid', outcome), ['not-reached: the claim is approved, not paid'])
  })

  it('is tried with what the rightful call says, where it was refused for what it says', async () => {
    const flawed = await billsProven(true)
    assert.deepEqual(
      flawed.findings.map((each) => each.constraint),
      ['bill.pay.from'],
    )
    const sound = await billsProven(false)
    assert.deepEqual(classes(sound), [])
    assert.deepEqual(from('open', sound), ['held: 409 it is open'])
  })

  it('is brought there by whoever the control showed to stand in the object', async () => {
    assert.deepEqual(classes(await staysProven(true)), ['use-after-end shop.cancel'])
    const sound = await staysProven(false)
    assert.deepEqual(classes(sound), [])
    assert.deepEqual(from('confirmed', sound), ['held: 409 it is confirmed'])
  })
})
