// A limit of its own beside what was granted: enough is granted for the parts to go over it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: relief
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /pleas, body: { amount: integer }, response: { id: string, stage: string, amount: integer, grantedAmount: integer, paid: integer } }
      getPlea: { method: GET, path: '/pleas/{pleaId}', response: { id: string, stage: string, amount: integer, grantedAmount: integer, paid: integer } }
      grant: { method: POST, path: '/pleas/{pleaId}/grant', body: { amount: integer } }
      payOut: { method: POST, path: '/pleas/{pleaId}/payouts', body: { amount: integer } }
actors: { asker: {}, judge: {}, clerk: {} }
objects:
  plea:
    owner: creator
    state: /stage
    read: shop.getPlea
    states: [asked, granted]
    fields: { amount: { type: money }, grantedAmount: { type: money, set-by: nobody }, paid: { type: money, set-by: nobody } }
    transitions:
      ask: { on: shop.ask, to: asked, by: asker, example: { body: { amount: 60 } } }
      grant:
        on: shop.grant
        from: asked
        to: granted
        by: judge
        when: request.amount > 0 && request.amount <= object.amount
        example: { body: { amount: 50 } }
      pay-out:
        on: shop.payOut
        from: granted
        by: clerk
        when: request.amount > 0
        limit:
          - { sum: request.amount, at-most: object.grantedAmount }
          - { sum: request.amount, at-most: 200 }
        example: { body: { amount: 20 } }
operations:
  shop.getPlea: { by: [asker, judge, clerk] }
`

interface Plea {
  readonly id: string
  readonly amount: number
  stage: string
  grantedAmount: number
  paid: number
}

function openOffice(splits: boolean): (asked: Asked) => readonly [number, unknown?] {
  const pleas: Plea[] = []
  return ({ who = '', method, path: [, id = '', verb], body }) => {
    if (!['ann', 'jo', 'cy'].includes(who)) return [401]
    const amount = Number(body['amount'])
    if (method === 'POST' && !(amount > 0)) return [422]
    if (id === '') {
      if (who !== 'ann') return [403]
      pleas.push({ id: `plea-${pleas.length + 1}`, amount, stage: 'asked', grantedAmount: 0, paid: 0 })
      return [201, pleas.at(-1)]
    }
    const plea = pleas.find((each) => each.id === id)
    if (plea === undefined) return [404]
    if (method === 'GET') return [200, plea]
    if (who !== (verb === 'grant' ? 'jo' : 'cy')) return [403]
    if (plea.stage !== (verb === 'grant' ? 'asked' : 'granted')) return [409]
    if (verb === 'grant') {
      if (amount > plea.amount) return [422]
      Object.assign(plea, { stage: 'granted', grantedAmount: amount })
      return [204]
    }
    if (plea.paid + amount > plea.grantedAmount) return [409]
    if (amount + (splits ? 0 : plea.paid) > 200) return [403]
    plea.paid += amount
    return [204]
  }
}

const people = { ann: 'asker', jo: 'judge', cy: 'clerk' }

const proven = async (splits: boolean) => {
  const { findings } = await proveSmall({ charter, people, answer: openOffice(splits) })
  return findings.map((each) => `${each.class} ${each.constraint}`)
}

test('so much is granted that parts of it go over what one may pay', async () => {
  assert.deepEqual(await proven(true), ['limit-split plea.pay-out.limit.2'])
})

test('parts that are added up are sound', async () => {
  assert.deepEqual(await proven(false), [])
})
