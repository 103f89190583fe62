import type { FlawName } from './flaws.ts'

/** What a proof must say of a flaw: one finding, at one of these operations, of one of these classes. */
export interface Proven {
  readonly operations: readonly string[]
  readonly classes: readonly string[]
  /** Operations that must be proven before, so that there is something to work with. */
  readonly after?: readonly string[]
  /** One finding for each of several operations that share the missing check. */
  readonly each?: true
}

/** A flaw that is not proven yet, and why. */
export interface Missed {
  readonly missed: string
}

/** What is proven of every flaw of this example. */
export const EXPECTED: Readonly<Record<FlawName, Proven | Missed>> = {
  'ship-unpaid': { operations: ['shipOrder'], classes: ['step-skipped', 'use-before-verification', 'rule-broken'] },
  'pack-unpaid': { operations: ['packOrder'], classes: ['step-skipped', 'use-before-verification', 'rule-broken'] },
  'deliver-unshipped': { operations: ['deliverOrder'], classes: ['steps-reordered', 'step-skipped'] },
  'return-undelivered': { operations: ['requestReturn'], classes: ['steps-reordered', 'step-skipped'] },
  'return-unrequested': { operations: ['approveReturn'], classes: ['direct-call', 'step-skipped'] },
  'cancel-shipped': {
    operations: ['cancelOrder'],
    classes: ['forbidden-transition', 'use-after-end', 'step-skipped', 'use-before-verification'],
  },
  'order-status-writable': { operations: ['updateOrder'], classes: ['direct-status-write'] },
  'pay-twice': { operations: ['payOrder'], classes: ['step-repeated', 'use-after-end'] },
  'checkout-twice': { operations: ['checkoutCart'], classes: ['step-repeated', 'use-after-end'] },
  'hold-bought-twice': { operations: ['buyHold'], classes: ['step-repeated', 'use-after-end'] },
  'refund-replayed': {
    operations: ['executeRefund'],
    classes: ['replay', 'step-repeated', 'use-after-end', 'forbidden-transition'],
    after: ['payOrder'],
  },
  'gift-card-replayed': {
    operations: ['redeemGiftCard'],
    classes: ['replay', 'step-repeated', 'use-after-end', 'forbidden-transition'],
  },
  'idempotency-ignored': { operations: ['paySubscription'], classes: ['idempotency-missing'] },
  'refund-unapproved': { operations: ['executeRefund'], classes: ['approval-missing'], after: ['payOrder'] },
  'refund-self-approved': {
    operations: ['approveRefund'],
    classes: ['approval-own', 'separation-of-duties'],
    after: ['payOrder'],
  },
  'refund-changed': { missed: 'whoever requested a refund is found only after it was requested' },
  'return-self-approved': { operations: ['approveReturn'], classes: ['separation-of-duties'] },
  'price-from-request': { operations: ['putCartItem'], classes: ['price-tampering', 'bopla-write'] },
  'amount-unchecked': { operations: ['payOrder'], classes: ['amount-tampering', 'bopla-write', 'limit-split'] },
  'currency-unchecked': { operations: ['payOrder'], classes: ['currency-tampering'] },
  'quantity-negative': { operations: ['putCartItem'], classes: ['quantity-tampering'] },
  'quantity-huge': { operations: ['putCartItem'], classes: ['quantity-tampering'] },
  'coupon-reused': {
    missed: 'that an order closes its cart cannot be said, so a second cart of the same customer is not reached',
  },
  'coupon-stacked': { operations: ['applyCoupon'], classes: ['limit-split'] },
  'coupon-below-minimum': { operations: ['applyCoupon'], classes: ['rule-broken'] },
  'refund-split': {
    operations: ['requestRefund', 'updateRefund'],
    classes: ['limit-split'],
    after: ['payOrder'],
    each: true,
  },
  'stock-race': { operations: ['checkoutCart'], classes: ['race'] },
  'coupon-race': { operations: ['applyCoupon'], classes: ['race'] },
  'gift-card-race': { operations: ['redeemGiftCard'], classes: ['race'] },
  'refund-race': { operations: ['executeRefund'], classes: ['race'], after: ['payOrder'] },
  'hold-unlimited': { operations: ['createHold'], classes: ['hoarding', 'limit-split'] },
  'premium-unpaid': { operations: ['getPremiumReport'], classes: ['use-before-payment', 'step-skipped'] },
  'premium-after-cancel': { operations: ['getPremiumReport'], classes: ['use-after-end', 'step-skipped'] },
  'trial-again': { operations: ['startTrial'], classes: ['trial-reuse', 'rule-broken'] },
  'checkout-unverified': {
    operations: ['checkoutCart', 'buyHold'],
    classes: ['use-before-verification', 'use-after-end', 'rule-broken'],
    each: true,
  },
  'verify-any-code': {
    operations: ['verifyEmail'],
    classes: ['use-before-verification', 'use-after-end', 'rule-broken'],
  },
  'order-readable': { operations: ['getOrder'], classes: ['bola-read'] },
  'order-cancellable': { operations: ['cancelOrder'], classes: ['bola-write'] },
  'hold-releasable': { operations: ['releaseHold'], classes: ['bola-write'] },
  'cost-price-shown': { operations: ['getProduct'], classes: ['bopla-read'] },
  'role-at-registration': { missed: 'nobody but the new customer could look at its role' },
  'roles-open': { operations: ['setUserRole'], classes: ['bfla', 'unauthenticated'] },
  'product-edit-open': { operations: ['updateProduct'], classes: ['bfla', 'unauthenticated'] },
  'ship-other-shop': { operations: ['shipOrder'], classes: ['cross-tenant', 'bola-read'] },
  'refund-other-shop': { operations: ['requestRefund'], classes: ['cross-tenant', 'bola-read'], after: ['payOrder'] },
  'gift-code-sequential': { operations: ['createGiftCard'], classes: ['weak-capability'] },
  'share-id-sequential': { operations: ['shareOrder'], classes: ['weak-capability'] },
  'invoices-unfiltered': { missed: 'who may see an invoice is said nowhere: no operation reads one' },
}
