import type { Scope, View } from '../cel/closure.ts'
import type { Call, ObjectFact, Ref, Slot, Use } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { evaluateReference, getPointer, type Reference } from '../charter/pointer.ts'
import type { Where } from '../charter/where.ts'
import type { Facts } from './facts.ts'
import { refOf } from './slot.ts'
import { isSought, soughtOf, valuesIn } from './where.ts'

/** One call looked at as one use. The two scopes are built when first needed and then kept for the other constraints of the use. */
export interface Context {
  readonly use: Use
  readonly facts: Facts
  readonly call: Call
  view: View | undefined
  caller: Scope | undefined
}

export function makeContext(use: Use, facts: Facts, call: Call): Context {
  return { use, facts, call, view: undefined, caller: undefined }
}

/** An entry of one of the maps of facts; undefined when it is not known. Names from charters may be those of `Object.prototype`. */
export function entryOf<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/**
 * What is known of the object in a slot: undefined for nothing, also when it is of another type than the use speaks of. One that does not
 * say what the call looks for is not the one that is meant.
 */
export function slotFact(context: Context, slot: Slot, type: string | undefined): ObjectFact | null | undefined {
  const fact = entryOf(context.facts.objects, slot)
  if (fact === undefined || fact === null) return fact
  if (type !== undefined && fact.type !== type) return undefined
  const key = refOf(context.use, slot)?.key
  if (key?.from !== 'where') return fact
  const sought = soughtOf(key, context.call, valuesIn(context.facts.objects))
  const is = sought === undefined ? undefined : isSought(sought, fact.value)
  return is === true ? fact : is === false ? null : undefined
}

/** The key of the object a call acts on, or of one it refers to; undefined when it names none, and for what is only looked for. */
export function keyIn(key: Ref['key'], call: Call, object: ObjectFact | null | undefined): string | undefined {
  if (key.from === 'where') return undefined
  if (key.from === 'object') return textOf(getPointer(object?.value, key.pointer))
  return key.from === 'principal' ? call.principal.id : textOf(saidAt(key, call))
}

function saidAt(key: Reference, call: Call): unknown {
  const { path, query, header, body } = call.request
  return evaluateReference(key, {
    request: {
      body,
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
      ...(header === undefined ? {} : { headers: header }),
    },
  })
}

/** True of an optional reference whose argument the call leaves out, and of what must not be there and is not: nothing is demanded of it. */
export function isLeftOut(context: Context, ref: Ref | undefined): boolean {
  if (ref?.key.from === 'where' && ref.key.none && slotFact(context, ref.slot, ref.object) === null) return true
  if (ref?.optional !== true) return false
  if (ref.key.from === 'where') return isUnsaid(ref.key, context)
  // SECURITY: what stands there and is no key, as a list of one, is not left out: whoever reads it may take it for the key.
  if (ref.key.from === 'request') return (saidAt(ref.key, context.call) ?? null) === null
  return keyIn(ref.key, context.call, slotFact(context, 'object', context.use.object?.type)) === undefined
}

/** Whether what is known of the call and its objects leaves open what to look for. */
function isUnsaid(where: Where, { call, facts }: Context): boolean {
  const known = where.members.every(({ is }) => is.from !== 'object' || entryOf(facts.objects, is.slot) !== undefined)
  return known && soughtOf(where, call, valuesIn(facts.objects)) === undefined
}
