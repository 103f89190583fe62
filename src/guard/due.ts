/** Objects that an API left where an allowed move must not leave them: until it moves them on, the charter's word counts. */
import { equalValues } from '../cel/compare.ts'
import type { Call, Charter, ObjectFact, ObjectType, UseId } from '../charter/charter.ts'
import { removePointer } from '../charter/pointer.ts'
import type { Facts } from '../constraint/facts.ts'
import { evaluateUse } from '../decide/decide.ts'
import type { Answer } from './call.ts'
import type { Going } from './going.ts'
import type { Due } from './store.ts'

/** Every use of its operation as which a call is allowed: it may lead to where any of them leads. Pure. */
export function satisfiedBy(charter: Charter, call: Call, facts: Facts, uses: readonly UseId[]): readonly UseId[] {
  const all = charter.operations.get(call.operation)?.uses ?? []
  if (all.length === uses.length) return uses
  return all.filter((use) => evaluateUse(charter, use, facts, call).length === 0).map((use) => use.id)
}

/** What was seen of an object after a call moved it. */
export interface Moved {
  /** Where each use as which the call was allowed leads; nowhere where it leaves the state alone. */
  readonly outcomes: readonly (readonly string[])[]
  readonly type: ObjectType
  readonly before: ObjectFact
  readonly after: ObjectFact
  readonly answer: Answer | undefined
}

/**
 * Where an object must be although it shows as it was: only after a move that changed something, and is not still under way. A call that
 * leaves the state alone leaves that as it is, too.
 */
export function dueAfter({ satisfied, tracked = [] }: Going, moved: Moved): Due | undefined {
  const { outcomes, type, before, after, answer } = moved
  if (type.state === undefined || after.state === undefined) return undefined
  const was = tracked.find((each) => each.type === before.type && each.key === before.key)?.due
  const stays = outcomes.some((to) => to.length === 0)
  const leads = new Set(outcomes.flat())
  const [state] = leads
  // Nobody looked: it is where it was, or where it was due.
  if (after.value === before.value) return was !== undefined && (stays || leads.has(was.state)) ? was : undefined
  if (stays) return was?.instead === after.state ? was : undefined
  const shown = was?.instead ?? before.state
  if (satisfied === undefined || state === undefined || leads.size > 1 || after.state !== shown) return undefined
  if (leads.has(after.state) || answer === undefined || answer.status === 202) return undefined
  return hasChanged(type, before.value, after.value) ? { state, instead: after.state } : undefined
}

/** Whether something differs of what both looks saw: not everybody is shown the same. What changes by itself tells nothing. */
function hasChanged({ volatile }: ObjectType, before: unknown, after: unknown): boolean {
  const [was, is] = [before, after].map((value) =>
    volatile.reduce((rest, pointer) => removePointer(rest, pointer), value),
  )
  if (!isMap(was) || !isMap(is)) return equalValues(was, is) !== true
  return Object.keys(is).some(
    (name) => Object.hasOwn(was, name) && was[name] !== is[name] && equalValues(was[name], is[name]) !== true,
  )
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
