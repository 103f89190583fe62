/** Calls that were accepted and show nothing where they act: what the rightful call changes around that is looked at as well. */
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { type Control, type Trial, widerControl } from '../trial.ts'
import { isGivenUp } from '../unreached.ts'

/** Controls with looks around, by those without; undefined where nothing around changes. */
const wider = new WeakMap<Control, Control | undefined>()

/**
 * Tries a case; what was accepted without any effect is tried again with looks at everything that the rightful call, played once more for
 * that, was seen to change around its object.
 */
export async function lookingAround(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  attempt: (control: Control) => Promise<Trial>,
): Promise<Trial> {
  // A field is written where it is, or nowhere.
  if (abuse.tactic.kind === 'write-field') return attempt(control)
  const known = wider.get(control)
  if (known !== undefined) return attempt(known)
  const trial = await attempt(control)
  const operation = lab.charter.operations.get(useById(lab.charter, abuse.use)?.operation ?? '')
  if (trial.effect || trial.accepted !== true || operation?.writes === false || control.declared === true) return trial
  const wide = await widerOf(lab, abuse, control)
  if (wide === undefined) return trial
  await lab.reset?.()
  const again = await attempt(wide)
  return again.effect || again.accepted === true ? again : trial
}

async function widerOf(lab: Lab, abuse: AbuseCase, control: Control): Promise<Control | undefined> {
  if (wider.has(control)) return wider.get(control)
  wider.set(control, undefined)
  try {
    const found = await widerControl(lab, abuse.control)
    wider.set(control, found)
    return found
  } catch (error) {
    if (isGivenUp(error)) return undefined
    throw error
  }
}
