import type { Constraint, OrderTemplate } from '../charter/charter.ts'
import { printDuration } from '../charter/duration.ts'
import { nameAmong } from '../charter/named.ts'
import type { ClassId } from './class.ts'
import { entryOf } from './context.ts'
import type { PastUse } from './facts.ts'
import type { Kind, Shortfall } from './kind.ts'
import { counted, perWords } from './words.ts'

type Order = Extract<Constraint, { kind: 'order' }>

const unknown: Shortfall = { outcome: 'unknown', detail: 'earlier calls are not known' }

/** Order between operations or moves, with the meaning of the DECLARE template as far as the past settles it. */
export const order: Kind<'order'> = {
  compile: (constraint) => {
    const { id, withinMs } = constraint
    return (context) => {
      const history = entryOf(context.facts.history, id)
      if (history === undefined) return unknown
      const since = withinMs === undefined ? undefined : context.call.at - withinMs
      const past = since === undefined ? history : history.filter((each) => each.at > since)
      const detail = violation(constraint, past, nameAmong(constraint.operations, context.use))
      return detail === undefined ? undefined : { outcome: 'broken', detail }
    }
  },
  describe: (constraint) => constraint.says ?? describeOrder(constraint),
  needs: ({ template }) => (template === 'response' ? [] : [{ fact: 'history' }]),
  classes: ({ template, operations }) => classesOf(template, operations),
}

/** What is wrong with what the rule calls `operation` coming after `past`; undefined for nothing. */
function violation(
  { template, operations, moreThan }: Order,
  past: readonly PastUse[],
  operation: string | undefined,
): string | undefined {
  const [first, second] = operations
  const last = (id: string | undefined): number => past.findLastIndex((each) => each.operation === id)
  switch (template) {
    case 'response':
      return undefined
    case 'absence':
      return past.filter((each) => each.operation === first).length < moreThan
        ? undefined
        : `${first} was made as often as it may be`
    case 'not-co-existence': {
      const other = operation === first ? second : first
      return last(other) < 0 ? undefined : `${other} was made`
    }
    case 'not-succession':
      return operation !== second || last(first) < 0 ? undefined : `${first} was made before`
    case 'chain-precedence':
      return operation !== second || past.at(-1)?.operation === first
        ? undefined
        : `the call before it was not ${first}`
    case 'alternate-precedence':
      return operation !== second || last(first) > last(second)
        ? undefined
        : `${first} was not made since the last time`
    case 'precedence':
    case 'succession':
      return operation !== second || last(first) >= 0 ? undefined : `${first} was not made`
  }
}

function describeOrder({ template, operations, per, withinMs, moreThan }: Order): string {
  const [first, second = first] = operations
  const scope = `${perWords(per)}${withinMs === undefined ? '' : ` within ${printDuration(withinMs)}`}`
  const sentences: Record<OrderTemplate, string> = {
    precedence: `${second} only after ${first}, ${scope}`,
    'alternate-precedence': `${second} only after ${first}, once for every ${first}, ${scope}`,
    'chain-precedence': `${second} only directly after ${first}, ${scope}`,
    response: `${first} must be followed by ${second}, ${scope}`,
    succession: `${second} only after ${first}, and ${first} must be followed by it, ${scope}`,
    'not-succession': `${second} never after ${first}, ${scope}`,
    'not-co-existence': `${first} or ${second}, never both, ${scope}`,
    absence: moreThan === 0 ? `${first} never, ${scope}` : `${first} at most ${counted(moreThan, 'time')}, ${scope}`,
  }
  return sentences[template]
}

function classesOf(template: OrderTemplate, operations: readonly string[]): readonly ClassId[] {
  switch (template) {
    case 'absence':
      return ['step-repeated', 'trial-reuse', 'automation']
    case 'alternate-precedence':
      return ['step-repeated', 'replay', 'step-skipped']
    case 'not-succession':
      return ['use-after-end', 'steps-reordered']
    case 'not-co-existence':
      return ['rule-broken', 'steps-reordered']
    default: {
      const first = operations[0] ?? ''
      const named: ClassId[] = /verif|confirm/i.test(first)
        ? ['use-before-verification']
        : /pay|charge|capture/i.test(first)
          ? ['use-before-payment']
          : []
      return [...named, 'step-skipped', 'steps-reordered', 'direct-call']
    }
  }
}
