// Of several parts that an approval is for, each is changed alone: what one forgets another may remember.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: payouts
sources:
  - name: shop
    type: inline
    operations:
      addAccount: { method: POST, path: /accounts, body: { iban: string }, response: { id: string, owner_id: string } }
      getAccount: { method: GET, path: '/accounts/{accountId}', response: { id: string, owner_id: string, iban: string } }
      ask: { method: POST, path: /payouts, body: { amount: integer, account_id: string }, response: { id: string, owner_id: string, amount: integer, account_id: string, status: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, owner_id: string, amount: integer, account_id: string, status: string } }
      edit: { method: PATCH, path: '/payouts/{payoutId}', body: { amount?: integer, account_id?: string } }
      approve: { method: POST, path: '/payouts/{payoutId}/approve' }
      pay: { method: POST, path: '/payouts/{payoutId}/pay' }
actors: { user: {}, manager: {} }
objects:
  account:
    owner: /owner_id
    read: shop.getAccount
    transitions: { add: { on: shop.addAccount, by: user } }
  payout:
    owner: /owner_id
    state: /status
    read: shop.getPayout
    states: [draft, approved, paid]
    final: paid
    transitions:
      ask:
        on: shop.ask
        to: draft
        by: user
        refs: { account: { object: account, key: $request.body#/account_id, by: owner } }
        when: request.amount > 0
      edit:
        on: shop.edit
        from: [draft, approved]
        to: draft
        by: owner
        refs: { account: { object: account, key: $request.body#/account_id, by: owner, optional: true } }
        example: { body: { amount: 7, account_id: row-0 } }
      approve: { on: shop.approve, from: draft, to: approved, by: manager }
      pay: { on: shop.pay, from: approved, to: paid, by: owner, approval: payout }
operations:
  shop.getAccount: { by: [owner, manager] }
  shop.getPayout: { by: [owner, manager] }
approvals:
  payout: { by: manager, not: requester, binds: [/amount, /account_id], grant: shop.approve }
`

type Row = Record<string, unknown> & { id: string }

/** Payouts that a manager approves; what is changed needs a new approval, unless only one part is said and that is forgotten. */
function payouts(forgotten: string): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  const move = (row: Row, from: readonly string[], members: object) =>
    from.includes(String(row['status'])) ? ([200, Object.assign(row, members)] as const) : ([409] as const)
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const isManager = who.startsWith('m')
    const account = rows.get(String(body['account_id']))
    if (account !== undefined && account['owner_id'] !== who) return [403]
    if (id === undefined) {
      if (isManager || (kind === 'payouts' && account === undefined)) return [403]
      return put({ ...body, owner_id: who, ...(kind === 'payouts' ? { status: 'draft' } : {}) })
    }
    const row = rows.get(id)
    if (row === undefined) return [404]
    if (!isManager && row['owner_id'] !== who) return [404]
    if (method === 'GET') return [200, row]
    if (isManager !== (verb === 'approve')) return [403]
    if (verb === 'approve') return move(row, ['draft'], { status: 'approved' })
    if (verb === 'pay') return move(row, ['approved'], { status: 'paid' })
    const said = Object.keys(body).filter((name) => row[name] !== undefined)
    const isKept = said.length === 1 && said[0] === forgotten
    return move(row, ['draft', 'approved'], { ...body, ...(isKept ? {} : { status: 'draft' }) })
  }
}

const prove = (forgotten: string): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', mo: 'manager' },
    answer: payouts(forgotten),
    only: ['shop.pay'],
  })

describe('a part of what was approved', () => {
  for (const part of ['amount', 'account_id'])
    test(`is changed alone: ${part}`, async () => {
      const { findings } = await prove(part)
      assert.deepEqual(
        findings.map((each) => [each.class, each.operation]),
        [['approval-changed', 'shop.pay']],
      )
    })
  test('needs a new approval', async () => {
    const { findings, cells } = await prove('')
    const changed = cells.filter(({ tactic }) => tactic.startsWith('approval.changed'))
    assert.deepEqual(findings, [])
    assert.deepEqual(
      changed.map(({ tactic, verdict }) => [tactic, verdict]),
      [
        ['approval.changed', 'held'],
        ['approval.changed.account_id', 'held'],
      ],
    )
  })
})
