// What no operation makes may be in any state when the run begins: it is taken from there.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      listClaims: { method: GET, path: /claims, response: { items: 'object[]' } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, status: string } }
      assess: { method: POST, path: '/claims/{claimId}/assess' }
      confirm: { method: POST, path: '/claims/{claimId}/confirm' }
      pay: { method: POST, path: '/claims/{claimId}/pay' }
actors: { clerk: {}, cashier: {} }
objects:
  claim:
    read: shop.getClaim
    list: shop.listClaims
    state: /status
    states: [filed, assessed, confirmed, paid]
    final: paid
    transitions:
      assess: { on: shop.assess, from: filed, to: assessed, by: clerk }
      confirm: { on: shop.confirm, from: assessed, to: confirmed, by: clerk }
      pay: { on: shop.pay, from: confirmed, to: paid, by: cashier }
operations:
  shop.listClaims: { by: [clerk, cashier], items: /items }
  shop.getClaim: { by: [clerk, cashier] }
`

function claims(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const start = () => ['c-1', 'c-2', 'c-3'].map((id) => ({ id, status: 'assessed' }))
  let all = start()
  return ({ who, method, path: [kind, id, action] }) => {
    if (kind === 'reset') {
      all = start()
      return [204]
    }
    if (who === undefined) return [401]
    if (id === undefined) return [200, { items: all }]
    const claim = all.find((each) => each.id === id)
    if (claim === undefined) return [404]
    if (method === 'GET') return [200, claim]
    if (action === 'pay' ? who !== 'cal' && !isFlawed : !who.startsWith('cl')) return [403]
    const [from, to] = {
      assess: ['filed', 'assessed'],
      confirm: ['assessed', 'confirmed'],
      pay: ['confirmed', 'paid'],
    }[action ?? ''] ?? ['', '']
    if (claim.status !== from) return [409]
    claim.status = to ?? ''
    return [200, claim]
  }
}

for (const [isFlawed, expected] of [
  [true, ['claim.pay.by']],
  [false, []],
] as const)
  it(`${isFlawed ? 'finds' : 'tries and does not find'} a clerk who pays`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people: { cleo: 'clerk', cal: 'cashier' },
      resetBy: 'cleo',
      answer: claims(isFlawed),
      only: ['shop.pay'],
    })
    assert.deepEqual([...new Set(findings.map(({ constraint }) => constraint))], expected)
    assert.ok(isFlawed || cells.some(({ constraint, verdict }) => constraint === 'claim.pay.by' && verdict === 'held'))
  })
