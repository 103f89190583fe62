/** Approvals that an API takes with operations of its own. */

import type { Approval } from '../charter/approval.ts'
import { approvalsOf } from '../charter/approval.ts'
import type { Charter, ObjectFact } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import type { Going } from './going.ts'
import { newId } from './id.ts'
import type { Runtime } from './runtime.ts'
import type { Change, ObjectRef, StoredGrant } from './store.ts'

/**
 * What a call that took effect grants and revokes: for the objects it is about and, where what it makes or moves stands for the approval,
 * as a consent does, for those that points to.
 */
export async function grantChanges(
  runtime: Runtime,
  { force: { charter }, call, objects }: Going,
  made: readonly ObjectFact[],
): Promise<readonly Change[]> {
  const operation = charter.operations.get(call.operation)
  const about = Object.values(objects).filter((fact) => fact !== null)
  const changes: Change[] = []
  for (const approval of charter.approvals.values()) {
    const grants = approval.grant === call.operation || operation?.grants === approval.name
    if (!grants && approval.revoke !== call.operation) continue
    const pointed = pointedAt(charter, approval, [...made, ...about])
    if (grants) {
      const seen = pointed.map(async (ref) => ({ ...ref, value: await runtime.truth.read(ref, { request: {} }) }))
      for (const { type, key, value } of [...about, ...(await Promise.all(seen))]) {
        const object = { type, key }
        const given = { approval: approval.name, by: call.principal, at: call.at, value: value ?? null }
        const grant: StoredGrant = { id: newId(call.at), ...given, revoked: false, object }
        changes.push({ kind: 'grant', grant })
      }
    }
    if (approval.revoke === call.operation)
      for (const { type, key } of [...about, ...pointed])
        changes.push({ kind: 'revoke', approval: approval.name, object: { type, key } })
  }
  return changes
}

/** Objects that the charter says these point to, of the types that ask for the approval and are none of theirs. */
function pointedAt(charter: Charter, approval: Approval, facts: readonly ObjectFact[]): readonly ObjectRef[] {
  const asking = new Set(
    [...charter.operations.values()].flatMap(({ uses }) =>
      uses.flatMap(({ object, constraints }) =>
        object !== undefined && constraints.some((each) => approvalsOf(each).includes(approval.name))
          ? [object.type]
          : [],
      ),
    ),
  )
  if (facts.some((fact) => asking.has(fact.type))) return []
  const found = facts.flatMap(({ type, value }) => {
    const { fields, parent } = charter.objects.get(type) ?? {}
    const places = [...(fields?.values() ?? [])].map((field) => ({ object: field.ref, at: field.at }))
    if (parent !== undefined) places.push({ object: parent.object, at: parent.key })
    return places.flatMap(({ object, at }): ObjectRef[] => {
      const key = textOf(getPointer(value, at))
      return object === undefined || key === undefined || !asking.has(object) ? [] : [{ type: object, key }]
    })
  })
  return [...new Map(found.map((ref) => [`${ref.type}/${ref.key}`, ref])).values()]
}
