/** Another object than the planned one, where the rules over a call leave no other. */
import { keyIn } from '../../../constraint/context.ts'
import type { Step } from '../../plan/scenario.ts'
import { type Attempt, type Problem, solve } from '../../plan/solve.ts'
import { type Occasion, problemOf } from './arguments.ts'
import type { Manner, Play } from './play.ts'

/**
 * Puts the object that a step must name in place of the one it was planned for, as where a rule says that a key opens one thing only
 * (`path.orderId == claims.order`). False where arguments would do no better, or nobody can look at that object.
 */
export async function namedInstead(
  play: Play,
  step: Step,
  occasion: Occasion,
  { problem, manner, best }: { readonly problem: Problem; readonly manner: Manner; readonly best: Attempt },
): Promise<boolean> {
  const { use, seen } = occasion
  if (best.distance < 1 || step.object === undefined || use.object?.key.from !== 'request') return false
  const { request, distance } = solve({
    ...problem,
    judge: problemOf({ ...occasion, anyObject: true }, problem.start, manner).judge,
  })
  const key = keyIn(use.object.key, { ...seen.call, request }, undefined)
  if (distance >= 1 || key === undefined || key === (await play.thing(step.object)).key) return false
  const thing = await play.byKey(use.object.type, key)
  if (thing?.fact === undefined) return false
  play.things.set(step.object, thing)
  return true
}
