import type { AbuseCase, Step } from '../plan/scenario.ts'
import type { Lab } from './lab.ts'
import { patient } from './look/at-rest.ts'
import { runTrial } from './tactic/tactic.ts'
import type { Control, Trial } from './trial.ts'
import { Unreached } from './unreached.ts'

/** Tries again on fresh objects, with time to tell the effect from what changes by itself; one that does not show every time is no finding. */
export async function repeatTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  times: number,
): Promise<{ succeeded: number; of: number }> {
  let succeeded = 0
  for (let count = 0; count < times; count++) {
    const trial = await attempt(patient(lab), abuse, control, new Set())
    if (trial?.effect === true) succeeded++
    else break
  }
  return { succeeded: succeeded + 1, of: times + 1 }
}

const reducible: ReadonlySet<string> = new Set([
  'as-other',
  'from-state',
  'sought',
  'arguments',
  'left-out',
  'made-up',
  'object-facts',
  'approval',
  'order',
  'same-person',
  'write-field',
  'read-field',
  'same-key',
  'revived',
])

/** Leaves out every setup step without which the effect still shows; the shortest transcript that does. */
export async function reduceTrial(lab: Lab, abuse: AbuseCase, control: Control, found: Trial): Promise<Trial> {
  if (!reducible.has(abuse.tactic.kind)) return found
  const skip = new Set<number>()
  let shortest = found
  for (let index = abuse.abuse.steps.length - 2; index >= 0; index--) {
    if (!droppable(abuse, index)) continue
    const trial = await attempt(lab, abuse, control, new Set([...skip, index]))
    if (trial?.effect !== true) continue
    skip.add(index)
    shortest = trial
  }
  return shortest
}

/** A step that makes an object somebody needs later stays. */
function droppable(abuse: AbuseCase, index: number): boolean {
  const made = abuse.abuse.steps[index]?.makes
  if (made === undefined) return true
  const later = abuse.abuse.steps.slice(index + 1)
  const isSaid = ({ value }: Step['extra'][number]) => 'saidBy' in value && value.saidBy === made
  return !later.some(
    (step) => step.object === made || Object.values(step.refs).includes(made) || step.extra.some(isSaid),
  )
}

async function attempt(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip: ReadonlySet<number>,
): Promise<Trial | undefined> {
  await lab.reset?.()
  try {
    return await runTrial(lab, abuse, control, { skip })
  } catch (error) {
    if (error instanceof Unreached) return undefined
    throw error
  }
}
