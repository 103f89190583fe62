import type { Expression } from '../cel/parse-cel.ts'
import { isCelError } from '../cel/value.ts'
import type { Charter, Use } from '../charter/charter.ts'
import type { ClassId } from './class.ts'
import type { Context } from './context.ts'
import type { Kind, Need, Shortfall } from './kind.ts'
import { slotType } from './slot.ts'

const broken: Shortfall = { outcome: 'broken', detail: 'it does not' }

/** A rule over the request, the objects and the caller. */
export const when: Kind<'when'> = {
  compile: ({ rule, says }, site) => {
    const { plan } = site
    const evaluate = plan.compileRule(rule)
    const fails: Shortfall = says === undefined ? broken : { outcome: 'broken', detail: `\`${rule.source}\` is false` }
    return (context: Context) => {
      const result = evaluate(plan.viewOf(context))
      if (result === true) return undefined
      return result === false ? fails : noValue(rule, result)
    }
  },
  describe: ({ rule, says }) => says ?? `\`${rule.source}\` must hold`,
  needs: ({ rule }, use, charter) => readNeeds(rule, use, charter),
  classes: ({ rule }) => ruleClasses(rule),
}

/** Why an expression that had to give a value gave none that can be used. */
export function noValue(expression: Expression, result: unknown): Shortfall {
  const why = isCelError(result) ? result.message : 'it gives a value of another type'
  return { outcome: 'unknown', detail: `\`${expression.source}\` cannot be evaluated: ${why}` }
}

/** The objects an expression reads. */
export function readNeeds(expression: Expression, use: Use, charter: Charter): readonly Need[] {
  const slots = new Set(expression.reads.map(([root]) => (root === 'state' ? 'object' : root)))
  return [...slots].flatMap((slot): Need[] => {
    return slot === undefined || slotType(charter, use, slot) === undefined ? [] : [{ fact: 'object', slot }]
  })
}

/** Words in the names of arguments, and what it is called when they could be changed. */
const tamperings: readonly (readonly [RegExp, ClassId])[] = [
  [/^(recipients?|payee|beneficiary|iban|creditor|destination|to|target|email|address)$/, 'recipient-tampering'],
  [/^(currency|currencies)$/, 'currency-tampering'],
  [/^(quantity|qty|count|seats|units|nights|tickets)$/, 'quantity-tampering'],
  [/^(price|total|subtotal|discount|fee|fees|rate|cost)$/, 'price-tampering'],
  [/^(amount|sum|value|balance|cents|limit)$/, 'amount-tampering'],
]
/** Words in the names of anything a rule reads. */
const preconditions: readonly (readonly [RegExp, ClassId])[] = [
  [/^(paid|payment|settled|captured)$/, 'use-before-payment'],
  [/^(verified|verification|confirmed|kyc)$/, 'use-before-verification'],
  [/^trials?$/, 'trial-reuse'],
]
const argumentRoots: ReadonlySet<string> = new Set(['request', 'body', 'query', 'path', 'header'])

/** What breaking a rule is called, by the names of the arguments it reads, then by what it reads of the objects. */
function ruleClasses(rule: Expression): readonly ClassId[] {
  const given = wordsOf(rule.reads.filter(([root]) => root !== undefined && argumentRoots.has(root)))
  const tampered = tamperings.filter(([pattern]) => given.some((word) => pattern.test(word))).map(([, id]) => id)
  const read = wordsOf(rule.reads)
  const early = preconditions.filter(([pattern]) => read.some((word) => pattern.test(word))).map(([, id]) => id)
  return [...tampered, ...early, 'rule-broken']
}

/** The words of the last name of each path: `payeeAccount_id` is `payee`, `account`, `id`. */
function wordsOf(paths: readonly (readonly string[])[]): readonly string[] {
  return paths.flatMap((path) =>
    (path.at(-1) ?? '')
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z]+/),
  )
}
