/** What is looked for by what it says: which values a call asks for, and whether an object says them. */
import type { CallRequest, ObjectFact, Slot } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { evaluateReference, getPointer, type Pointer } from '../charter/pointer.ts'
import type { Sought, Where } from '../charter/where.ts'

/** The part of a call that says what to look for. */
export interface Asking {
  readonly principal: unknown
  readonly request: CallRequest
}

/** A place in the object that is looked for, and the text that stands there. */
export interface SoughtText {
  readonly at: Pointer
  readonly is: string
}

/**
 * What a call looks for; undefined while a part of it is not known, or when the call does not say it.
 *
 * @param shown - The representation of the object in a slot.
 */
export function soughtOf(
  where: Where,
  call: Asking,
  shown: (slot: Slot) => unknown,
): readonly SoughtText[] | undefined {
  const found = where.members.flatMap(({ at, is }) => {
    const text = textOf(soughtValue(is, call, shown))
    return text === undefined ? [] : [{ at, is: text }]
  })
  return found.length === where.members.length ? found : undefined
}

/** The representations of objects by slot. */
export function valuesIn(objects: Readonly<Record<Slot, ObjectFact | null>>): (slot: Slot) => unknown {
  return (slot) => (Object.hasOwn(objects, slot) ? objects[slot]?.value : undefined)
}

function soughtValue(is: Sought, call: Asking, shown: (slot: Slot) => unknown): unknown {
  if (is.from === 'text') return is.text
  if (is.from === 'principal') return getPointer(call.principal, is.pointer)
  if (is.from === 'object') return getPointer(shown(is.slot), is.pointer)
  const { path, query, header, body } = call.request
  const request = { body, ...(path && { path }), ...(query && { query }), ...(header && { headers: header }) }
  return evaluateReference(is, { request })
}

/** Whether an object is one that is looked for; undefined when it does not show it. */
export function isSought(sought: readonly SoughtText[], value: unknown): boolean | undefined {
  const texts = sought.map(({ at, is }) => ({ shown: textOf(getPointer(value, at)), is }))
  if (texts.some(({ shown, is }) => shown !== undefined && shown !== is)) return false
  return texts.some(({ shown }) => shown === undefined) ? undefined : true
}
