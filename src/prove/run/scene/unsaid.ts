/** Objects that a call should name and does not, or names although there is none. */
import type { CallRequest, ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { valueAt } from '../../../wire/place.ts'
import type { Manner } from './play.ts'

type Facts = Readonly<Record<Slot, ObjectFact | null>>

/** What is known of the objects of a call that on purpose says nothing where it must name one, or what nothing has: there is none. */
export function withoutNothings(use: Use, request: CallRequest, { nothing }: Manner, objects: Facts): Facts {
  if (nothing === undefined) return objects
  if (nothing !== 'unsaid') return { ...objects, [nothing.slot]: null }
  const left = use.refs.filter(
    ({ key, optional }) => !optional && key.from === 'request' && [undefined, null, ''].includes(textAt(request, key)),
  )
  return { ...objects, ...Object.fromEntries(left.map(({ slot }) => [slot, null])) }
}

function textAt(request: CallRequest, key: Parameters<typeof valueAt>[1]): string | null | undefined {
  const value = valueAt(request, key)
  return value === undefined || value === null ? value : String(value)
}
