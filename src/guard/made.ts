/** The objects that a call made. */
import type { Charter, ObjectFact, UseId } from '../charter/charter.ts'
import { readObject, representationIn, textOf } from '../charter/object-fact.ts'
import { evaluateReference } from '../charter/pointer.ts'
import { personOf } from '../constraint/scope-key.ts'
import { objectsFor } from '../constraint/slot.ts'
import type { Answer } from './call.ts'
import type { Going } from './going.ts'
import { usesOf } from './moves.ts'

/** One object that a call made, and the use that made it. */
export interface Made {
  readonly use: UseId
  readonly fact: ObjectFact
}

/** The objects a call made, as its answer shows them. */
export function createdBy(charter: Charter, going: Going, answer: Answer | undefined, now: number): readonly Made[] {
  const made: Made[] = []
  for (const use of usesOf(going)) {
    const type = charter.objects.get(use.object?.type ?? '')
    if (!use.creates || use.object === undefined || type === undefined || use.object.key.from === 'principal') continue
    const messages = { response: { body: answer?.body, headers: answer?.headers ?? {} } }
    const key = textOf(evaluateReference(use.object.key, messages))
    if (key === undefined) continue
    const value = representationIn(type, answer?.body, key)
    const { id: creator, tenant: creatorTenant } = personOf(going.call.principal)
    const parent = objectsFor(use, going.objects)['parent'] ?? undefined
    const known = {
      now,
      ...(creator === undefined ? {} : { creator }),
      ...(creatorTenant === undefined ? {} : { creatorTenant }),
      ...(parent === undefined ? {} : { parent }),
      ...(use.to.length === 1 && use.to[0] !== undefined ? { state: use.to[0] } : {}),
    }
    made.push({ use: use.id, fact: { ...readObject(type, value, known), key } })
  }
  return made
}
