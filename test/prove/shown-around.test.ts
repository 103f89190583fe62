// Effects that show beside the object, in what a reading tells, in where a call leads; amounts as the description allows them.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: club
sources:
  - name: shop
    type: inline
    operations:
      getMember: { method: GET, path: '/members/{memberId}', response: { id: string, points: integer } }
      issue: { method: POST, path: /passes, response: { id: string, memberId: string, status: string } }
      getPass: { method: GET, path: '/passes/{passId}', response: { id: string, memberId: string, status: string, stamps: integer } }
      end: { method: POST, path: '/passes/{passId}/end' }
      collect: { method: POST, path: '/passes/{passId}/collect' }
      getCode: { method: GET, path: '/passes/{passId}/code', response: { code: string } }
      grant: { method: POST, path: '/passes/{passId}/bonuses', response: { id: string, pass: string, status: string } }
      getBonus: { method: GET, path: '/bonuses/{bonusId}', response: { id: string, pass: string, status: string } }
      payBonus: { method: POST, path: '/bonuses/{bonusId}/pay' }
      ask: { method: POST, path: /loans, body: { amount: { type: integer, minimum: 50, maximum: 1050, multipleOf: 50 } }, response: { id: string, memberId: string, status: string, amount: integer } }
      getLoan: { method: GET, path: '/loans/{loanId}', response: { id: string, memberId: string, status: string, amount: integer } }
      approve: { method: POST, path: '/loans/{loanId}/approve' }
actors: { member: {}, clerk: {} }
objects:
  member: { owner: /id, read: shop.getMember, fields: { points: { set-by: nobody } } }
  pass:
    owner: /memberId
    state: /status
    read: shop.getPass
    states: [active, ended]
    final: ended
    transitions:
      issue: { on: shop.issue, to: active, by: member }
      collect: { on: shop.collect, from: active, by: owner }
      end: { on: shop.end, from: active, to: ended, by: owner }
  bonus:
    parent: { object: pass, key: /pass }
    state: /status
    read: shop.getBonus
    states: [due, paid]
    final: paid
    transitions:
      grant: { on: shop.grant, to: due, by: clerk }
      pay: { on: shop.payBonus, from: due, to: paid, by: clerk }
  loan:
    owner: /memberId
    state: /status
    read: shop.getLoan
    states: [asked, half, granted]
    final: granted
    transitions:
      ask: { on: shop.ask, to: asked, by: member, when: request.amount <= 1000, example: { body: { amount: 400 } } }
      approve-small: { on: shop.approve, from: asked, to: granted, by: clerk, when: object.amount <= 500 }
      approve-first: { on: shop.approve, from: asked, to: half, by: clerk, when: object.amount > 100 }
      approve-second: { on: shop.approve, from: half, to: granted, by: clerk }
operations:
  shop.getMember: { by: [owner, clerk] }
  shop.getPass: { by: [owner, clerk] }
  shop.getCode: { by: owner, object: pass, from: active }
  shop.getLoan: { by: [owner, clerk] }
  shop.getBonus: { by: clerk }
