// Small amounts are settled at once up to a sum, and asked for beyond it: two uses of one operation, told apart by where they lead.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: refunds
sources:
  - name: api
    type: inline
    operations:
      open: { method: POST, path: /accounts, body: { name: string }, response: { id: string } }
      getAccount: { method: GET, path: '/accounts/{accountId}', response: { id: string, owner: string, refunded: integer } }
      refund: { method: POST, path: '/accounts/{accountId}/refunds', body: { amount: integer }, response: { id: string, status: string } }
      getRefund: { method: GET, path: '/refunds/{refundId}', response: { id: string, status: string, amount: integer } }
actors: { customer: {}, clerk: {} }
objects:
  account: { owner: /owner, read: api.getAccount, transitions: { open: { on: api.open, by: customer } } }
  refund:
    state: /status
    read: api.getRefund
    states: [asked, done]
    final: done
    transitions:
      small:
        on: api.refund
        to: done
        by: clerk
        refs: { account: { object: account, key: $request.path.accountId } }
        when: request.amount > 0 && request.amount <= 200
        limit: { sum: request.amount, at-most: 50, per: account }
        example: { body: { amount: 30 } }
      ask:
        on: api.refund
        to: asked
        by: clerk
        refs: { account: { object: account, key: $request.path.accountId } }
        when: request.amount > 0 && request.amount <= 200
        example: { body: { amount: 80 } }
operations:
  api.getAccount: { by: [owner, clerk] }
  api.getRefund: { by: clerk }
`

const people = { cara: 'customer', kim: 'clerk' }

function openTill(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const accounts: { id: string; owner: string; refunded: number }[] = []
  const refunds: { id: string; status: string; amount: number }[] = []
  return ({ who = '', method, path: [what, id, act], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (what === 'refunds') {
      const refund = refunds.find((each) => each.id === id)
      return role !== 'clerk' || refund === undefined ? [404] : [200, refund]
    }
    if (id === undefined) {
      if (role !== 'customer') return [403]
      accounts.push({ id: `a${accounts.length}`, owner: who, refunded: 0 })
      return [201, accounts.at(-1)]
    }
    const account = accounts.find((each) => each.id === id)
    if (account === undefined || (role === 'customer' && account.owner !== who)) return [404]
    if (method === 'GET') return [200, account]
    if (act !== 'refunds' || role !== 'clerk') return [403]
    const amount = Number(body['amount'])
    if (!(amount > 0 && amount <= 200)) return [422]
    const isSmall = (isFlawed ? 0 : account.refunded) + amount <= 50
    if (isSmall) account.refunded += amount
    refunds.push({ id: `r${refunds.length}`, status: isSmall ? 'done' : 'asked', amount })
    return [201, refunds.at(-1)]
  }
}

for (const isFlawed of [true, false])
  test(`small refunds that together are not: ${isFlawed ? 'proven' : 'held'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openTill(isFlawed), only: ['api.refund'] })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.constraint}`),
      isFlawed ? ['limit-split refund.small.limit'] : [],
    )
    const split = cells.find(({ tactic, constraint }) => tactic === 'over-limit' && constraint === 'refund.small.limit')
    assert.equal(split?.verdict, isFlawed ? 'proven' : 'held', split?.why)
  })
