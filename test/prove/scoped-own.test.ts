// Whoever lacks a scope tries on what is there for them, so that nothing but the scope is against it; and names what another tenant has.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: orders
sources:
  - name: shop
    type: inline
    operations:
      order: { method: POST, path: /orders, body: { partnerId: string }, response: { id: string, user: string, house: string, partnerId: string, status: string, accountId: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, user: string, house: string, partnerId: string, status: string, accountId: string } }
      open: { method: POST, path: /accounts, response: { id: string, house: string } }
      getAccount: { method: GET, path: '/accounts/{accountId}', response: { id: string, house: string } }
      pay: { method: POST, path: '/orders/{orderId}/pay', body: { accountId: string } }
actors: { user: {}, clerk: {}, partner: { kind: partner, tenant: false } }
objects:
  account:
    owner: creator
    tenant: /house
    read: shop.getAccount
    transitions:
      open: { on: shop.open, by: clerk }
  order:
    owner: /user
    tenant: /house
    parties: { via: /partnerId }
    state: /status
    read: shop.getOrder
    states: [ordered, paid]
    final: paid
    transitions:
      order: { on: shop.order, to: ordered, by: user }
      pay:
        on: shop.pay
        from: ordered
        to: paid
        by: clerk
        refs: { account: { object: account, key: $request.body#/accountId } }
        when: { rule: account.house == object.house, says: paid from an account of the same house }
operations:
  shop.getOrder: { by: [owner, clerk, { actor: partner, party: via, scope: 'orders:read' }] }
  shop.getAccount: { by: clerk }
`

type Row = Record<string, unknown>
type Flaw = 'scope' | 'house'

const house = (who: string): string => (who.endsWith('2') ? 'south' : 'north')

/** Orders that partners see whom they are made through, and that are paid from an account of the house. */
function orders(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) {
      if (!who.startsWith(kind === 'orders' ? 'u' : 'c')) return [403]
      const { partnerId } = body
      const made = kind === 'orders' ? { user: who, partnerId, status: 'ordered', accountId: null } : {}
      const row = { id: `${kind}-${rows.size}`, house: house(who), ...made }
      rows.set(row.id, row)
      return [201, row]
    }
    const row = rows.get(id)
    const isStaff = isClerk && row?.['house'] === house(who)
    const isVia = row?.['partnerId'] === who && (who === 'pia' || flaw === 'scope')
    if (row === undefined || !(isStaff || row['user'] === who || isVia)) return [404]
    if (method === 'GET') return [200, row]
    if (!isClerk) return [403]
    const account = rows.get(String(body['accountId']))
    if (account === undefined || (account['house'] !== row['house'] && flaw !== 'house')) return [422]
    if (row['status'] !== 'ordered') return [409]
    return [200, Object.assign(row, { status: 'paid', accountId: body['accountId'] })]
  }
}

const prove = (flaw?: Flaw): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', uli2: 'user', cid: 'clerk', cleo2: 'clerk', pia: 'partner', pit: 'partner' },
    principals: {
      una: ', tenant: north',
      uma: ', tenant: north',
      uli2: ', tenant: south',
      cid: ', tenant: north',
      cleo2: ', tenant: south',
      pia: ", scopes: ['orders:read']",
      pit: ', scopes: []',
    },
    answer: orders(flaw),
    only: ['shop.getOrder', 'shop.pay'],
  })

describe('nothing else is against it', () => {
  for (const [flaw, expected] of [
    ['scope', 'scope-exceeded shop.getOrder.by'],
    ['house', 'rule-broken order.pay.when'],
  ] as const)
    test(`than the ${flaw}`, async () => {
      const { findings } = await prove(flaw)
      assert.deepEqual(
        findings.map((each) => `${each.class} ${each.constraint}`),
        [expected],
      )
    })
  test('and it is refused', async () => {
    const { findings, cells } = await prove()
    const tried = cells.filter(({ tactic, constraint }) => /no-scope/.test(tactic) || constraint === 'order.pay.when')
    assert.deepEqual(findings, [])
    assert.deepEqual(
      tried.map(({ tactic, verdict }) => `${tactic} ${verdict}`),
      ['object-facts held', 'left-out.accountId held', 'as-other.no-scope held'],
    )
  })
})
