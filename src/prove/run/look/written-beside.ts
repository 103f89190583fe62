/** Values that a call may not set, and that show in what it made instead of in its object: a contract for another sum than was offered. */
import type { Constraint, ObjectFact, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { type Change, sameValue } from '../../oracle/change.ts'
import type { Sights } from '../../oracle/effect.ts'
import { takesArgument } from '../../plan/argument.ts'
import type { Lab } from '../lab.ts'
import type { Made, Play } from '../scene/play.ts'
import type { Thing } from '../scene/thing.ts'
import type { Scene } from '../trial.ts'
import { newBeside, type Told } from './beside.ts'

/**
 * The field as the new objects beside show it, when it has the value that was sent there and not in the object acted on. Only where
 * nothing says that the call takes it, or an approval is for what the object had.
 */
export async function writtenBeside(
  scene: Scene,
  { field }: Extract<Constraint, { kind: 'set-by' }>,
  made: Made,
  { before, after, told }: { readonly before: Sights; readonly after: Sights; readonly told: Told },
): Promise<readonly Change[]> {
  const { play, step } = scene
  const use = play.use(step)
  const label = use.object?.type ?? ''
  const [sent, own] = [getPointer(made.request.body, field.in), getPointer(after.get(label)?.value, field.at)]
  const isBound = bindsField(play.lab, use, field.at)
  const isTaken = takesArgument(play.lab.charter, use, String(field.in[0]))
  if (!made.accepted || use.creates || own === undefined || sameValue(own, sent) || (isTaken && !isBound)) return []
  const named = await newlyNamed(play, use, before.get(label), after.get(label))
  const things = [...named, ...(await newBeside(scene, made, told))]
  const shown = things.find(({ fact }) => sameValue(getPointer(fact?.value, field.at), sent))
  const pointer = `/${field.at.join('/')}`
  return shown === undefined ? [] : [{ label: `new ${shown.type.name}`, pointer, before: own, after: sent }]
}

function bindsField({ charter }: Lab, use: Use, at: readonly string[]): boolean {
  return use.constraints.some(
    (each) =>
      each.kind === 'approval' &&
      charter.approvals.get(each.approval)?.binds?.some((bound) => bound.join('/') === at.join('/')) === true,
  )
}

/** What the fields of an object point to since the call. */
async function newlyNamed(
  play: Play,
  use: Use,
  before: ObjectFact | null | undefined,
  after: ObjectFact | null | undefined,
): Promise<Thing[]> {
  const fields = play.lab.charter.objects.get(use.object?.type ?? '')?.fields.values() ?? []
  const found: Thing[] = []
  for (const { ref, at } of fields) {
    const key = textOf(getPointer(after?.value, at))
    if (ref === undefined || key === undefined || key === textOf(getPointer(before?.value, at))) continue
    const thing = await play.byKey(ref, key)
    if (thing?.fact !== undefined) found.push(thing)
  }
  return found
}
