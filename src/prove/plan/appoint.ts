/** People whom a move puts into a place of its object, for the sake of moves that only they may make. */
import type { Use } from '../../charter/charter.ts'
import { getPointer, type Pointer } from '../../charter/pointer.ts'
import type { Builder } from './build.ts'
import { admitted, choicesOf, type Member, sameTenant } from './cast.ts'
import { originOf } from './origin.ts'
import type { Var } from './scenario.ts'
import type { SamePerson } from './wants.ts'

/** Somebody who is named by a move: where its body says so, and where the object has it. */
export interface Appointment {
  readonly at: Pointer
  readonly said: Pointer
  readonly who: Member
}

/**
 * Whom a move names for later moves that only a party may make: whoever does what different people should do, else, where no example
 * says who, the first who may.
 */
export function appointments(
  { stage: { charter }, casting, owners }: Builder,
  { use, object, later }: { readonly use: Use; readonly object: Var; readonly later: readonly Use[] },
  samePerson: SamePerson | undefined,
): Appointment[] {
  const parties = charter.objects.get(use.object?.type ?? '')?.parties ?? new Map<string, Pointer>()
  const owner = owners.get(object)
  const near = casting.members.filter((each) => owner === undefined || sameTenant(each, owner))
  return [...parties].flatMap(([party, at]) => {
    const origin = originOf(charter, use, at)
    if (origin.from !== 'body') return []
    const able = later.flatMap((each) => mayAs(near, each, party, charter))
    const alone = samePerson?.everything === true ? able.find((each) => each === samePerson.member) : undefined
    const isSaid = getPointer(use.example?.body, origin.at) !== undefined
    const who = alone ?? (isSaid ? undefined : able[0])
    return who === undefined ? [] : [{ at, said: origin.at, who }]
  })
}

/** Who may make a use as a party, where nobody may otherwise. */
function mayAs(members: readonly Member[], use: Use, party: string, charter: Builder['stage']['charter']): Member[] {
  const choices = choicesOf(use)
  if (choices.length === 0 || choices.some((each) => each.party !== party)) return []
  return choices.flatMap((choice) => admitted(charter, members, choice))
}
