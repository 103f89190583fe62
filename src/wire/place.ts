import type { CallRequest } from '../charter/charter.ts'
import {
  type CallerKey,
  evaluateReference,
  getPointer,
  type Pointer,
  type Reference,
  setPointer,
} from '../charter/pointer.ts'

/**
 * A copy of the request with a value at a place, or without the place when the value is undefined; references into responses and to
 * the caller change nothing.
 */
export function placeValue(request: CallRequest, at: Reference | CallerKey, value: unknown): CallRequest {
  if (at.from !== 'request') return request
  if (at.in === 'body') return { ...request, body: putValue(request.body, at.pointer, value) }
  const others = Object.entries(request[at.in] ?? {}).filter(([name]) => name !== at.name)
  return { ...request, [at.in]: Object.fromEntries(value === undefined ? others : [...others, [at.name, value]]) }
}

/** What a request has at a place; undefined where it has nothing there. */
export function valueAt(request: CallRequest, at: Reference): unknown {
  return evaluateReference(at, { request: { ...request, headers: request.header ?? {} } })
}

/** A copy of a value with another one at a pointer; what is there is left out when that is undefined. */
export function putValue(whole: unknown, at: Pointer, value: unknown): unknown {
  const last = at.at(-1)
  if (value !== undefined || last === undefined) return setPointer(whole, at, value)
  const above = at.slice(0, -1)
  const parent = getPointer(whole, above)
  if (Array.isArray(parent)) {
    const kept = parent.filter((_, index) => String(index) !== last)
    return setPointer(whole, above, kept)
  }
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, last)) return whole
  const kept = Object.entries(parent).filter(([name]) => name !== last)
  return setPointer(whole, above, Object.fromEntries(kept))
}
