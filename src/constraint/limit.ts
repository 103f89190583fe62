import { addNumbers, compareNumbers, formatNumber } from '../cel/decimal.ts'
import { type CelNumber, isCelError } from '../cel/value.ts'
import type { Charter, Constraint, Use } from '../charter/charter.ts'
import { printDuration } from '../charter/duration.ts'
import { type Context, entryOf } from './context.ts'
import { countsNothing, isAmount, sumOf } from './count.ts'
import type { Kind, Need, Shortfall } from './kind.ts'
import { noValue, readNeeds } from './when.ts'
import { perWords } from './words.ts'

type Limit = Extract<Constraint, { kind: 'limit' }>

const unknown: Shortfall = { outcome: 'unknown', detail: 'what was used before is not known' }

/** A cumulative limit: the number of uses, or the sum of an amount over them. */
export const limit: Kind<'limit'> = {
  compile: (constraint, site) => {
    const { id, sum, atMost, per } = constraint
    const { plan } = site
    const mostOf = plan.compile(atMost)
    const amountOf = sum === undefined ? () => 1 : plan.compile(sum)
    const fresh = countsNothing(per, site.use)
    return (context) => {
      const used = fresh ? 0 : usedBefore(context, id, sum === undefined)
      if (used === undefined) return unknown
      const view = plan.viewOf(context)
      const amount = amountOf(view)
      if (!isAmount(amount)) return sum === undefined ? unknown : notANumber(sum.source, amount)
      if (isNegative(amount)) {
        return { outcome: 'broken', detail: `the amount ${print(amount)} is negative` }
      }
      const most = mostOf(view)
      return isAmount(most) ? exceeds(used, amount, most) : noValue(atMost, most)
    }
  },
  describe: (constraint) => constraint.says ?? describeLimit(constraint),
  needs: (constraint, use, charter) => limitNeeds(constraint, use, charter),
  classes: ({ while: states }) => [
    'limit-split',
    'race',
    ...(states === undefined ? [] : (['hoarding'] as const)),
    'amount-tampering',
  ],
}

function usedBefore(context: Context, id: string, calls: boolean): CelNumber | undefined {
  const counter = entryOf(context.facts.counters, id)
  if (counter === undefined) return undefined
  return calls ? counter.count : sumOf(counter)
}

/** An amount that is there but is no number is an attempt; one that cannot be read is not known. Both deny. */
function notANumber(source: string, amount: unknown): Shortfall {
  if (isCelError(amount) && amount.code !== 'no-overload')
    return { outcome: 'unknown', detail: `\`${source}\`: ${amount.message}` }
  return { outcome: 'broken', detail: `\`${source}\` is not a number` }
}

function isNegative(amount: CelNumber): boolean {
  const order = compareNumbers(amount, 0)
  return isCelError(order) || order < 0
}

function exceeds(used: CelNumber, amount: CelNumber, most: CelNumber): Shortfall | undefined {
  const total = addNumbers(used, amount)
  const order = isCelError(total) ? total : compareNumbers(total, most)
  if (isCelError(order) || isCelError(total)) return unknown
  return order <= 0
    ? undefined
    : { outcome: 'broken', detail: `${print(used)} used, ${print(amount)} more would pass ${print(most)}` }
}

function print(value: CelNumber): string {
  const text = formatNumber(value)
  return isCelError(text) ? 'a number' : text
}

function describeLimit({ sum, atMost, per, withinMs, while: states }: Limit): string {
  const what = sum === undefined ? 'the number of uses' : `the sum of \`${sum.source}\``
  const window = withinMs === undefined ? '' : ` within ${printDuration(withinMs)}`
  const held = states === undefined ? '' : `, counting those still ${states.join(' or ')}`
  return `${what} ${perWords(per)}${window} may not pass ${/^[\d.]+$/.test(atMost.source) ? atMost.source : `\`${atMost.source}\``}${held}`
}

function limitNeeds({ sum, atMost, per }: Limit, use: Use, charter: Charter): readonly Need[] {
  const counter: Need[] = countsNothing(per, use) ? [] : [{ fact: 'counter' }]
  return [...counter, ...readNeeds(atMost, use, charter), ...(sum === undefined ? [] : readNeeds(sum, use, charter))]
}
