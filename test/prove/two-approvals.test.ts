// Two approvals by one operation: the second is told from the first by who gave that, in the object or in a rule that names it twice.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** @param form - Where it is said that the approvals are given by two people. */
const charterWith = (form: { readonly not?: string; readonly rules?: string }): string => `
lockstep: 1
name: payouts
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /payouts, response: { id: string, askedBy: string, status: string, approvedBy: 'string[]' } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, askedBy: string, status: string, approvedBy: 'string[]' } }
      approve: { method: POST, path: '/payouts/{payoutId}/approve' }
actors: { lead: {} }
objects:
  payout:
    owner: /askedBy
    parties: { first: /approvedBy/0 }
    state:
      when:
        asked: size(object.approvedBy) == 0
        half: size(object.approvedBy) == 1
        approved: 'true'
    read: shop.getPayout
    states: [asked, half, approved]
    final: approved
    transitions:
      ask: { on: shop.ask, to: asked, by: lead }
      approve-first: { on: shop.approve, from: asked, to: half, by: lead, not: owner }
      approve-second: { on: shop.approve, from: half, to: approved, by: lead, not: ${form.not ?? 'owner'} }
operations:
  shop.getPayout: { by: lead }
${form.rules ?? ''}`

const inObject = charterWith({ not: '[owner, first]' })
const inRule = charterWith({ rules: 'rules:\n  - { separate: [shop.approve, shop.approve], per: object }\n' })

/** A flawed API counts everybody as often as they approve. */
function treasury(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const all: { id: string; askedBy: string; approvedBy: string[] }[] = []
  return ({ who = '', method, path: [, id] }) => {
    if (!['lea', 'leo', 'liv'].includes(who)) return [401]
    if (id === undefined) {
      all.push({ id: `payout-${all.length}`, askedBy: who, approvedBy: [] })
      return [201, all.at(-1)]
    }
    const payout = all.find((each) => each.id === id)
    if (payout === undefined) return [404]
    if (method === 'GET') return [200, payout]
    if (payout.askedBy === who) return [403, { error: 'it is your own' }]
    if (payout.approvedBy.length > 1) return [409, { error: 'it is approved' }]
    if (!flawed && payout.approvedBy.includes(who)) return [409, { error: 'you have approved it' }]
    payout.approvedBy.push(who)
    return [200, payout]
  }
}

const proven = (charter: string, flawed: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { lea: 'lead', leo: 'lead', liv: 'lead' },
    answer: treasury(flawed),
    only: ['shop.approve'],
  })

const found = ({ findings }: Outcome): string[] => findings.map((each) => `${each.class} ${each.constraint}`)

describe('one person who gives both approvals', () => {
  for (const [form, charter, constraint] of [
    ['in the object', inObject, 'payout.approve-second.not'],
    ['in a rule', inRule, 'rules.1'],
  ] as const) {
    it(`is proven, where that is said ${form}`, async () => {
      assert.ok(found(await proven(charter, true)).includes(`separation-of-duties ${constraint}`))
    })

    it(`is refused by a sound API, where that is said ${form}`, async () => {
      const outcome = await proven(charter, false)
      assert.deepEqual(found(outcome), [])
      const cells = outcome.cells.filter(
        (cell) =>
          cell.constraint === constraint && cell.use === 'payout.approve-second' && cell.why.includes('you have'),
      )
      assert.deepEqual(
        cells.map(({ verdict, why }) => `${verdict}: ${why}`),
        ['held: 409 you have approved it'],
      )
    })
  }
})
