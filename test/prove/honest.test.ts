// What a cell says must be what was seen: accepted calls that show nothing, objects made beside, steps refused on the way.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

type Answer = readonly [status: number, body?: unknown]

const charter = `
lockstep: 1
name: kiosk
sources:
  - name: shop
    type: inline
    operations:
      order: { method: POST, path: /orders, response: { id: string, ownerId: string, status: string, weight: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, ownerId: string, status: string, weight: string } }
      weigh: { method: POST, path: '/orders/{orderId}/weigh', body: { weight: string } }
      hand: { method: POST, path: '/orders/{orderId}/hand', response: { id: string, passId: string } }
      close: { method: POST, path: '/orders/{orderId}/close', response: { id: string, passId: string } }
      getPass: { method: GET, path: '/passes/{passId}', response: { id: string, ownerId: string, status: string } }
actors: { member: {}, clerk: {} }
objects:
  order:
    owner: /ownerId
    state: /status
    read: shop.getOrder
    states: [open, weighed, handed, closed]
    transitions:
      order: { on: shop.order, to: open, by: member }
      weigh: { on: shop.weigh, from: open, to: weighed, by: owner, example: { body: { weight: '12 kg' } } }
      hand: { on: shop.hand, from: weighed, to: handed, by: owner }
      close: { on: shop.close, from: [open, weighed], to: closed, by: owner }
  pass:
    owner: /ownerId
    read: shop.getPass
    state: /status
    states: [valid]
operations:
  shop.getOrder: { by: [owner, clerk] }
  shop.getPass: { by: [owner, clerk] }
`

/** What a shop does when a step is asked for in the wrong state. */
type Lapse = 'overwrites' | 'hands-again' | 'hands-the-same' | 'closes-again' | undefined

function openShop(lapse: Lapse): (asked: Asked) => Answer {
  const orders = new Map<string, { id: string; ownerId: string; status: string; weight?: string; passId?: string }>()
  const passes = new Map([['pass-0', { id: 'pass-0', ownerId: 'maja', status: 'valid' }]])
  const handOut = (ownerId: string): string => {
    const id = `pass-${passes.size + 1}`
    passes.set(id, { id, ownerId, status: 'valid' })
    return id
  }
  return ({ who, method, path: [kind, id = '', verb], body }) => {
    if (who === undefined) return [401]
    if (kind === 'passes') return passes.has(id) ? [200, passes.get(id)] : [404]
    if (id === '') {
      const order = { id: `order-${orders.size + 1}`, ownerId: who, status: 'open', passId: 'pass-0' }
      orders.set(order.id, order)
      return [201, order]
    }
    const order = orders.get(id)
    if (order === undefined || (order.ownerId !== who && who !== 'cleo')) return [404]
    if (method === 'GET') return [200, order.status === 'handed' ? { ...order, passId: undefined } : order]
    const refused: Answer = [409, { error: `the order is ${order.status}` }]
    if (order.ownerId !== who) return [403]
    if (verb === 'weigh') {
      if (order.status !== 'open' && !(lapse === 'overwrites' && order.status === 'weighed')) return refused
      order.status = 'weighed'
      order.weight = String(body['weight'])
    } else if (verb === 'hand') {
      if (order.status === 'handed' && lapse === 'hands-the-same') return [200, { id, passId: order.passId }]
      if (order.status !== 'weighed' && !(order.status === 'handed' && lapse === 'hands-again')) return refused
      order.status = 'handed'
      order.passId = handOut(who)
      return [200, { id, passId: order.passId }]
    } else {
      const again = order.status === 'closed' && lapse === 'closes-again'
      if (order.status !== 'open' && order.status !== 'weighed' && !again) return refused
      order.status = 'closed'
      return [200, { id, passId: order.passId }]
    }
    return [204]
  }
}

async function prove(lapse: Lapse, operation: string): Promise<Outcome> {
  const people = { maja: 'member', cleo: 'clerk' }
  return proveSmall({ charter, people, answer: openShop(lapse), only: [operation] })
}

function cellOf({ cells }: Outcome, tactic: string): readonly [string | undefined, string | undefined] {
  const cell = cells.find((each) => each.tactic === tactic)
  return [cell?.verdict, cell?.why]
}

