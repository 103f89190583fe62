import { isFlawName as isBankFlaw } from './bank-payments/flaws.ts'
import { type BankOptions, start as startBank } from './bank-payments/start.ts'
import { type Example, loadExample } from './shared/prove.ts'
import { isFlawName as isShopFlaw } from './shop-orders/flaws.ts'
import { start as startShop } from './shop-orders/start.ts'

/** The bank, ready to be started with flaws by name; names it does not know are left out. */
export function loadBank(options: Pick<BankOptions, 'named'> = {}): Promise<Example> {
  const start: Example['start'] = (flaws) => startBank({ flaws: flaws.filter(isBankFlaw), testHooks: true, ...options })
  return loadExample('bank-payments', start)
}

/** The shop, likewise. */
export function loadShop(): Promise<Example> {
  return loadExample('shop-orders', (flaws) => startShop({ flaws: flaws.filter(isShopFlaw), testHooks: true }))
}
