import type { Constraint } from '../../charter/charter.ts'
import { byChoices, byCover, byNumber, bySet, type Direction, reversed, together } from './change.ts'
import { plainText } from './plain.ts'
import { byRule, numberIn } from './rule.ts'

type Of<K extends Constraint['kind']> = Extract<Constraint, { kind: K }>

/** Which way a demand changed; undefined when it demands the same. Pure. */
export function directionOf(before: Constraint, after: Constraint): Direction | undefined {
  if (plainText(before) === plainText(after)) return undefined
  if (before.kind === 'by' && after.kind === 'by' && before.slot === after.slot)
    return byChoices(before.choices, after.choices)
  if (before.kind === 'from' && after.kind === 'from' && sameBut(found(before), found(after), ['states']))
    return bySet(before.states, after.states)
  if (before.kind === 'when' && after.kind === 'when') return byRule(before.rule, after.rule)
  if (before.kind === 'limit' && after.kind === 'limit') return limitDirection(before, after)
  if (before.kind === 'rate' && after.kind === 'rate') return rateDirection(before, after)
  if (isField(before) && isField(after) && before.kind === after.kind && sameBut(before, after, ['choices']))
    return byChoices(before.choices, after.choices)
  return 'other'
}

/** In which of several states an object is meant first is the states that are demanded, once more. */
function found(constraint: Of<'from'>): Of<'from'> {
  return constraint.where === undefined ? constraint : { ...constraint, where: { ...constraint.where, states: [] } }
}

function isField(constraint: Constraint): constraint is Of<'set-by'> | Of<'seen-by'> {
  return constraint.kind === 'set-by' || constraint.kind === 'seen-by'
}

function limitDirection(before: Of<'limit'>, after: Of<'limit'>): Direction {
  const numbers = [numberIn(before.atMost), numberIn(after.atMost)] as const
  const most =
    plainText(before.atMost) === plainText(after.atMost)
      ? undefined
      : numbers[0] === undefined || numbers[1] === undefined
        ? 'other'
        : byNumber(numbers[0], numbers[1])
  const parts = [
    most,
    // Counted longer, of more operations, or in more states: less room.
    reversed(byNumber(before.withinMs ?? Number.POSITIVE_INFINITY, after.withinMs ?? Number.POSITIVE_INFINITY)),
    reversed(bySet(before.operations, after.operations)),
    reversed(byStates(before.while, after.while)),
    sameBut(before, after, ['atMost', 'withinMs', 'operations', 'while']) ? undefined : 'other',
  ] as const
  return together(parts) ?? 'other'
}

function rateDirection(before: Of<'rate'>, after: Of<'rate'>): Direction {
  const parts = [
    byNumber(before.atMost, after.atMost),
    reversed(byNumber(before.withinMs, after.withinMs)),
    reversed(bySet(before.operations, after.operations)),
    sameBut(before, after, ['atMost', 'withinMs', 'operations']) ? undefined : 'other',
  ] as const
  return together(parts) ?? 'other'
}

/** No states: every state. */
function byStates(before: readonly string[] | undefined, after: readonly string[] | undefined): Direction | undefined {
  if (before !== undefined && after !== undefined) return bySet(before, after)
  return byCover(after === undefined, before === undefined)
}

function sameBut(before: object, after: object, names: readonly string[]): boolean {
  const rest = (part: object): unknown =>
    Object.fromEntries(Object.entries(part).filter(([name]) => !names.includes(name)))
  return plainText(rest(before)) === plainText(rest(after))
}
