/** Objects that others point to by their keys, each looked at once between two calls: a step asks for them again and again. */
import { readThing } from '../look/observe.ts'
import type { Play } from './play.ts'
import type { Thing } from './thing.ts'

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
