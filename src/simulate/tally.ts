/** What replaying came to: how many calls, of which operation, went which way and why. */
import type { OperationId } from '../charter/charter.ts'
import type { Direction } from './diff/change.ts'
import { directionBetween } from './diff/sample.ts'
import type { Judgement } from './judge.ts'
import type { Untold, Verdict } from './replay.ts'

/** Calls that would be decided differently for the same reasons. */
export interface Shift {
  readonly direction: Direction
  readonly operation: OperationId
  readonly before: Judgement['effect']
  readonly after: Judgement['effect']
  /** Of the new decision when it is tighter, of the recorded one when it is looser. */
  readonly reasons: readonly { readonly constraint: string; readonly says: string }[]
  readonly count: number
  readonly examples: readonly Example[]
}

/** One such call; the entry of the ledger has all of it. */
export interface Example {
  readonly call: string
  readonly at: string
  readonly principal?: string
  readonly request: unknown
}

/** All of it. `decided` is `same` and the counts of all shifts together; what cannot be told is in neither. */
export interface Tally {
  readonly recorded: number
  readonly decided: number
  readonly same: number
  readonly shifts: readonly Shift[]
  readonly untold: Readonly<Partial<Record<Untold, number>>>
}

const mostExamples = 3

/** Adds up verdicts. */
export async function tally(verdicts: AsyncIterable<Verdict>): Promise<Tally> {
  const shifts = new Map<string, Shift>()
  const untold: Partial<Record<Untold, number>> = {}
  let [recorded, same, moved] = [0, 0, 0]
  for await (const verdict of verdicts) {
    recorded += 1
    if (verdict.untold !== undefined) untold[verdict.untold] = (untold[verdict.untold] ?? 0) + 1
    else if (isSame(verdict)) same += 1
    else {
      moved += 1
      add(shifts, verdict)
    }
  }
  const all = [...shifts.values()].toSorted((left, right) => right.count - left.count)
  return { recorded, decided: same + moved, same, shifts: all, untold }
}

/** What a decision comes to. */
interface Going {
  readonly effect: Judgement['effect']
  readonly obligations: readonly string[]
}

const passing: Going = { effect: 'allow', obligations: [] }

/** Then and now. Where one of the charters only observes the operation its calls pass; where both do, what they would say counts. */
function goingsOf({ recorded, after, mode }: Verdict): readonly [before: Going, after: Going] {
  const then: Going = recorded
  const now: Going = { effect: after.effect, obligations: after.decision.obligations.map(({ kind }) => kind) }
  if (recorded.mode === mode) return [then, now]
  return mode === 'observe' ? [then, passing] : [passing, now]
}

function isSame(verdict: Verdict): boolean {
  const [before, after] = goingsOf(verdict)
  return before.effect === after.effect && before.obligations.toSorted().join() === after.obligations.toSorted().join()
}

function add(shifts: Map<string, Shift>, verdict: Verdict): void {
  const { recorded, after } = verdict
  const [then, now] = goingsOf(verdict)
  const direction = directionBetween(then.effect, now.effect)
  const told = direction === 'looser' ? recorded.reasons : after.decision.reasons
  const reasons = told.map(({ constraint, says }) => ({ constraint, says: says ?? constraint }))
  const key = [recorded.operation, then.effect, now.effect, ...reasons.map((each) => each.constraint)].join(' ')
  const known = shifts.get(key)
  const example: Example = {
    call: recorded.call,
    at: new Date(recorded.at).toISOString(),
    ...(recorded.principal === undefined ? {} : { principal: recorded.principal }),
    request: 'request' in recorded.content ? recorded.content.request : null,
  }
  shifts.set(key, {
    direction,
    operation: recorded.operation,
    before: then.effect,
    after: now.effect,
    reasons,
    count: (known?.count ?? 0) + 1,
    examples: [...(known?.examples ?? []), example].slice(0, mostExamples),
  })
}
