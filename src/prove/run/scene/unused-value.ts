/** Values that may exist once: an example serves for one call, the next says the next one. */
import type { CallRequest, Principal, Use } from '../../../charter/charter.ts'
import type { Invariant } from '../../../charter/invariant.ts'
import { printReference, type Reference } from '../../../charter/pointer.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { namedObjects } from '../../plan/implicit-ref.ts'
import type { Lab } from '../lab.ts'

type Unique = Extract<Invariant, { kind: 'unique' }>

/**
 * The request with another value wherever it says one that an accepted call of the same scope has used up; one that nobody has used is
 * sent as it is, since only it is sure to have the right form.
 *
 * @param isMeant - Whether what stands in a place is what the case is about.
 */
export function withUnusedValues(
  lab: Lab,
  use: Use,
  caller: Principal,
  request: CallRequest,
  isMeant: (at: Reference) => boolean = () => false,
): CallRequest {
  const names = new Set(
    namedObjects(lab.charter, use).flatMap(({ key }) => (key.from === 'request' ? [printReference(key)] : [])),
  )
  return lab.charter.invariants.reduce((made, invariant) => {
    if (invariant.kind !== 'unique' || invariant.object !== use.object?.type) return made
    const at: Reference = { from: 'request', in: 'body', pointer: invariant.field.in }
    const value = valueAt(made, at)
    if (typeof value !== 'string' || names.has(printReference(at)) || isMeant(at)) return made
    const used = usedBefore(lab, use, { invariant, at, caller })
    let next = value
    for (let number = 0; used.has(next) && number < mostNext; number++) next = following(next)
    return next === value ? made : placeValue(made, at, next)
  }, request)
}

const mostNext = 100

function usedBefore(
  { past }: Lab,
  { operation }: Use,
  {
    invariant: { per },
    at,
    caller,
  }: { readonly invariant: Unique; readonly at: Reference; readonly caller: Principal },
): ReadonlySet<unknown> {
  const isSame = ({ id, tenant }: Principal): boolean =>
    per === 'owner' ? id === caller.id : per === 'tenant' ? tenant === caller.tenant : true
  return new Set(
    past.flatMap((call) => (call.operation === operation && isSame(call.principal) ? [valueAt(call.request, at)] : [])),
  )
}

/** The value after another one: its last number counts on, as long as it was. */
function following(value: string): string {
  const [, head = '', number = '', tail = ''] = /^(.*?)(\d{1,9})(\D*)$/.exec(value) ?? []
  return number === '' ? `${value}-2` : head + String(Number(number) + 1).padStart(number.length, '0') + tail
}
