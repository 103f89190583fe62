import type { Expression } from '../../cel/parse-cel.ts'
import type { ObjectType, Use } from '../../charter/charter.ts'
import { leadsTo } from './graph.ts'

/** What states are called in which something has been paid. */
const paid = /(^|[-_ ])(paid|settled|captured)$/i

/** The class of finding that breaking `from` in a state is. */
export function classOfState(type: ObjectType, use: Use, state: string, wanted: readonly string[]): string {
  if (use.to.includes(state) || use.object?.type !== type.name) {
    if (use.object?.type === type.name) return 'step-repeated'
    if (!leadsTo(type, state, wanted)) return 'use-after-end'
    return wanted.some((each) => paid.test(each)) ? 'use-before-payment' : 'use-before-verification'
  }
  if (leadsTo(type, state, wanted)) return 'step-skipped'
  return type.final.includes(state) || !type.transitions.some((each) => each.from.includes(state))
    ? 'use-after-end'
    : 'forbidden-transition'
}

const words: readonly (readonly [RegExp, string])[] = [
  [/currency/i, 'currency-tampering'],
  [/recipient|payee|beneficiary|iban|destination|^to$/i, 'recipient-tampering'],
  [/price|discount|percent/i, 'price-tampering'],
  [/quantit|qty|^count$|units/i, 'quantity-tampering'],
  [/amount|total|sum|money|credit|refund|fee/i, 'amount-tampering'],
]

/** The class of finding that breaking a rule is, by what of the request it reads. */
export function classOfRule(rule: Expression): string {
  const reads = rule.reads.filter(([root]) => ['request', 'body', 'query', 'path', 'header'].includes(root ?? ''))
  for (const [pattern, found] of words)
    if (reads.some((path) => path.slice(1).some((part) => pattern.test(part)))) return found
  return 'rule-broken'
}
