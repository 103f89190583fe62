import type { Charter, ObjectType, Ref, Slot, Use } from '../charter/charter.ts'

/** The reference of a use that a slot names. */
export function refOf(use: Use, slot: Slot): Ref | undefined {
  return use.refs.find((ref) => ref.slot === slot)
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