describe('a call that was accepted against the charter', { concurrency: 2 }, () => {
  test('is tried with other arguments when those sent are there already', async () => {
    const { findings } = await prove('overwrites', 'shop.weigh')
    assert.equal(findings.length, 1)
    assert.match(findings[0]?.proof.sentence ?? '', /weight of order went from 12 kg to 13 kg/)
    assert.equal(findings[0]?.proof.transcript.filter((sent) => sent.purpose === 'abuse').length, 1)
  })

  test('is seen by what it makes beside its object', async () => {
    const { findings } = await prove('hands-again', 'shop.hand')
    assert.equal(findings.length, 1)
    assert.match(findings[0]?.proof.sentence ?? '', /although it was handed: there is a new pass$/)
  })

  test('holds when it only hands out the same again', async () => {
    const outcome = await prove('hands-the-same', 'shop.hand')
    assert.deepEqual(outcome.findings, [])
    assert.equal(cellOf(outcome, 'from-state.handed.object')[0], 'held')
  })

  test('is not called held when nothing could show', async () => {
    const outcome = await prove('closes-again', 'shop.close')
    assert.deepEqual(outcome.findings, [])
    const [verdict, why] = cellOf(outcome, 'from-state.closed.object')
    assert.equal(verdict, 'not-reached')
    assert.match(why ?? '', /^it was accepted \(200 .*\), and what it leads to is so already/)
  })

  for (const operation of ['shop.weigh', 'shop.hand', 'shop.close'])
    test(`is not seen where ${operation} refuses`, async () => {
      const outcome = await prove(undefined, operation)
      assert.deepEqual(outcome.findings, [])
      for (const cell of outcome.cells.filter((each) => each.tactic.startsWith('from-state')))
        assert.equal(cell.verdict, 'held', cell.why)
    })
})

const approved = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      draft: { method: POST, path: /claims, body: { amount: integer }, response: { id: string, ownerId: string, status: string, amount: integer } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, ownerId: string, status: string, amount: integer } }
      correct: { method: PATCH, path: '/claims/{claimId}', body: { amount: integer } }
      submit: { method: POST, path: '/claims/{claimId}/submit' }
      approve: { method: POST, path: '/claims/{claimId}/approve' }
      pay: { method: POST, path: '/claims/{claimId}/pay' }
actors: { clerk: {}, boss: {}, teller: {} }
objects:
  claim:
    owner: /ownerId
    state: /status
    read: shop.getClaim
    states: [draft, submitted, approved, paid]
    transitions:
      draft: { on: shop.draft, to: draft, by: clerk, example: { body: { amount: 5 } } }
      correct: { on: shop.correct, from: [draft, submitted, approved], to: draft, by: owner }
      submit: { on: shop.submit, from: draft, to: submitted, by: owner }
      approve: { on: shop.approve, from: submitted, to: approved, by: boss }
      pay: { on: shop.pay, from: [submitted, approved], to: paid, by: teller, approval: seen }
operations:
  shop.getClaim: { by: [clerk, boss, teller] }
approvals:
  seen: { by: boss, binds: [/amount], grant: shop.approve }
`

/** A correction takes a claim back to where it must be submitted and approved anew; a flawed office leaves it approved. */
function openOffice(flawed: boolean): (asked: Asked) => Answer {
  const claims = new Map<string, { id: string; ownerId: string; status: string; amount: unknown }>()
  const steps: Record<string, readonly [from: string, to: string, who: string]> = {
    submit: ['draft', 'submitted', 'carl'],
    approve: ['submitted', 'approved', 'bea'],
    pay: ['approved', 'paid', 'tom'],
  }
  return ({ who, method, path: [, id = '', verb = ''], body }) => {
    if (who === undefined) return [401]
    if (id === '') {
      if (who !== 'carl') return [403]
      const claim = { id: `claim-${claims.size + 1}`, ownerId: who, status: 'draft', amount: body['amount'] }
      claims.set(claim.id, claim)
      return [201, claim]
    }
    const claim = claims.get(id)
    if (claim === undefined) return [404]
    if (method === 'GET') return [200, claim]
    if (method === 'PATCH') {
      if (who !== 'carl' || claim.status === 'paid') return [403]
      claim.amount = body['amount']
      if (!flawed) claim.status = 'draft'
      return [200, claim]
    }
    const [from, to, by] = steps[verb] ?? ['', '', '']
    if (who !== by) return [403]
    if (claim.status !== from) return [409, { error: `the claim is ${claim.status}` }]
    claim.status = to
    return [204]
  }
}

test('a step refused on the way does not settle a case: the abuse itself is sent', async () => {
  const people = { carl: 'clerk', bea: 'boss', tom: 'teller' }
  const prove = (flawed: boolean) =>
    proveSmall({ charter: approved, people, answer: openOffice(flawed), only: ['shop.pay'] })
  const { findings } = await prove(true)
  assert.deepEqual(
    findings.map((finding) => finding.class),
    ['approval-changed'],
  )
  const sound = await prove(false)
  assert.deepEqual(sound.findings, [])
  assert.equal(cellOf(sound, 'approval.changed')[0], 'held')
})
