import type { Charter, ObjectType, Ref, Slot, Use } from '../charter/charter.ts'

/** The reference of a use that a slot names. */
export function refOf(use: Use, slot: Slot): Ref | undefined {
  return use.refs.find((ref) => ref.slot === slot)
}

/** Facts as one use sees them: its object stands under `object`, whatever else the operation moves. */
export function objectsFor<T>(use: Use, objects: Readonly<Record<Slot, T>>): Readonly<Record<Slot, T>> {
  const slot = use.object?.slot
  if (slot === undefined) return objects
  const { object: _, ...others } = objects
  const own = Object.hasOwn(objects, slot) ? objects[slot] : undefined
  return own === undefined ? (others as Record<Slot, T>) : { ...others, object: own }
}

/**
 * The type of the object in a slot of a use; undefined when there is none: the use acts on no object, or makes it.
 *
 * A scope may also name the acted-on object, or its parent, by its type; both are found here as well.
 */
export function slotType(charter: Charter, use: Use, slot: Slot): ObjectType | undefined {
  const own = use.object === undefined ? undefined : charter.objects.get(use.object.type)
  if (slot === 'object') return use.creates ? undefined : own
  if (slot === 'parent') return own?.parent === undefined ? undefined : charter.objects.get(own.parent.object)
  return charter.objects.get(refOf(use, slot)?.object ?? '')
}
