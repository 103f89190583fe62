import { approvalsOf } from '../charter/approval.ts'
import type { Call, Charter, ConstraintId, ObjectFact, Principal, Slot, Use } from '../charter/charter.ts'
import { addUse, countsNothing, isAmount } from '../constraint/count.ts'
import type { Counter, Facts, Grant, PastUse } from '../constraint/facts.ts'
import { personOf, scopeKey } from '../constraint/scope-key.ts'
import { objectsFor } from '../constraint/slot.ts'
import { amountOf, type Counting, counts, isCounting, isRemembering, type Remembering, remembers } from './counting.ts'
import { grantsFor } from './grants.ts'
import { nameOfPast, type PastCall, useOfPast } from './past-call.ts'

/** Everything the facts of one call are made of. */
interface Story {
  readonly charter: Charter
  readonly use: Use
  readonly call: Call
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  /** Oldest first. */
  readonly past: readonly PastCall[]
  readonly current: (type: string, key: string) => ObjectFact | undefined
}

/**
 * Folds earlier calls into the facts that the constraints of one call need: counters, history and grants in the scopes of this call.
 *
 * Pure. A counter or history whose scope cannot be told, or whose sum has no value, is left out and so denies.
 *
 * @param past - Calls that took effect, in any order.
 * @param current - An object as it is now, for limits that count only objects still in a state; what it does not know counts.
 */
export function factsFor(
  charter: Charter,
  call: Call,
  objects: Readonly<Record<Slot, ObjectFact | null>>,
  past: readonly PastCall[],
  current: (type: string, key: string) => ObjectFact | undefined = () => undefined,
): Facts {
  const counters: Record<ConstraintId, Counter> = {}
  const history: Record<ConstraintId, readonly PastUse[]> = {}
  const grants: Record<string, readonly Grant[]> = {}
  const ordered = past.toSorted((left, right) => left.at - right.at)
  // What is only being made has no past; what the same call moves has.
  const uses = charter.operations.get(call.operation)?.uses ?? []
  for (const use of uses.toSorted((left, right) => Number(left.creates) - Number(right.creates))) {
    const story = { charter, use, call, objects: objectsFor(use, objects), past: ordered, current }
    for (const constraint of use.constraints) {
      for (const approval of approvalsOf(constraint)) grants[approval] ??= grantsFor(story, approval)
      if (isCounting(constraint)) put(counters, constraint.id, counterFor(story, constraint))
      else if (isRemembering(constraint)) put(history, constraint.id, historyFor(story, constraint))
    }
  }
  return { objects, counters, history, grants, ...agentFacts(charter, call) }
}

/** Tools are as they were approved, and nothing sensitive is carried, as far as earlier calls tell. */
function agentFacts(charter: Charter, { operation }: Call): Pick<Facts, 'classes' | 'pins'> {
  const isTool = ['TOOL', 'AGENT', 'ASK'].includes(charter.operations.get(operation)?.shape.method ?? '')
  return {
    ...(isTool ? { pins: { [operation]: 'pinned' } } : {}),
    ...(charter.data === undefined ? {} : { classes: [] }),
  }
}

function put<T>(map: Record<string, T>, id: string, value: T | undefined): void {
  if (value !== undefined) map[id] ??= value
}

function counterFor(story: Story, constraint: Counting): Counter | undefined {
  let counter: Counter = { count: 0, sum: 0 }
  if (countsNothing(constraint.per, story.use)) return counter
  const calls = inScope(story, constraint.per, (past) => counts(story.use, constraint, past))
  if (calls === undefined) return undefined
  const withinMs = constraint.kind === 'once' ? undefined : constraint.withinMs
  const since = withinMs === undefined ? Number.NEGATIVE_INFINITY : story.call.at - withinMs
  for (const past of calls) {
    if (past.at <= since || !isStillHeld(story, constraint, past)) continue
    const amount = amountOf(story.charter, constraint, past)
    const next = isAmount(amount) ? addUse(counter, amount) : undefined
    if (next === undefined) return undefined
    counter = next
  }
  return counter
}

function isStillHeld({ current }: Story, constraint: Counting, past: PastCall): boolean {
  if (constraint.kind !== 'limit' || constraint.while === undefined) return true
  const before = past.created ?? past.objects['object']
  const state = before === undefined || before === null ? undefined : current(before.type, before.key)?.state
  return state === undefined || constraint.while.includes(state)
}

function historyFor(story: Story, constraint: Remembering): readonly PastUse[] | undefined {
  const per = constraint.kind === 'order' ? constraint.per : 'per' in constraint.of ? constraint.of.per : undefined
  if (per === undefined) return undefined
  const names = constraint.kind === 'order' ? constraint.operations : []
  return inScope(story, per, (past) => remembers(story.charter, constraint, past))?.map((past) => ({
    operation: nameOfPast(story.charter, names, past) ?? past.operation,
    at: past.at,
    ...personIn(past.principal),
  }))
}

/** The earlier calls that fit and are in the same scope as this one; undefined when its scope is not known. */
function inScope(
  story: Story,
  per: readonly string[],
  fits: (past: PastCall) => boolean,
): readonly PastCall[] | undefined {
  const { charter, use, call, objects } = story
  // Nothing can have happened yet to an object that is only being made.
  if (per.includes('object') && use.creates) return []
  const scope = scopeKey(charter, per, { use, call, objects })
  if (scope === undefined) return undefined
  return story.past.filter((past) => {
    const pastUse = fits(past) ? useOfPast(charter, past) : undefined
    return pastUse !== undefined && scopeKey(charter, per, occasionOf(pastUse, past)) === scope
  })
}

function occasionOf(use: Use, past: PastCall): Parameters<typeof scopeKey>[2] {
  const { objects, created } = past
  return { use, call: past, objects, ...(created === undefined ? {} : { created }) }
}

function personIn(principal: Principal): Pick<PastUse, 'principal'> {
  const { id } = personOf(principal)
  return id === undefined ? {} : { principal: id }
}
