import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { classIds } from '../../src/constraint/class.ts'
import { describeConstraint, meaningOf } from '../../src/constraint/kinds.ts'
import { charterFrom } from '../decide/charters.ts'

const shop = charterFrom(readFileSync('cases/charters/shop.yaml', 'utf8'))
const bank = charterFrom(readFileSync('cases/charters/bank.yaml', 'utf8'))

const all = [shop, bank].flatMap((charter) =>
  [...charter.operations.values()].flatMap(({ uses }) =>
    uses.flatMap((use) => use.constraints.map((constraint) => ({ charter, constraint }))),
  ),
)

const sentences: Readonly<Record<string, string>> = {
  'order.pay.by': 'only the owner may do it',
  'order.ship.by': 'only a clerk may do it',
  'order.refund.by': 'only a clerk or an agent with the scope `refunds` may do it',
  'order.cancel-late.by': 'only a manager who is the owner may do it',
  'order.cancel-late.not': 'the creator may not do it',
  'shop.getCoupon.by': 'only whoever holds its key may do it',
  'shop.health.by': 'anyone may do it',
  'shop.redeem.coupon.by': 'only the owner of the coupon may do it',
  'shop.redeem.coupon.in': 'the coupon must be open',
  'shop.redeem.when': 'the order must reach the minimum of the coupon',
  'order.refund.from': 'it must be paid or shipped',
  'order.pay.when': '`request.amount == object.total` must hold',
  'order.pay.once': 'it may take effect a single time for each object',
  'order.pay.idempotency': 'calls with the same `$request.header.Idempotency-Key` take effect once',
  'order.refund.limit': 'the sum of `request.amount` for each object may not pass `object.total`',
  'payment.draft.limit.daily': 'the sum of `request.amount` for each caller within 1d may not pass 500',
  'payment.close.limit.open-ends': 'the number of uses for each parent may not pass 2, counting those still closed',
  'shop.health.rate': 'at most 2 calls in 1m for each caller',
  'order.refund.approval.large-refund':
    'when `request.amount > 100`, it must be approved first (`large-refund`) by a manager who is not the requester, not longer than 15m ago',
  'payment.release.approval.four-eyes':
    'it must be approved first (`four-eyes`) by 2 different people, each a checker who is not the requester',
  'order.total.set-by': 'no caller may set `total` of the order',
  'order.priority.set-by': 'only a manager may set `priority` of the order, and only with order.edit',
  'order.margin.seen-by': 'only a manager may see `margin` of the order',
  'shop.listOrders.items': 'the list shows only orders the caller may read',
  'rules.1': 'shop.createOrder only after shop.verifyEmail, for each caller',
  'rules.duties': 'bank.draftPayment, bank.signPayment and bank.releasePayment need different people',
  'rules.fresh-code':
    'bank.enterCode only after bank.sendCode, once for every bank.sendCode, for each account within 10m',
  'rules.one-bonus': 'bank.claimBonus at most 1 time, for each caller',
}

describe('constraints', () => {
  for (const [id, sentence] of Object.entries(sentences)) {
    it(`${id} reads as a sentence`, () => {
      const found = all.find(({ constraint }) => constraint.id === id)
      assert.ok(found)
      assert.equal(describeConstraint(found.constraint, found.charter), sentence)
    })
  }

  it('have at least one class, all of the closed list, none twice', () => {
    for (const { charter, constraint } of all) {
      const classes = meaningOf(constraint).classes(charter)
      assert.ok(classes.length > 0, constraint.id)
      assert.ok(classes.every((each) => classIds.includes(each)))
      assert.equal(new Set(classes).size, classes.length, constraint.id)
    }
  })

  it('are named by the arguments their rules read', () => {
    const classesOf = (id: string): unknown => {
      const found = all.find(({ constraint }) => constraint.id === id)
      return found && meaningOf(found.constraint).classes(found.charter)[0]
    }
    assert.equal(classesOf('order.pay.when'), 'amount-tampering')
    assert.equal(classesOf('order.pay.when.2'), 'currency-tampering')
    assert.equal(classesOf('order.create.when'), 'quantity-tampering')
    assert.equal(classesOf('order.status.set-by'), 'direct-status-write')
    assert.equal(classesOf('rules.1'), 'use-before-verification')
  })

  it('go by whole words of those names', () => {
    const classesOf = (source: string): unknown => {
      const parsed = parseCel(source, ['request', 'object'])
      assert.ok(parsed.ok)
      const position = { file: '', line: 1, column: 1 }
      return meaningOf({ kind: 'when', id: 'x', rule: parsed.expression, position }).classes(shop)
    }
    assert.deepEqual(classesOf('request.accountId == object.id'), ['rule-broken'])
    assert.deepEqual(classesOf('request.itemCount > 0'), ['quantity-tampering', 'rule-broken'])
    assert.deepEqual(classesOf('request.payee_iban == object.iban'), ['recipient-tampering', 'rule-broken'])
    assert.deepEqual(classesOf('object.balance == 0'), ['rule-broken'])
    assert.deepEqual(classesOf('object.emailVerified'), ['use-before-verification', 'rule-broken'])
  })
})
