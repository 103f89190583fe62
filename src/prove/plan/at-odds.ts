/** Moves that cannot be made of an object that is what it is wished to be. */
import { literalsIn } from '../../cel/traverse.ts'
import { IS } from '../../cel/value.ts'
import type { Charter, Slot, UseId } from '../../charter/charter.ts'
import { type Demanded, rulesOn, slotVar } from './demanded.ts'
import { useById } from './graph.ts'
import type { Scenario, Wish } from './scenario.ts'

/** The moves on the way to the act whose rules never hold together with what is wished of their objects. */
export function unfitMoves(charter: Charter, scenario: Scenario, wished: readonly Demanded[]): ReadonlySet<UseId> {
  const unfit = scenario.steps.slice(0, -1).filter((step) => {
    const use = useById(charter, step.use)
    return (
      use?.creates === false &&
      rulesOn(charter, use).some((rule) => {
        const name = slotVar(charter, scenario, step, rule.slot)
        return wished.some((each) => each.name === name && excludes(each.wish, rule))
      })
    )
  })
  return new Set(unfit.map((step) => step.use))
}

/** Whether two wishes on the same member of an object never come true together, tried with values around what both compare with. */
function excludes(left: Wish, right: Wish): boolean {
  const [one, other] = [memberOf(left), memberOf(right)]
  if (one === undefined || one.join('.') !== other?.join('.')) return false
  const values = [left, right].flatMap(({ rule }) => literalsIn(rule.ast)).flatMap(valuesAround)
  const holding = (wish: Wish): Set<unknown> =>
    new Set(values.filter((value) => (wish.rule.evaluate(scopeWith(wish.slot, one, value)) === true) === wish.want))
  const [first, second] = [holding(left), holding(right)]
  return first.size > 0 && second.size > 0 && ![...first].some((value) => second.has(value))
}

/** The one member a wish reads, below the name of its object. */
function memberOf({ rule, slot }: Wish): readonly string[] | undefined {
  const [read, ...others] = rule.reads
  return read?.[0] === slot && read.length > 1 && others.length === 0 ? read.slice(1) : undefined
}

function scopeWith(slot: Slot, member: readonly string[], value: unknown): Record<string, unknown> {
  return { [slot]: member.reduceRight<unknown>((inner, token) => ({ [token]: inner }), value) }
}

function valuesAround(value: unknown): unknown[] {
  const number = IS.number(value) ? Number(value) : undefined
  if (number !== undefined) return [number - 1, number, number + 1]
  return typeof value === 'string' ? [value, `${value}-other`] : [true, false]
}
