/** Objects that a call should name and does not. */
import type { CallRequest, ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { valueAt } from '../../../wire/place.ts'
import type { Manner } from './play.ts'

type Facts = Readonly<Record<Slot, ObjectFact | null>>

/** What is known of the objects of a call that on purpose says nothing where it must name one: there is none. */
export function withoutUnsaid(use: Use, request: CallRequest, { unsaid }: Manner, objects: Facts): Facts {
  if (unsaid !== true) return objects
  const left = use.refs.filter(
    ({ key, optional }) => !optional && key.from === 'request' && [undefined, null, ''].includes(textAt(request, key)),
  )
  return { ...objects, ...Object.fromEntries(left.map(({ slot }) => [slot, null])) }
}

function textAt(request: CallRequest, key: Parameters<typeof valueAt>[1]): string | null | undefined {
  const value = valueAt(request, key)
  return value === undefined || value === null ? value : String(value)
}
