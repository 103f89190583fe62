import type { CallRequest, ConstraintId, Use } from '../../../charter/charter.ts'
import { countedPlace } from '../../../charter/pointer.ts'
import { perOf } from '../../../constraint/scope-key.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import type { Lab } from '../lab.ts'

/** A request with the values of the last call of the same use where a demand counts by them, as by the week: others would be counted anew. */
export function countedAlike(lab: Lab, use: Use, request: CallRequest, id: ConstraintId | undefined): CallRequest {
  const constraint = use.constraints.find((each) => each.id === id)
  const places = constraint === undefined ? [] : perOf(constraint).flatMap((each) => countedPlace(each) ?? [])
  const last = places.length === 0 ? undefined : lab.past.findLast((past) => past.use === use.id)
  return places.reduce((alike, at) => {
    const value = last === undefined ? undefined : valueAt(last.request, at)
    return value === undefined ? alike : placeValue(alike, at, value)
  }, request)
}
