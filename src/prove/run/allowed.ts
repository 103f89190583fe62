/** Whether a call is rightful after all, as another use of its operation. */
import type { CallRequest, ObjectFact, Slot, Use } from '../../charter/charter.ts'
import { textOf } from '../../charter/object-fact.ts'
import { evaluateReference } from '../../charter/pointer.ts'
import { allows, type Seen, seenBy } from './lab.ts'
import type { Play } from './play.ts'

/** Asks every use of the operation, when everything that the others look at is looked at too. */
export async function allowsAnyhow(play: Play, use: Use, seen: Seen, request: CallRequest): Promise<boolean> {
  if (allows(play.lab, seen, request)) return true
  const { principal } = seen.call
  const others = play.lab.charter.operations.get(use.operation)?.uses.filter((each) => each.id !== use.id) ?? []
  const more: Record<Slot, ObjectFact | null> = {}
  for (const { slot, object, key } of others.flatMap((each) => each.refs)) {
    if (Object.hasOwn(seen.objects, slot) || key.from === 'object') continue
    const messages = { request: { ...request, headers: request.header ?? {} } }
    const text = textOf(key.from === 'principal' ? principal.id : evaluateReference(key, messages))
    if (text !== undefined) more[slot] = (await play.byKey(object, text))?.fact ?? null
  }
  if (Object.keys(more).length === 0) return false
  return allows(play.lab, seenBy(play.lab, use, principal, request, { ...seen.objects, ...more }), request)
}
