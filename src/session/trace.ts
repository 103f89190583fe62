import Big from 'big.js'
import type { Charter, ConstraintId, OperationId, Use, UseId } from '../charter/charter.ts'
import { isAmount } from '../constraint/count.ts'
import { perOf, scopeKey } from '../constraint/scope-key.ts'
import {
  amountOf,
  type Counting,
  counts,
  isCounting,
  isRemembering,
  isSummed,
  type Remembering,
  remembers,
} from './counting.ts'
import { nameOfPast, type PastCall, useOfPast } from './past-call.ts'

/** What one call leaves behind under one constraint that counts or remembers it. `amount` is exact decimal text. */
export interface Trace {
  readonly constraint: ConstraintId
  readonly scope: string
  /** What the constraint calls it, where that is the name of a move. */
  readonly move?: string
  readonly amount?: string
  /** The object of the call, for limits that count only while it is in some state. */
  readonly object?: { readonly type: string; readonly key: string }
  /** Only what all calls in its scope add up to is ever asked for. */
  readonly summed?: true
}

interface Watcher {
  readonly constraint: Counting | Remembering
  readonly use: Use
}

const watchersOf = new WeakMap<Charter, Map<string, readonly Watcher[]>>()

/**
 * What a call leaves behind, so that later calls find it under the scopes `neededFacts` names: as `factsFor` would fold it.
 *
 * Pure. Scopes that cannot be told are left out; with `created`, those of the object it made are known too.
 *
 * @returns undefined in `amount` never: constraints whose amount has no value are named in `unknown`, and such a call cannot be counted.
 */
export function tracesOf(
  charter: Charter,
  past: PastCall,
): { readonly traces: readonly Trace[]; readonly unknown: readonly ConstraintId[] } {
  const use = useOfPast(charter, past)
  if (use === undefined) return { traces: [], unknown: [] }
  const traces = new Map<string, Trace>()
  const unknown: ConstraintId[] = []
  const { objects, created } = past
  const occasion = { use, call: past, objects, ...(created === undefined ? {} : { created }) }
  for (const { constraint } of watchers(charter, past.operation, use)) {
    if (constraint.workflow !== undefined && past.run?.workflow !== constraint.workflow) continue
    const per = perOf(constraint)
    if (per.includes('call')) continue
    const scope = scopeKey(charter, per, occasion)
    if (scope === undefined) continue
    const amount = constraint.kind === 'limit' && constraint.sum !== undefined ? amountOf(charter, constraint, past) : 0
    if (!isAmount(amount)) {
      unknown.push(constraint.id)
      continue
    }
    const summed = isCounting(constraint) && isSummed(constraint)
    const object = created ?? objects['object']
    const name = constraint.kind === 'order' ? nameOfPast(charter, constraint.operations, past) : undefined
    traces.set(`${constraint.id} ${scope}`, {
      constraint: constraint.id,
      scope,
      ...(name === undefined || name === past.operation ? {} : { move: name }),
      ...(amount === 0 ? {} : { amount: new Big(amount).toFixed() }),
      ...(summed
        ? { summed }
        : object === undefined || object === null
          ? {}
          : { object: { type: object.type, key: object.key } }),
    })
  }
  return { traces: [...traces.values()], unknown }
}

/** The constraints, of whichever use, that count or remember this operation used in this way. */
function watchers(charter: Charter, operation: OperationId, use: Use): readonly Watcher[] {
  const known = watchersOf.get(charter) ?? new Map<string, readonly Watcher[]>()
  watchersOf.set(charter, known)
  const name = `${operation} ${use.id}`
  const before = known.get(name)
  if (before !== undefined) return before
  const found = findWatchers(charter, operation, use.id)
  known.set(name, found)
  return found
}

function findWatchers(charter: Charter, operation: OperationId, use: UseId): readonly Watcher[] {
  const past: PastCall = { operation, use, principal: {}, request: {}, at: 0, objects: {} }
  const found = new Map<ConstraintId, Watcher>()
  for (const { uses } of charter.operations.values()) {
    for (const other of uses) {
      for (const constraint of other.constraints) {
        // Whose call it was is asked of each call.
        const { workflow } = constraint
        const sample = workflow === undefined ? past : { ...past, run: { id: '', workflow } }
        const watches =
          (isCounting(constraint) && counts(other, constraint, sample)) ||
          (isRemembering(constraint) && remembers(charter, constraint, sample))
        if (watches && (isCounting(constraint) || isRemembering(constraint)))
          found.set(constraint.id, { constraint, use: other })
      }
    }
  }
  return [...found.values()]
}
