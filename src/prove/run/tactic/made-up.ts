/** A rightful call that names nothing: in place of a key it says one of the same form that nothing has. */
import { textOf } from '../../../charter/object-fact.ts'
import { printReference } from '../../../charter/pointer.ts'
import { refOf } from '../../../constraint/slot.ts'
import { valueAt } from '../../../wire/place.ts'
import { placeKey } from '../../plan/argument.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { unheardOf } from '../look/observe.ts'
import { type Control, setScene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { lastStep } from './last-step.ts'

/** Throws `Unreached` where the rightful call says no key, or somebody is shown something under the other one. */
export async function madeUpTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const { play, step } = scene
  const use = play.use(step)
  const slot = abuse.tactic.kind === 'made-up' ? abuse.tactic.slot : ''
  const ref = refOf(use, slot)
  const { best } = await play.prepare(step, {})
  if (best.distance >= 1) throw new Unreached(`no arguments were found with which \`${use.id}\` is rightful`)
  const key = ref?.key.from === 'request' ? textOf(valueAt(best.request, ref.key)) : undefined
  if (ref?.key.from !== 'request' || key === undefined)
    throw new Unreached(`the rightful call says no key of a ${slot}`)
  const other = unheardOf(key)
  if (other === key || (await play.byKey(ref.object, other))?.fact !== undefined)
    throw new Unreached(`no key for \`${printReference(ref.key)}\` was found that nothing has`)
  const request = placeKey({ charter: lab.charter, use }, best.request, ref.key, other)
  return lastStep(scene, abuse, control, { target: abuse.constraint, nothing: { slot }, request })
}
