/** Demands that say the same of a call: where one cannot be broken alone, which others have to break with it. */
import type { Constraint, Use } from '../../../charter/charter.ts'
import type { Mishap } from '../../plan/lore.ts'
import { type Attempt, type Problem, solve } from '../../plan/solve.ts'
import { judge, type Lab, type Seen } from '../lab.ts'

/** Whoever may not call at all, or calls in a wrong state, is refused for that, whatever else is wrong. */
const standBefore: ReadonlySet<Constraint['kind']> = new Set(['by', 'from'])

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
  const free = use.constraints.flatMap(({ id, kind }) => (standBefore.has(kind) || id === target ? [] : [id]))
  const loose = { ...problem, tolerated: new Set([...tolerated, ...free]) }
  const found = best.broken.includes(target) ? best : solve(loose)
  const against = judge(lab, use, seen, found.request).filter(({ constraint }) => !tolerated.has(constraint))
  const isBroken = against.some(({ constraint, outcome }) => constraint === target && outcome !== 'unknown')
  const others = against.filter(({ constraint }) => constraint !== target)
  const areFree = others.every(({ constraint, outcome }) => outcome !== 'unknown' && free.includes(constraint))
  if (!isBroken || !areFree || others.length === 0 || found.unmet > 0) return {}
  return { together: [...new Set(others.map(({ constraint }) => constraint))] }
}
