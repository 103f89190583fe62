/** Demands that say the same of a call: where one cannot be broken alone, which others have to break with it. */
import type { Constraint, ConstraintId, Use } from '../../../charter/charter.ts'
import type { Mishap } from '../../plan/lore.ts'
import { type Attempt, type Problem, solve } from '../../plan/solve.ts'
import { judge, type Lab, type Seen } from '../lab.ts'

/** Whoever may not call at all, or calls in a wrong state, is refused for that, whatever else is wrong. */
const standBefore: ReadonlySet<Constraint['kind']> = new Set(['by', 'from', 'there'])

/**
 * The fewest others found to break with the target of a problem that no arguments break alone.
 *
 * Nothing where they do not help either, cannot be evaluated, or refuse whatever the target says.
 */
export function togetherWith(
  lab: Lab,
  use: Use,
  seen: Seen,
  { problem, best }: { readonly problem: Problem; readonly best: Attempt },
): Pick<Mishap, 'together'> {
  const { target, tolerated } = problem
  if (target === undefined) return {}
  const early = forNobodyYet(lab, use, seen)
  const free = use.constraints.flatMap(({ id, kind }) =>
    (standBefore.has(kind) && !early.includes(id)) || id === target ? [] : [id],
  )
  const loose = { ...problem, tolerated: new Set([...tolerated, ...free]) }
  const found = best.broken.includes(target) ? best : solve(loose)
  const against = judge(lab, use, seen, found.request).filter(({ constraint }) => !tolerated.has(constraint))
  const isBroken = against.some(({ constraint, outcome }) => constraint === target && outcome !== 'unknown')
  const others = against.filter(({ constraint }) => constraint !== target)
  const areFree = others.every(({ constraint, outcome }) => outcome !== 'unknown' && free.includes(constraint))
  if (!isBroken || !areFree || others.length === 0 || found.unmet > 0) return {}
  return { together: [...new Set(others.map(({ constraint }) => constraint))] }
}

/** Demands over who calls that only lack that anybody is named in the object yet, as whoever it is to be assigned to: nobody could meet them in its state. */
function forNobodyYet(lab: Lab, use: Use, seen: Seen): readonly ConstraintId[] {
  const { object } = seen.objects
  const { id } = seen.call.principal
  const parties = Object.entries(object?.parties ?? {})
  const empty = parties.filter(([, who]) => who.length === 0)
  if (object === undefined || object === null || id === undefined || empty.length === 0) return []
  const named = { ...object, parties: { ...object.parties, ...Object.fromEntries(empty.map(([at]) => [at, [id]])) } }
  const objects = { ...seen.objects, object: named }
  const asNamed = judge(lab, use, { ...seen, objects, facts: { ...seen.facts, objects } })
  return use.constraints.flatMap((each) =>
    each.kind === 'by' && each.slot === 'object' && asNamed.every(({ constraint }) => constraint !== each.id)
      ? [each.id]
      : [],
  )
}
