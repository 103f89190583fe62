import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EXPECTED as bankExpected } from '../../examples/bank-payments/expected.ts'
import { loadBank, loadShop } from '../../examples/products.ts'
import { proveExample } from '../../examples/shared/prove.ts'
import { EXPECTED as shopExpected } from '../../examples/shop-orders/expected.ts'

// A flaw of each kind that is proven in a moment; `npm run bench -- flaws` proves them all.
const products = [
  {
    example: await loadBank(),
    expected: bankExpected,
    unreached: 75,
    flaws: [
      'no-owner-check-revoke-consent',
      'list-accounts-by-any-owner',
      'cross-tenant-freeze',
      'deposit-by-anyone',
      'approve-as-account-owner',
      'opening-balance-writable',
      'daily-limit-writable',
      'risk-score-visible',
      'activate-unverified',
      'verify-replay',
      'confirm-code-unchecked',
    ],
  },
  {
    example: await loadShop(),
    expected: shopExpected,
    unreached: 40,
    flaws: [
      'pack-unpaid',
      'pay-twice',
      'gift-card-race',
      'stock-race',
      'amount-unchecked',
      'coupon-reused',
      'coupon-stacked',
      'hold-unlimited',
      'trial-again',
      'premium-after-cancel',
      'order-readable',
      'role-at-registration',
      'roles-open',
      'gift-code-sequential',
      'invoices-unfiltered',
    ],
  },
] as const

for (const { example, expected, unreached, flaws } of products) {
  const [source = ''] = example.charter.sources.keys()
  const named = (operations: readonly string[]): string[] => operations.map((operation) => `${source}.${operation}`)

  describe(example.name, { concurrency: 1 }, () => {
    for (const flaw of flaws) {
      test(`${flaw} is proven, and nothing else`, async () => {
        const wanted = Object.entries(expected).find(([name]) => name === flaw)?.[1]
        assert.ok(wanted !== undefined && 'classes' in wanted)
        const only = named([...(wanted.after ?? []), ...wanted.operations])
        const { outcome } = await proveExample(example, { flaws: [flaw], only })
        const seen = outcome.findings.map((finding) => `${finding.class} at ${finding.operation}`)
        if (wanted.each === undefined) assert.equal(seen.length, 1, seen.join(', '))
        else assert.ok(seen.length > 0)
        for (const finding of outcome.findings) {
          assert.ok(wanted.classes.includes(finding.class), seen.join(', '))
          assert.ok(named(wanted.operations).includes(finding.operation), seen.join(', '))
          assert.equal(finding.proof.repeated.succeeded, finding.proof.repeated.of)
        }
      })
    }

    test('without flaws there is nothing to find, and nearly all is tried', async () => {
      const { outcome } = await proveExample(example, { flaws: [] })
      assert.deepEqual(
        outcome.findings.map((finding) => finding.title),
        [],
      )
      const open = outcome.cells.filter((cell) => cell.verdict === 'not-reached')
      assert.ok(open.length <= unreached, `${open.length} of ${outcome.cells.length} attempts were not reached`)
    })
  })
}
