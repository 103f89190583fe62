/** Objects that others point to by their keys, each looked at once between two calls: a step asks for them again and again. */
import type { ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { companionsOf } from '../../plan/graph.ts'
import type { Step } from '../../plan/scenario.ts'
import { readThing } from '../look/observe.ts'
import { bringAlong } from './along.ts'
import type { Play } from './play.ts'
import { judgedFact, type Thing } from './thing.ts'

const looked = new WeakMap<Play, Map<string, Thing>>()

/** What is on stage under a key, else what whoever may look finds there; without a fact where nobody does. */
export async function thingByKey(play: Play, type: string, key: string): Promise<Thing | undefined> {
  const onStage = [...play.things.values()].find((thing) => thing.type.name === type && thing.key === key)
  const objectType = play.lab.charter.objects.get(type)
  if (onStage !== undefined || objectType === undefined) return onStage
  const known = looked.get(play) ?? new Map<string, Thing>()
  looked.set(play, known)
  const mark = `${type}/${key}`
  const before = known.get(mark)
  if (before !== undefined) return before
  const thing: Thing = { type: objectType, key, path: {} }
  known.set(mark, thing)
  await readThing(play, thing, undefined)
  return thing
}

/** A call is made: what it changes is to be looked at anew. */
export function forgetPointedAt(play: Play): void {
  looked.delete(play)
}

/** What the object of a step points to by references of its use; and what objects beside it do, by those of the moves the call makes of them. */
export async function pointedFrom(
  play: Play,
  step: Step,
  use: Use,
  object: ObjectFact | null | undefined,
): Promise<(readonly [Slot, Thing | undefined])[]> {
  const beside = companionsOf(play.lab.charter, use).map((each) => {
    const thing = play.things.get(step.refs[each.object?.type ?? ''] ?? '')
    return [each, thing === undefined ? undefined : judgedFact(thing)] as const
  })
  const found: (readonly [Slot, Thing | undefined])[] = []
  for (const [of, fact] of [[use, object] as const, ...beside]) {
    for (const { slot, object: type, key } of of.refs) {
      if (key.from !== 'object' || found.some(([each]) => each === slot)) continue
      const id = textOf(getPointer(fact?.value, key.pointer))
      const pointed = id === undefined ? undefined : await play.byKey(type, id)
      if (of === use) bringAlong(play, use, slot, pointed)
      found.push([slot, pointed])
    }
  }
  return found
}
