/** Whether a call is rightful after all, as another use of its operation. */
import type { CallRequest, ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { valueAt } from '../../../wire/place.ts'
import { allows, judge, type Lab, type Seen, seenBy } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { withSought } from '../scene/sought.ts'

/** Whether another use of the operation lets a call happen, and why that is so or cannot be told; undefined when all are against it. */
export interface Leave {
  readonly use: Use
  readonly doubt?: string
}

/** Asks every use of the operation, when everything that the others look at is looked at too. */
export async function leaveFor(play: Play, use: Use, seen: Seen, request: CallRequest): Promise<Leave | undefined> {
  const { lab } = play
  const others = lab.charter.operations.get(use.operation)?.uses.filter((each) => each.id !== use.id) ?? []
  if (allows(lab, seen, request)) return { use: allowing(lab, others, seen, request) ?? use }
  const whole = await withOthers(play, use, seen, request)
  if (allows(lab, whole, request)) return { use: allowing(lab, others, whole, request) ?? use }
  for (const other of others.filter((each) => each.object?.type === use.object?.type)) {
    const reasons = judge(lab, other, whole, request)
    // A way that cannot be judged is not one that is closed.
    if (reasons.every(({ outcome }) => outcome === 'unknown')) return { use: other, doubt: reasons[0]?.says ?? '' }
  }
  return undefined
}

/** What is seen before a call, with what the other uses of the operation look at. */
export async function withOthers(play: Play, use: Use, seen: Seen, request: CallRequest): Promise<Seen> {
  const { lab } = play
  const { principal } = seen.call
  const more: Record<Slot, ObjectFact | null> = {}
  const refs = lab.charter.operations.get(use.operation)?.uses.flatMap((each) => (each === use ? [] : each.refs)) ?? []
  for (const { slot, object, key } of refs) {
    if (Object.hasOwn(seen.objects, slot) || key.from === 'object' || key.from === 'where') continue
    const text = textOf(key.from === 'principal' ? principal.id : valueAt(request, key))
    const fact = text === undefined ? null : (await play.byKey(object, text))?.fact
    if (fact !== undefined) more[slot] = fact
  }
  let objects: Record<Slot, ObjectFact | null> = { ...seen.objects, ...more }
  const as = lab.stage.members.find((member) => member.principal.id === principal.id)?.name ?? ''
  for (const other of lab.charter.operations.get(use.operation)?.uses ?? [])
    if (other !== use) objects = await withSought(play, { use: other, as }, { principal, request }, objects)
  return seenBy(lab, use, principal, request, objects)
}

function allowing(lab: Lab, others: readonly Use[], seen: Seen, request: CallRequest): Use | undefined {
  return others.find((other) => judge(lab, other, seen, request).length === 0)
}

/** Why a call is no abuse, or cannot be told to be one. */
export function leaveWords(target: Use, { use, doubt }: Leave): string {
  if (doubt !== undefined) return `whether \`${use.id}\` allows this call cannot be told: ${doubt}`
  return use.id === target.id
    ? `the charter allows this call: it breaks nothing that \`${use.id}\` demands`
    : `another use of \`${use.operation}\` allows this call: \`${use.id}\``
}
