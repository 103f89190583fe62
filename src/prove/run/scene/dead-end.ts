/** Beginnings of scenarios that came to nothing: what was refused twice from the same start is not sent a third time. */
import type { Scenario, Step } from '../../plan/scenario.ts'
import { keyOf } from '../same-play.ts'
import { Held, isGivenUp, Unreached } from '../unreached.ts'
import type { Play } from './play.ts'

/** What a run remembers of them. */
export interface DeadEnds {
  /** Nothing was sent to the target since it was put back to its beginning. */
  isPristine: boolean
  readonly known: Map<string, { times: number; readonly error: Unreached | Held }>
}

const enough = 2
/** Answers that may be others the next time. */
const passing: ReadonlySet<number> = new Set([401, 408, 425, 429])

/**
 * Makes the steps before the last. From a target that was put back to its beginning the same steps are refused again, so that those
 * which were before are not sent. Throws what the step threw.
 */
export async function setUpUnlessDead(play: Play, steps: readonly Step[]): Promise<void> {
  const { deadEnds, choosing } = play.lab
  const isTold = deadEnds.isPristine && play.things.size === 0 && choosing.passed.size === 0
  if (isTold) for (const [index, step] of steps.entries()) throwKnown(play, step, index)
  for (const [index, step] of steps.entries()) {
    try {
      await play.setUpStep(step)
    } catch (error) {
      if (isTold && isGivenUp(error) && isForGood(play)) note(play, index, error)
      throw error
    }
  }
}

function throwKnown({ lab, scenario }: Play, step: Step, index: number): void {
  const { known } = lab.deadEnds
  const dead = known.size === 0 ? undefined : known.get(beginningOf(scenario, index))
  if (dead === undefined || dead.times < enough) return
  const { error } = dead
  const here = error.mishap === undefined ? undefined : { ...error.mishap, step }
  throw error instanceof Held ? new Held(error.message, index, here) : new Unreached(error.message, here, error.others)
}

function note({ lab, scenario }: Play, index: number, error: Unreached | Held): void {
  const { known } = lab.deadEnds
  const key = beginningOf(scenario, index)
  known.set(key, { times: (known.get(key)?.times ?? 0) + 1, error })
}

/** Whether the last answer is one that the same request gets again. */
function isForGood({ sent }: Play): boolean {
  const status = sent.at(-1)?.exchange.response?.status
  return sent.length === 0 || (status !== undefined && status < 500 && !passing.has(status))
}

/** The steps up to one, who makes them and on what. */
function beginningOf({ cast, vars, steps }: Scenario, index: number): string {
  const begun = steps.slice(0, index + 1)
  const names = new Set(begun.flatMap((step) => [step.makes, step.object, ...Object.values(step.refs)]))
  const roles = new Set(begun.map((step) => step.as))
  const within = (record: Readonly<Record<string, unknown>>, keys: ReadonlySet<string | undefined>) =>
    Object.entries(record).filter(([name]) => keys.has(name))
  return keyOf([begun, within(vars, names), within(cast, roles)])
}
