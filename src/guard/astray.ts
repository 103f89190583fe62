/** What an API made of a call that was allowed, where it had a choice: nobody can keep it from the wrong one, but it is on the record. */
import type { ObjectFact, ObjectType } from '../charter/charter.ts'
import { readObject, representationIn } from '../charter/object-fact.ts'
import type { Answer } from './call.ts'
import { dueAfter } from './due.ts'
import type { Going } from './going.ts'
import { createdBy } from './made.ts'
import { movesOf, usesOf } from './moves.ts'

/** An object that is where it should not be, and a sentence that says so. */
export interface Astray {
  readonly says: string
  readonly object: { readonly type: string; readonly key: string; readonly state: string }
}

/**
 * Says which object is where no use leads as which the call was allowed; undefined when all are where they may be, or nothing shows it.
 *
 * Only a state that stands in the answer itself tells: rules over part of an object may say anything. Where nothing else changed either, a
 * state that is as it was is no surprise.
 * Pure.
 */
export function astrayAfter(going: Going, answer: Answer, now: number): Astray | undefined {
  const { satisfied, force, call, mode } = going
  if (satisfied === undefined || mode !== 'enforce' || answer.status === 202) return undefined
  const allowed = (force.charter.operations.get(call.operation)?.uses ?? []).filter(({ id }) => satisfied.includes(id))
  if (usesOf(going).length === 0 || allowed.every(({ to, along = [] }) => to.length === 0 && along.length === 0))
    return undefined
  for (const { fact } of createdBy(force.charter, going, answer, now)) {
    const type = force.charter.objects.get(fact.type)
    const makers = allowed.filter((use) => use.creates && use.object?.type === fact.type)
    const astray = strayed(
      type,
      fact,
      makers.map(({ to }) => to),
    )
    if (astray !== undefined) return astray
  }
  for (const { type, before, outcomes } of movesOf(going)) {
    const shown = representationIn(type, answer.body, before.key)
    if (shown === undefined) continue
    const fact = { ...readObject(type, shown, { now }), key: before.key }
    const isQuiet =
      fact.state === before.state && dueAfter(going, { outcomes, type, before, after: fact, answer }) === undefined
    const astray = isQuiet ? undefined : strayed(type, fact, outcomes)
    if (astray !== undefined) return astray
  }
  return undefined
}

function strayed(
  type: ObjectType | undefined,
  { key, state }: ObjectFact,
  outcomes: readonly (readonly string[])[],
): Astray | undefined {
  if (type?.state === undefined || type.state.kind === 'when' || state === undefined) return undefined
  if (outcomes.length === 0 || outcomes.some((to) => to.length === 0 || to.includes(state))) return undefined
  const leads = [...new Set(outcomes.flat())].join(' or ')
  const says = `astray: the ${type.name} ${key} is ${state}, and as the call was allowed it can only be ${leads}`
  return { says, object: { type: type.name, key, state } }
}
