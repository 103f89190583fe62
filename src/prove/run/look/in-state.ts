/** Whether a case about a state was tried in that state. */
import type { AbuseCase } from '../../plan/scenario.ts'
import { judgedFact } from '../scene/thing.ts'
import type { Scene } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { varOf } from './due-state.ts'

/**
 * Why a refusal says nothing of the state that a case is about: the object was seen in another one, as where a move leads here or
 * there. Undefined where it is as it should be, or nobody sees states.
 */
export async function otherState(
  { play, step }: Scene,
  { constraint, tactic }: AbuseCase,
): Promise<Unreached | undefined> {
  if (tactic.kind !== 'from-state' && tactic.kind !== 'leads') return undefined
  const demand = play.use(step).constraints.find((each) => each.id === constraint)
  const name = await varOf({ play, step }, tactic.kind === 'leads' ? 'object' : tactic.slot, demand)
  const thing = play.things.get(name ?? '')
  const state = thing === undefined ? undefined : judgedFact(thing)?.state
  if (name === undefined || thing === undefined || state === undefined || state === tactic.state) return undefined
  const mishap = { ...play.mishapAt(step, []), wanted: { name, states: [tactic.state] } }
  return new Unreached(`the ${thing.type.name} is ${state}, not ${tactic.state}`, mishap)
}
