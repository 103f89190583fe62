import type { ConstraintId, UseId } from '../../charter/charter.ts'
import { groupBy } from '../../charter/group-by.ts'
import type { Cell, Outcome, Verdict } from '../finding.ts'
import { adviceFor, mootWords } from './advice.ts'

/** What became of one constraint of one use, over all the ways it was tried. */
export interface ConstraintCoverage {
  readonly use: UseId
  readonly operation: string
  readonly constraint: ConstraintId
  /** `proven` when one cell is, else `held` when one is, else `not-reached`. */
  readonly verdict: Verdict
  readonly cells: readonly Cell[]
}

/** Not reached cells that share a reason, or reasons about which the same is to be done. */
export interface Reason {
  /** The reason that most of them have. */
  readonly why: string
  /** How many other reasons there are. */
  readonly others: number
  /** What to do about it; absent where there is nothing, or nothing is wrong. */
  readonly advice?: string
  readonly cells: readonly Cell[]
}

export interface Coverage {
  readonly constraints: readonly ConstraintCoverage[]
  readonly counts: Readonly<Record<Verdict, number>>
  /** The reason most cells share first; last those about which nobody can do anything. */
  readonly reasons: readonly Reason[]
}

/** What it means that a run has no finding: all it planned held, it ended before, or nothing could be tried at all. */
export type Silence = 'complete' | 'unfinished' | 'untried'

/** Tells how far a run without findings can be relied on. */
export function silenceOf({ cells, partial }: Pick<Outcome, 'cells' | 'partial'>): Silence {
  if (cells.every(({ verdict }) => verdict === 'not-reached')) return 'untried'
  return partial === undefined ? 'complete' : 'unfinished'
}

/** Sums up the matrix: a constraint is proven broken by one cell, held when tried without effect, else not reached. */
export function coverageOf({ cells }: Outcome): Coverage {
  const groups = groupBy(cells, ({ use, constraint }) => JSON.stringify([use, constraint]))
  const constraints = [...groups.values()].flatMap((group): ConstraintCoverage[] => {
    const [first] = group
    if (first === undefined) return []
    const { use, operation, constraint } = first
    return [{ use, operation, constraint, verdict: worst(group), cells: group }]
  })
  const count = (verdict: Verdict): number => constraints.filter((each) => each.verdict === verdict).length
  const missed = groupBy(
    cells.filter(({ verdict }) => verdict === 'not-reached'),
    ({ why }) => mootWords(why) ?? adviceFor(why) ?? why,
  )
  const reasons = [...missed.values()].flatMap(reasonOf)
  return {
    constraints,
    counts: { proven: count('proven'), held: count('held'), 'not-reached': count('not-reached') },
    reasons: reasons.toSorted(
      (left, right) =>
        Number(mootWords(left.why) !== undefined) - Number(mootWords(right.why) !== undefined) ||
        right.cells.length - left.cells.length,
    ),
  }
}

function reasonOf(cells: readonly Cell[]): Reason[] {
  const [most, ...others] = [...groupBy(cells, ({ why }) => why)].toSorted(
    ([, left], [, right]) => right.length - left.length,
  )
  if (most === undefined) return []
  const advice = mootWords(most[0]) ?? adviceFor(most[0])
  return [{ why: most[0], others: others.length, cells, ...(advice === undefined ? {} : { advice }) }]
}

function worst(cells: readonly Cell[]): Verdict {
  if (cells.some(({ verdict }) => verdict === 'proven')) return 'proven'
  return cells.some(({ verdict }) => verdict === 'held') ? 'held' : 'not-reached'
}
