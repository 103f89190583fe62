/** Names of arguments that are almost those which are judged, as the bodies of other calls are looked at. */
import type { Charter, OperationId } from '../../charter/charter.ts'
import { type MemberNames, memberNames } from '../http/member-names.ts'
import { referencedBy } from '../http/referenced.ts'

const known = new WeakMap<Charter, Map<OperationId, MemberNames | undefined>>()

/** Whether an argument of a tool is called as one that is described or that the charter speaks of, but for upper and lower case. */
export function hasAlmost(charter: Charter, operation: OperationId, given: unknown): boolean {
  const names = known.get(charter) ?? new Map<OperationId, MemberNames | undefined>()
  known.set(charter, names)
  if (!names.has(operation)) names.set(operation, namesOf(charter, operation))
  return names.get(operation)?.hasAlmost(given) === true
}

function namesOf(charter: Charter, id: OperationId): MemberNames | undefined {
  const operation = charter.operations.get(id)
  const source = operation === undefined ? undefined : charter.sources.get(operation.shape.source)
  if (operation === undefined || source === undefined) return undefined
  const { places } = referencedBy(operation.uses, new Set())
  return memberNames(source.description, operation.shape.body?.schema, places)
}
