import type { CallRequest } from '../../charter/charter.ts'
import { type CallerKey, type Reference, setPointer } from '../../charter/pointer.ts'

/** A copy of the request with a value at a place; references into responses and to the caller change nothing. */
export function placeValue(request: CallRequest, at: Reference | CallerKey, value: unknown): CallRequest {
  if (at.from !== 'request') return request
  if (at.in === 'body') return { ...request, body: setPointer(request.body, at.pointer, value) }
  return { ...request, [at.in]: { ...request[at.in], [at.name]: value } }
}
