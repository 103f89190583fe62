import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadBank, loadShop } from '../../examples/products.ts'
import { proveExample } from '../../examples/shared/prove.ts'
import type { Cell } from '../../src/prove/finding.ts'

// Behind a guard, many flaws at once are no flaws, and rightful calls work as without it; `npm run bench -- guarded` tries them all.
const products = [
  {
    example: await loadBank(),
    flaws: [
      'cross-tenant-freeze',
      'deposit-by-anyone',
      'opening-balance-writable',
      'risk-score-visible',
      'activate-unverified',
      'confirm-code-unchecked',
    ],
    only: ['freezeAccount', 'depositMoney', 'listAccounts', 'verifyBeneficiary'],
  },
  {
    example: await loadShop(),
    flaws: [
      'pay-twice',
      'amount-unchecked',
      'coupon-reused',
      'gift-card-race',
      'gift-code-sequential',
      'order-readable',
      'verify-any-code',
      'trial-again',
    ],
    only: ['payOrder', 'createGiftCard', 'redeemGiftCard', 'verifyEmail', 'startTrial'],
  },
] as const

const nameOf = (cell: Cell): string => [cell.use, cell.constraint, cell.actor, cell.tactic].join(' ')

for (const { example, flaws, only: names } of products) {
  const [source = ''] = example.charter.sources.keys()
  const only = names.map((name) => `${source}.${name}`)

  describe(example.name, { concurrency: 1 }, () => {
    test('flaws cannot be used through the guard', async () => {
      const { outcome } = await proveExample(example, { flaws, only, guarded: true })
      assert.deepEqual(
        outcome.findings.map((finding) => finding.title),
        [],
      )
      assert.ok(outcome.cells.filter((cell) => cell.verdict === 'held').length > 20)
    })

    test('what is rightful works through the guard as without it', async () => {
      const direct = await proveExample(example, { flaws: [], only })
      const guarded = await proveExample(example, { flaws: [], only, guarded: true })
      assert.deepEqual(guarded.outcome.findings, [])
      const held = new Set(guarded.outcome.cells.filter((cell) => cell.verdict === 'held').map(nameOf))
      const lost = direct.outcome.cells.filter((cell) => cell.verdict === 'held' && !held.has(nameOf(cell)))
      assert.deepEqual(lost.map(nameOf), [])
    })
  })
}
