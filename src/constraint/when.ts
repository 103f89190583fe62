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
    site.plan.add(rule)
    const fails: Shortfall = says === undefined ? broken : { outcome: 'broken', detail: `\`${rule.source}\` is false` }
    return (context: Context) => {
      const result = rule.evaluate(site.plan.scopeOf(context))
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

const tamperings: readonly (readonly [RegExp, ClassId])[] = [
  [/recipient|payee|beneficiary|iban|creditor|destination|(^|_)to($|_|account)|email|address/i, 'recipient-tampering'],
  [/currency/i, 'currency-tampering'],
  [/quantity|qty|count|seats|units/i, 'quantity-tampering'],
  [/price|total|discount|fee|rate/i, 'price-tampering'],
  [/amount|sum|value|balance|cents/i, 'amount-tampering'],
  [/paid|payment|settled/i, 'use-before-payment'],
  [/verified|confirmed|verification/i, 'use-before-verification'],
  [/trial/i, 'trial-reuse'],
]

/** What breaking a rule is called, by the names of the arguments it reads, then by what else it reads. */
function ruleClasses(rule: Expression): readonly ClassId[] {
  const names = (roots: readonly string[]): string[] =>
    rule.reads.filter(([root]) => root !== undefined && roots.includes(root)).map((path) => path.at(-1) ?? '')
  const tampered = names(['request', 'body', 'query', 'path', 'header'])
  const words = tampered.length > 0 ? tampered : rule.reads.map((path) => path.at(-1) ?? '')
  const found = tamperings.filter(([pattern]) => words.some((word) => pattern.test(word))).map(([, id]) => id)
  return [...found, 'rule-broken']
}
