import { bare } from '../charter/bare.ts'
import type { Call, Charter, ObjectType, Use } from '../charter/charter.ts'
import { inferKey } from '../charter/infer.ts'
import { textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { objectOf } from '../charter/source/plain.ts'
import { keyIn } from './context.ts'

type Parent = NonNullable<ObjectType['parent']>

/**
 * The key of the object above the one that a use makes or acts on, as the call says it; undefined when it says none.
 *
 * Whatever makes an object below another names that one in its path, in the body where the object will have it, or as what it refers to. A member
 * of the body that the description does not have is none that the API reads.
 */
export function parentNamed(charter: Charter, use: Use, call: Call): string | undefined {
  const parent = charter.objects.get(use.object?.type ?? '')?.parent
  if (parent === undefined) return undefined
  const shape = charter.operations.get(use.operation)?.shape
  const read = charter.objects.get(parent.object)?.read
  const readShape = charter.operations.get(read ?? '')?.shape
  const reference = shape === undefined ? undefined : inferKey(parent.object, shape, read, readShape)
  const inPath = reference === undefined ? undefined : keyIn(reference, call, undefined)
  return inPath ?? inBody(parent, shape, call) ?? (use.creates ? referredTo(parent.object, use, call) : undefined)
}

function inBody(parent: Parent, shape: OperationShape | undefined, { request }: Call): string | undefined {
  const members = Object.keys(objectOf(shape?.body?.schema['properties']))
  if (members.length === 0 || members.includes(parent.key[0] ?? '')) return textOf(getPointer(request.body, parent.key))
  const named = members.find((name) => bare(name) === bare(`${parent.object}id`))
  return named === undefined ? undefined : textOf(getPointer(request.body, [named]))
}

/** The key of the only object of a type that a use refers to. */
function referredTo(type: string, use: Use, call: Call): string | undefined {
  const [ref, another] = use.refs.filter(({ object }) => object === type)
  return ref === undefined || another !== undefined ? undefined : keyIn(ref.key, call, undefined)
}
