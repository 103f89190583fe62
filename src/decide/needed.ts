import type { Call, Charter, Constraint, ConstraintId, ObjectFact, Slot } from '../charter/charter.ts'
import { meaningOf } from '../constraint/kinds.ts'
import { type Occasion, objectInSlot, perOf, scopeKey } from '../constraint/scope-key.ts'
import { objectsFor, refOf } from '../constraint/slot.ts'
import { type SoughtText, soughtOf, valuesIn } from '../constraint/where.ts'

/** What a guard must look up before it decides a call. Look-ups of one list do not depend on each other. */
export interface NeededFacts {
  readonly objects: readonly NeededObject[]
  /** Counters and histories, each with the name of the scope of this call; undefined while that is not known. */
  readonly counters: readonly NeededScope[]
  readonly history: readonly NeededScope[]
  readonly grants: readonly NeededGrants[]
}

/** `key` is undefined while it is not known: it is read out of the acted-on object, or the request does not have it. */
export interface NeededObject {
  readonly slot: Slot
  readonly type: string
  readonly key?: string
  /** It has no key yet and is to be looked for: what it says, and in which states it is meant before others. */
  readonly sought?: { readonly members: readonly SoughtText[]; readonly states: readonly string[] }
  readonly optional: boolean
}

export interface NeededScope {
  readonly constraint: ConstraintId
  readonly scope?: string
  readonly withinMs?: number
}

export interface NeededGrants {
  readonly approval: string
  readonly object?: { readonly type: string; readonly key: string }
}

/**
 * Lists the facts that the constraints of a call need, over all uses of its operation. Pure and total.
 *
 * @param objects - Those already known; with the acted-on object, keys and scopes that depend on it become known too.
 */
export function neededFacts(
  charter: Charter,
  call: Call,
  objects: Readonly<Record<Slot, ObjectFact | null>> = {},
): NeededFacts {
  const found = {
    objects: new Map<string, NeededObject>(),
    counters: new Map<string, NeededScope>(),
    history: new Map<string, NeededScope>(),
    grants: new Map<string, NeededGrants>(),
  }
  for (const use of charter.operations.get(call.operation)?.uses ?? []) {
    const occasion = { use, call, objects: objectsFor(use, objects) }
    for (const constraint of use.constraints) {
      for (const need of meaningOf(constraint).needs(use, charter)) {
        if (need.fact === 'object') addObject(found.objects, charter, occasion, need.slot)
        else if (need.fact === 'values' || need.fact === 'classes' || need.fact === 'pins') continue
        else if (need.fact === 'grants')
          found.grants.set(need.approval, neededGrants(need.approval, objectInSlot(charter, 'object', occasion)))
        else
          found[need.fact === 'counter' ? 'counters' : 'history'].set(
            constraint.id,
            neededScope(constraint, scopeKey(charter, perOf(constraint), occasion)),
          )
      }
    }
  }
  return {
    objects: [...found.objects.values()],
    counters: [...found.counters.values()],
    history: [...found.history.values()],
    grants: [...found.grants.values()],
  }
}

function addObject(found: Map<string, NeededObject>, charter: Charter, occasion: Occasion, slot: Slot): void {
  const { use } = occasion
  const own = charter.objects.get(use.object?.type ?? '')
  const ref = refOf(use, slot)
  const type = ref?.object ?? (slot === 'parent' ? own?.parent?.object : own?.name)
  if (type === undefined) return
  const at = objectInSlot(charter, slot, occasion)
  const sought = ref?.key.from === 'where' ? soughtOf(ref.key, occasion.call, valuesIn(occasion.objects)) : undefined
  found.set(`${slot} ${type}`, {
    slot: slot === 'object' ? (use.object?.slot ?? slot) : slot,
    type,
    optional: ref?.optional ?? false,
    ...(at === undefined ? {} : { key: at.key }),
    ...(at !== undefined || ref?.key.from !== 'where' || sought === undefined
      ? {}
      : { sought: { members: sought, states: ref.key.states } }),
  })
  // What an object says must be known before others can be looked for.
  for (const { is } of ref?.key.from === 'where' ? ref.key.members : [])
    if (is.from === 'object' && is.slot !== slot) addObject(found, charter, occasion, is.slot)
  const inherits = slot === 'object' && (own?.owner === 'parent' || own?.tenant === 'parent')
  if (inherits && !found.has(`parent ${own?.parent?.object}`)) addObject(found, charter, occasion, 'parent')
}

function neededGrants(approval: string, object: NeededGrants['object']): NeededGrants {
  return { approval, ...(object === undefined ? {} : { object }) }
}

function neededScope(constraint: Constraint, scope: string | undefined): NeededScope {
  const withinMs = 'withinMs' in constraint ? constraint.withinMs : undefined
  return {
    constraint: constraint.id,
    ...(scope === undefined ? {} : { scope }),
    ...(withinMs === undefined ? {} : { withinMs }),
  }
}
