// A number over a list that nothing but an invariant says: two entries that each fit are more than both may be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: stipends
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /funds, response: { id: string, spent: 'object[]' } }
      get: { method: GET, path: '/funds/{fundId}', response: { id: string, stipends: 'object[]' } }
      stipends: { method: GET, path: '/funds/{fundId}/stipends', response: { items: 'object[]' } }
      ask: { method: POST, path: '/funds/{fundId}/stipends', body: { amount: integer }, response: { id: string, fundId: string, amount: integer, status: string } }
      grant: { method: POST, path: '/stipends/{stipendId}/grant', response: { id: string, fundId: string, amount: integer, status: string } }
actors: { clerk: {}, head: {} }
objects:
  fund:
    read: shop.get
    transitions: { open: { on: shop.open, by: head } }
  stipend:
    parent: { object: fund, key: /fundId }
    state: /status
    list: shop.stipends
    states: [asked, granted]
    final: granted
    transitions:
      ask: { on: shop.ask, to: asked, by: clerk, when: request.amount > 0 && request.amount <= 300, example: { body: { amount: 40 } } }
      grant: { on: shop.grant, key: $request.path.stipendId, from: asked, to: [asked, granted], by: head }
operations:
  shop.get: { by: signed-in }
  shop.stipends: { by: signed-in, object: fund, items: /items }
invariants:
  - { object: fund, holds: "sum(fund.stipends.filter(s, s.status == 'granted').map(s, s.amount)) <= 250", says: no fund grants more than 250 }
`

const people = { kim: 'clerk', hal: 'head' }

/** A flawed API looks at the stipend alone, not at what the fund has granted. */
function foundation(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const funds: string[] = []
  const all: { id: string; fundId: string; amount: number; status: string }[] = []
  return ({ who = '', method, path: [kind, id, rest], body }) => {
    if (!Object.hasOwn(people, who)) return [401]
    const of = (fund: string | undefined) => all.filter((each) => each.fundId === fund)
    if (kind === 'funds' && id === undefined) {
      if (who !== 'hal') return [403]
      return [201, { id: `f${funds.push('') - 1}`, stipends: [] }]
    }
    if (kind === 'funds' && method === 'GET')
      return [200, rest === undefined ? { id, stipends: of(id) } : { items: of(id) }]
    if (kind === 'funds') {
      const amount = Number(body['amount'])
      if (who !== 'kim') return [403]
      if (!(Number.isInteger(amount) && amount > 0 && amount <= 300)) return [422]
      return [201, all[all.push({ id: `s${all.length}`, fundId: id ?? '', amount, status: 'asked' }) - 1]]
    }
    const stipend = all.find((each) => each.id === id)
    if (who !== 'hal') return [403]
    if (stipend?.status !== 'asked') return [409, { error: 'decided' }]
    const granted = of(stipend.fundId).filter(({ status }) => status === 'granted')
    const before = flawed ? 0 : granted.reduce((sum, each) => sum + each.amount, 0)
    if (before + stipend.amount > 250) return [409, { error: 'the fund is used up' }]
    stipend.status = 'granted'
    return [200, stipend]
  }
}

const api = { charter, people, only: ['shop.grant'] }

test('a bound over a list that is looked at for one entry only is a finding', async () => {
  const { findings } = await proveSmall({ ...api, answer: foundation(true) })
  assert.deepEqual(
    findings.map((each) => `${each.class} at ${each.operation}`),
    ['invariant-broken at shop.grant'],
  )
})

test('a bound over a list that counts all entries holds', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: foundation(false) })
  assert.deepEqual(findings, [])
  assert.deepEqual(
    cells.filter(({ constraint }) => constraint === 'invariants.1').map(({ verdict }) => verdict),
    ['held'],
  )
})
