import type { Constraint, ObjectType, Use } from './charter.ts'
import type { Pointer } from './pointer.ts'
import type { ApiDescription, OperationShape } from './source/description.ts'
import { propertiesOf } from './source/schema.ts'

type SetBy = Extract<Constraint, { kind: 'set-by' }>

/**
 * Whether a field that nobody may write, or only other uses do, is an input the operation asks for: as the version that a change is
 * meant for, or the amount of a payment. Carrying it sets nothing then, and refusing it would refuse every call. Never so for the
 * state, or where the charter says that this use writes it.
 */
export function mustCarry(
  { id, operation }: Pick<Use, 'id' | 'operation'>,
  { field, choices, on }: SetBy,
  { shape, description, state }: { shape: OperationShape; description: ApiDescription; state: ObjectType['state'] },
): boolean {
  const isHere = (each: string): boolean => each === operation || each === id || id.startsWith(`${each}@`)
  const elsewhere = on === undefined ? choices.length === 0 : !on.some(isHere)
  if (!elsewhere) return false
  if (state?.kind === 'at' && state.pointer.join('/') === field.at.join('/')) return false
  return shape.body?.required === true && isRequired(description, shape.body.schema, field.in)
}

function isRequired(description: ApiDescription, schema: unknown, [name, ...rest]: Pointer): boolean {
  if (name === undefined) return true
  const property = propertiesOf(description, schema)[name]
  return property?.required === true && !property.readOnly && isRequired(description, property.schema, rest)
}