`

type Flaw = 'collect-ended' | 'code-of-ended' | 'too-much' | 'large-at-once' | 'bonus-again'

/** What an ended pass collects shows with its member only, as what is paid for a pass; a code is shown while its pass is active; large loans take two clerks. */
function club(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const passes: { id: string; memberId: string; status: string; stamps: number }[] = []
  const loans: { id: string; memberId: string; status: string; amount: number }[] = []
  const bonuses: { id: string; pass: string; status: string }[] = []
  const points = new Map<string, number>()
  return ({ who = '', method, path: [kind, id, verb], body }) => {
    const isClerk = who === 'cleo'
    if (!['mia', 'max', 'cleo'].includes(who)) return [401]
    if (kind === 'members')
      return id === who || (isClerk && id !== 'cleo') ? [200, { id, points: points.get(id ?? '') ?? 0 }] : [404]
    if (id === undefined) {
      if (isClerk) return [403]
      if (kind === 'passes') {
        passes.push({ id: `pass-${passes.length}`, memberId: who, status: 'active', stamps: 0 })
        return [201, passes.at(-1)]
      }
      const amount = Number(body['amount'])
      if (amount < 50 || amount > 1050 || amount % 50 !== 0) return [422, { error: 'no such amount' }]
      if (amount > 1000 && flaw !== 'too-much') return [409, { error: 'that is too much' }]
      loans.push({ id: `loan-${loans.length}`, memberId: who, status: 'asked', amount })
      return [201, loans.at(-1)]
    }
    if (kind === 'bonuses' || verb === 'bonuses') {
      if (!isClerk) return [403]
      const pass = passes.find((each) => each.id === (bonuses.find((bonus) => bonus.id === id)?.pass ?? id))
      if (pass === undefined) return [404]
      if (verb === 'bonuses') bonuses.push({ id: `bonus-${bonuses.length}`, pass: pass.id, status: 'due' })
      const bonus = verb === 'bonuses' ? bonuses.at(-1) : bonuses.find((each) => each.id === id)
      if (verb !== 'pay') return [verb === 'bonuses' ? 201 : 200, bonus]
      if (bonus === undefined || (bonus.status === 'paid' && flaw !== 'bonus-again'))
        return [409, { error: 'it is paid' }]
      bonus.status = 'paid'
      points.set(pass.memberId, (points.get(pass.memberId) ?? 0) + 10)
      return [200, bonus]
    }
    const item = [...passes, ...loans].find((each) => each.id === id && (isClerk || each.memberId === who))
    if (item === undefined) return [404]
    if (method === 'GET' && verb === undefined) return [200, item]
    if ((verb === 'approve') !== isClerk) return [403]
    if (verb === 'approve' && 'amount' in item && typeof item.amount === 'number') {
      if (item.status === 'granted') return [409, { error: 'it is granted' }]
      const isSmall = item.amount <= 500 || flaw === 'large-at-once'
      item.status = item.status === 'half' || isSmall ? 'granted' : 'half'
      return [200, item]
    }
    if (verb === 'code')
      return item.status === 'active' || flaw === 'code-of-ended' ? [200, { code: `secret of ${item.id}` }] : [409]
    if (item.status !== 'active' && !(verb === 'collect' && flaw === 'collect-ended'))
      return [409, { error: 'it is over' }]
    if (verb === 'end') item.status = 'ended'
    else {
      if (item.status === 'active' && 'stamps' in item) item.stamps++
      points.set(item.memberId, (points.get(item.memberId) ?? 0) + 10)
    }
    return [204]
  }
}

const proven = (flaw: Flaw | undefined, ...only: readonly string[]): Promise<Outcome> =>
  proveSmall({ charter, people: { mia: 'member', max: 'member', cleo: 'clerk' }, answer: club(flaw), only })

const found = ({ findings }: Outcome): string[] => findings.map((each) => `${each.class} ${each.constraint}`)

describe('an effect', () => {
  for (const [flaw, operation, expected, tactic] of [
    ['collect-ended', 'shop.collect', 'use-after-end pass.collect.from', 'from-state.ended.object'],
    ['code-of-ended', 'shop.getCode', 'use-after-end shop.getCode.from', 'from-state.ended.object'],
    ['too-much', 'shop.ask', 'amount-tampering loan.ask.when', 'arguments'],
    ['bonus-again', 'shop.payBonus', 'step-repeated bonus.pay.from', 'from-state.paid.object'],
    ['large-at-once', 'shop.approve', 'rule-broken loan.approve-small.when', 'object-facts'],
  ] as const) {
    it(`is seen with ${flaw}`, async () => {
      assert.deepEqual(found(await proven(flaw, operation)), [expected])
    })

    it(`is looked for without ${flaw}, and not seen`, async () => {
      const outcome = await proven(undefined, operation)
      assert.deepEqual(found(outcome), [])
      const cells = outcome.cells.filter((cell) => expected.endsWith(cell.constraint) && cell.tactic === tactic)
      assert.deepEqual([...new Set(cells.map(({ verdict }) => verdict))], ['held'])
    })
  }
})
