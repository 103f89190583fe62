/**
 * Every flaw this shop can be started with, by name: one check that is left out.
 *
 * `kind` is the class of abuse that becomes possible, `operations` are the `operationId`s whose check is missing, and
 * `effect` says in one sentence what an abuser gets. With no flaw switched on, none of these effects can be reached.
 */
export const flaws = {
  'ship-unpaid': {
    kind: 'skip',
    operations: ['shipOrder'],
    effect: 'An order is shipped that was never paid or packed.',
  },
  'pack-unpaid': {
    kind: 'skip',
    operations: ['packOrder'],
    effect: 'An order is packed, and then shipped, before it is paid.',
  },
  'deliver-unshipped': {
    kind: 'reorder',
    operations: ['deliverOrder'],
    effect: 'Delivery is recorded before the order was shipped.',
  },
  'return-undelivered': {
    kind: 'reorder',
    operations: ['requestReturn'],
    effect: 'A return is requested for goods that were not delivered.',
  },
  'return-unrequested': {
    kind: 'direct-call',
    operations: ['approveReturn'],
    effect: 'A return is approved that nobody requested.',
  },
  'cancel-shipped': {
    kind: 'forbidden-transition',
    operations: ['cancelOrder'],
    effect: 'An order is cancelled after it was shipped.',
  },
  'order-status-writable': {
    kind: 'direct-status-write',
    operations: ['updateOrder'],
    effect: 'The owner writes the status of the order.',
  },
  'pay-twice': {
    kind: 'repeat',
    operations: ['payOrder'],
    effect: 'An order that is paid already takes a second payment.',
  },
  'checkout-twice': {
    kind: 'repeat',
    operations: ['checkoutCart'],
    effect: 'One cart, and its coupon, becomes two orders.',
  },
  'hold-bought-twice': { kind: 'repeat', operations: ['buyHold'], effect: 'One hold is bought over and over.' },
  'refund-replayed': {
    kind: 'replay',
    operations: ['executeRefund'],
    effect: 'An executed refund is executed again and pays again.',
  },
  'gift-card-replayed': {
    kind: 'replay',
    operations: ['redeemGiftCard'],
    effect: 'A redeemed gift card is redeemed again.',
  },
  'idempotency-ignored': {
    kind: 'idempotency-missing',
    operations: ['paySubscription'],
    effect: 'A repeated request is charged again.',
  },
  'refund-unapproved': {
    kind: 'approval-none',
    operations: ['executeRefund'],
    effect: 'A large refund is executed without any approval.',
  },
  'refund-self-approved': {
    kind: 'approval-own',
    operations: ['approveRefund'],
    effect: 'A manager approves a refund of their own.',
  },
  'refund-changed': {
    kind: 'approval-changed',
    operations: ['updateRefund'],
    effect: 'The amount is raised after approval; approval stays.',
  },
  'return-self-approved': {
    kind: 'separation',
    operations: ['approveReturn'],
    effect: 'A clerk approves the return of their own purchase.',
  },
  'price-from-request': { kind: 'price-tampering', operations: ['putCartItem'], effect: 'The buyer names the price.' },
  'amount-unchecked': {
    kind: 'amount-tampering',
    operations: ['payOrder'],
    effect: 'An order counts as paid with less than its total.',
  },
  'currency-unchecked': {
    kind: 'currency',
    operations: ['payOrder'],
    effect: 'An order is paid in a cheaper currency.',
  },
  'quantity-negative': {
    kind: 'quantity',
    operations: ['putCartItem'],
    effect: 'Negative quantities lower the total.',
  },
  'quantity-huge': {
    kind: 'quantity',
    operations: ['putCartItem'],
    effect: 'One cart takes more than ten of a product.',
  },
  'coupon-reused': {
    kind: 'coupon-twice',
    operations: ['applyCoupon'],
    effect: 'A coupon is used by one customer on several orders.',
  },
  'coupon-stacked': {
    kind: 'coupon-stacking',
    operations: ['applyCoupon'],
    effect: 'Several coupons lower the price of one cart.',
  },
  'coupon-below-minimum': {
    kind: 'coupon-minimum',
    operations: ['applyCoupon'],
    effect: 'A coupon works below its minimum order value.',
  },
  'refund-split': {
    kind: 'splitting',
    operations: ['requestRefund', 'updateRefund'],
    effect: 'Several refunds together exceed what was paid.',
  },
  'stock-race': {
    kind: 'race',
    operations: ['checkoutCart'],
    effect: 'Simultaneous checkouts sell the last piece several times.',
  },
  'coupon-race': {
    kind: 'race',
    operations: ['applyCoupon'],
    effect: 'Simultaneous requests apply one coupon several times to one cart.',
  },
  'gift-card-race': {
    kind: 'race',
    operations: ['redeemGiftCard'],
    effect: 'Simultaneous requests credit one gift card several times.',
  },
  'refund-race': {
    kind: 'race',
    operations: ['executeRefund'],
    effect: 'Simultaneous requests pay one refund several times.',
  },
  'hold-unlimited': {
    kind: 'hoarding',
    operations: ['createHold'],
    effect: 'One customer holds more than five units.',
  },
  'premium-unpaid': {
    kind: 'use-before-payment',
    operations: ['getPremiumReport'],
    effect: 'The report is read without trial or payment.',
  },
  'premium-after-cancel': {
    kind: 'use-after-cancel',
    operations: ['getPremiumReport'],
    effect: 'The report is read after cancellation.',
  },
  'trial-again': {
    kind: 'trial-reuse',
    operations: ['startTrial'],
    effect: 'A customer takes the trial a second time.',
  },
  'checkout-unverified': {
    kind: 'use-before-verification',
    operations: ['checkoutCart', 'buyHold'],
    effect: 'An unverified customer orders.',
  },
  'verify-any-code': {
    kind: 'use-before-verification',
    operations: ['verifyEmail'],
    effect: 'Any code verifies an e-mail address.',
  },
  'order-readable': { kind: 'bola-read', operations: ['getOrder'], effect: 'Anyone signed in reads any order.' },
  'order-cancellable': {
    kind: 'bola-write',
    operations: ['cancelOrder'],
    effect: 'A customer cancels the order of another customer.',
  },
  'hold-releasable': {
    kind: 'bola-write',
    operations: ['releaseHold'],
    effect: 'A customer releases the hold of another customer.',
  },
  'cost-price-shown': {
    kind: 'bopla-read',
    operations: ['getProduct'],
    effect: 'Customers read what a product costs the shop.',
  },
  'role-at-registration': {
    kind: 'bopla-write',
    operations: ['registerCustomer'],
    effect: 'Whoever registers chooses their own role.',
  },
  'roles-open': { kind: 'bfla', operations: ['setUserRole'], effect: 'Anyone signed in changes the role of anyone.' },
  'product-edit-open': { kind: 'bfla', operations: ['updateProduct'], effect: 'Warehouse staff change prices.' },
  'ship-other-shop': {
    kind: 'cross-tenant',
    operations: ['shipOrder'],
    effect: 'Staff of one shop ship orders of the other.',
  },
  'refund-other-shop': {
    kind: 'cross-tenant',
    operations: ['requestRefund'],
    effect: 'Clerks of one shop request refunds in the other.',
  },
  'gift-code-sequential': {
    kind: 'weak-capability',
    operations: ['createGiftCard'],
    effect: 'The next gift card code can be guessed.',
  },
  'share-id-sequential': {
    kind: 'weak-capability',
    operations: ['shareOrder'],
    effect: 'The id of a shared order can be guessed.',
  },
  'invoices-unfiltered': {
    kind: 'list-leak',
    operations: ['listInvoices'],
    effect: 'Everyone lists the invoices of everyone.',
  },
} as const

/** The name of one flaw; what `start` and `FLAWS` take. */
export type FlawName = keyof typeof flaws

/** Tells whether a text names a flaw of this shop. */
export function isFlawName(name: string): name is FlawName {
  return Object.hasOwn(flaws, name)
}
