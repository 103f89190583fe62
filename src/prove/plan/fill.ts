/** What fills an object whose reading tells nothing yet: things that others make and that name it. */
import type { Charter, ObjectType } from '../../charter/charter.ts'
import { namedObjects } from './implicit-ref.ts'

const mostFillers = 4

/** Types of objects that can be made and that name an object of a type: its children, and those with a reference to it. */
export function fillersOf(charter: Charter, type: string): string[] {
  const names = (each: ObjectType): boolean =>
    each.parent?.object === type ||
    [...each.fields.values()].some((field) => field.ref === type) ||
    each.transitions.some(
      (use) =>
        use.creates && namedObjects(charter, use).some((ref) => ref.object === type && ref.key.from === 'request'),
    )
  const made = [...charter.objects.values()].filter((each) => each.transitions.some((use) => use.creates))
  return made
    .filter((each) => each.name !== type && names(each))
    .map((each) => each.name)
    .slice(0, mostFillers)
}
