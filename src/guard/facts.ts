/** What the store must be asked before a call is decided, and its answer as facts. */

import { approvalsOf } from '../charter/approval.ts'
import type { Call, Charter, ConstraintId } from '../charter/charter.ts'
import { countsNothing } from '../constraint/count.ts'
import type { Counter, Facts, Grant, PastUse } from '../constraint/facts.ts'
import { objectInSlot, perOf, scopeKey } from '../constraint/scope-key.ts'
import { objectsFor } from '../constraint/slot.ts'
import { isCounting, isRemembering } from '../session/counting.ts'
import type { Objects } from './gather.ts'
import type { CounterQuery, GrantQuery, HistoryQuery, Query, Rows, StoredGrant } from './store.ts'

/** The look-ups for one call. `keys` name all that is read, so that nobody changes it meanwhile. */
export interface Asking {
  readonly query: Query
  readonly keys: readonly string[]
  /** Limits that count only while an object is in some state, with where their marks are. */
  readonly whileQueries: readonly CounterQuery[]
  /** Scopes of order and separation that no object keeps apart. */
  readonly historyScopes: readonly string[]
  /** @param standing - The standing grants that cover this call, by id. */
  factsFrom(
    rows: Rows,
    objects: Objects,
    standing?: ReadonlySet<string>,
  ): { readonly facts: Facts; readonly grants: readonly StoredGrant[] }
}

/**
 * Plans the look-ups. Pure.
 *
 * @param question - The digest under which this very call may have been approved.
 */
export function askFor(charter: Charter, call: Call, objects: Objects, question: string): Asking {
  const counters = new Map<ConstraintId, CounterQuery>()
  const histories = new Map<ConstraintId, HistoryQuery>()
  const grants: { readonly approval: string; readonly query: GrantQuery }[] = []
  const fresh = { counters: new Set<ConstraintId>(), histories: new Set<ConstraintId>() }
  const historyScopes = new Set<string>()
  for (const use of charter.operations.get(call.operation)?.uses ?? []) {
    const occasion = { use, call, objects: objectsFor(use, objects) }
    for (const constraint of use.constraints) {
      const { id } = constraint
      const per = perOf(constraint)
      for (const approval of approvalsOf(constraint)) {
        if (grants.some((each) => each.approval === approval)) continue
        const object = objectInSlot(charter, 'object', occasion)
        for (const query of grantQueries(approval, object, question)) grants.push({ approval, query })
      }
      if (isCounting(constraint)) {
        if (countsNothing(per, use)) fresh.counters.add(id)
        const scope = scopeKey(charter, per, occasion)
        if (scope !== undefined && !fresh.counters.has(id) && !counters.has(id)) {
          const since =
            'withinMs' in constraint && constraint.withinMs !== undefined ? call.at - constraint.withinMs : undefined
          const states = constraint.kind === 'limit' ? constraint.while : undefined
          counters.set(id, {
            constraint: id,
            scope,
            ...(since === undefined ? {} : { since }),
            ...(states === undefined ? {} : { while: states }),
          })
        }
      } else if (isRemembering(constraint)) {
        if (per.includes('object') && use.creates) fresh.histories.add(id)
        else {
          const scope = scopeKey(charter, per, occasion)
          if (scope === undefined || histories.has(id)) continue
          histories.set(id, { constraint: id, scope })
          if (!per.includes('object')) historyScopes.add(`${id} ${scope}`)
        }
      }
    }
  }
  const counterList = [...counters.values()]
  const historyList = [...histories.values()]
  return {
    query: { counters: counterList, histories: historyList, grants: grants.map((each) => each.query) },
    keys: [...counterList, ...historyList].map((each) => scopeName(each.constraint, each.scope)),
    whileQueries: counterList.filter((each) => each.while !== undefined),
    historyScopes: [...historyScopes],
    factsFrom: (rows, known, standing = noneStanding) => {
      const found = grantsIn(rows).filter((grant) => grant.bound === undefined || standing.has(grant.id))
      return {
        facts: {
          objects: known,
          counters: named(counterList, rows.counters, fresh.counters, { count: 0, sum: 0 }),
          history: named(historyList, rows.histories, fresh.histories, []),
          grants: grantsByApproval(grants, found, call, known),
        },
        grants: found,
      }
    },
  }
}

/** The name under which a scope is kept apart. */
export function scopeName(constraint: ConstraintId, scope: string): string {
  return `scope ${constraint} ${scope}`
}

function grantQueries(
  approval: string,
  object: { type: string; key: string } | undefined,
  question: string,
): readonly GrantQuery[] {
  return [{ approval }, { approval, question }, ...(object === undefined ? [] : [{ approval, object }])]
}

function named<T extends Counter | readonly PastUse[]>(
  queries: readonly { readonly constraint: ConstraintId }[],
  values: readonly T[],
  fresh: ReadonlySet<ConstraintId>,
  nothing: T,
): Record<ConstraintId, T> {
  const map: Record<ConstraintId, T> = {}
  for (const [index, { constraint }] of queries.entries()) {
    const value = values[index]
    if (value !== undefined) map[constraint] ??= value
  }
  // What is only being made has no past; what the same call moves has.
  for (const id of fresh) map[id] ??= nothing
  return map
}

/** Every grant that was found, once. */
export function grantsIn(rows: Rows): readonly StoredGrant[] {
  return [...new Map(rows.grants.flat().map((grant) => [grant.id, grant])).values()]
}

/** A standing grant is for whatever it covers, from the moment it is used. */
function grantsByApproval(
  asked: readonly { readonly approval: string }[],
  found: readonly StoredGrant[],
  call: Call,
  objects: Objects,
): Record<string, readonly Grant[]> {
  const map: Record<string, Grant[]> = {}
  for (const { approval } of asked) {
    map[approval] = found
      .filter((grant) => grant.approval === approval)
      .map(({ by, at, value, revoked, bound }) =>
        bound === undefined
          ? { by, at, value, revoked }
          : { by, at: call.at, value: objects['object']?.value ?? call.request.body, revoked },
      )
  }
  return map
}

const noneStanding: ReadonlySet<string> = new Set()
