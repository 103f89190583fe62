import type { Call, Charter, Constraint, ObjectFact, Principal, Scope, Slot, Use } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { countedPlace, getPointer } from '../charter/pointer.ts'
import { tenantOf } from './choice.ts'
import { keyIn } from './context.ts'
import { countedValue } from './counted.ts'
import { parentNamed } from './parent.ts'
import { refOf } from './slot.ts'

/** One call as one use, with what is known of its objects before it and, for a past call, what it created. */
export interface Occasion {
  readonly use: Use
  readonly call: Call
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  readonly created?: ObjectFact
}

/**
 * The name of the scope in which a call is counted; calls with the same name are counted together.
 *
 * Callers who are not signed in are one caller.
 *
 * @returns undefined when a part of it is not known: the call cannot be counted then.
 */
export function scopeKey(charter: Charter, per: Scope, occasion: Occasion): string | undefined {
  const parts = per.map((scope) => scopePart(charter, scope, occasion))
  return parts.includes(undefined) ? undefined : JSON.stringify(parts)
}

function scopePart(charter: Charter, scope: string, occasion: Occasion): string | undefined {
  const { principal } = occasion.call
  switch (scope) {
    case 'call':
      return 'call'
    case 'principal':
      return callerPart(principal.id)
    case 'tenant':
      return tenantFor(charter, principal) ?? undefined
    case 'person':
      return callerPart(personOf(principal).id)
    case 'workflow':
      return 'workflow'
    case 'agent':
    case 'run':
      return agentPart(scope, occasion.call)
    default: {
      const place = countedPlace(scope)
      if (place !== undefined) {
        const { shape } = charter.operations.get(occasion.use.operation) ?? {}
        const value = countedValue(shape, place, occasion.call)
        return value === undefined ? undefined : `value ${value}`
      }
      const found = objectInSlot(charter, scope, occasion)
      return found === undefined ? undefined : `${found.type}/${found.key}`
    }
  }
}

function callerPart(id: string | undefined): string {
  return id === undefined ? 'nobody' : `id ${id}`
}

/** What people and services do themselves, outside of any run, is counted for each of them; an agent without a run cannot be counted. */
function agentPart(scope: 'agent' | 'run', { principal, run }: Call): string | undefined {
  const id = scope === 'run' ? run?.id : (run?.agent ?? (principal.kind === 'agent' ? principal.id : undefined))
  if (id !== undefined) return `${scope} ${id}`
  return principal.kind === 'agent' ? undefined : callerPart(principal.id)
}

/** The person or service behind a principal. */
export function personOf(principal: Principal): Principal {
  return principal.chain?.at(-1) ?? principal
}

/** The tenant a call is made in: that of the person, or of the agent where they have none. Null where it cannot be read. */
export function tenantFor(charter: Charter, principal: Principal): string | undefined | null {
  const own = tenantOf(charter, personOf(principal))
  return own === undefined ? tenantOf(charter, principal) : own
}

/**
 * Which object a call means by a slot, as far as the request, the objects already known and what it created tell.
 *
 * A scope may also name the acted-on object or its parent by type, so that one rule can speak of several operations.
 */
export function objectInSlot(
  charter: Charter,
  slot: Slot,
  occasion: Occasion,
): { type: string; key: string } | undefined {
  const { use, call, objects, created } = occasion
  const acted = objects['object'] ?? created
  const ref = refOf(use, slot)
  if (ref?.key.from === 'where') return place(ref.object, objects[slot]?.key)
  if (ref !== undefined) return place(ref.object, keyIn(ref.key, call, acted))
  if (use.object === undefined) return undefined
  const type = charter.objects.get(use.object.type)
  if (slot === 'object' || slot === type?.name) return place(use.object.type, actedKey(occasion))
  const parent = type?.parent
  if (parent === undefined || (slot !== 'parent' && slot !== parent.object)) return undefined
  // SECURITY: of an object that is there, what it says counts, not what whoever calls says of it.
  const said = textOf(getPointer(acted?.value, parent.key))
  return place(parent.object, said ?? objects['parent']?.key ?? parentNamed(charter, use, call))
}

function place(type: string, key: string | undefined): { type: string; key: string } | undefined {
  return key === undefined ? undefined : { type, key }
}

function actedKey({ use, call, objects, created }: Occasion): string | undefined {
  if (use.object === undefined) return undefined
  if (use.creates) return created?.key
  return (
    (use.object.key.from !== 'response' ? keyIn(use.object.key, call, undefined) : undefined) ?? objects['object']?.key
  )
}

/** For whom a constraint counts or remembers; nothing for kinds that do neither. */
export function perOf(constraint: Constraint): readonly string[] {
  if ('per' in constraint) return constraint.per
  return constraint.kind === 'separation' && 'per' in constraint.of ? constraint.of.per : []
}
