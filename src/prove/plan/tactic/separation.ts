/** One person doing what the charter wants done by different ones. */
import type { Use } from '../../../charter/charter.ts'
import { admitted, choicesOf, type Member } from '../cast.ts'
import { Casting } from '../casting.ts'
import { usesOf } from '../graph.ts'
import type { Tactic } from '../scenario.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** Somebody who may do both steps does both, for every way the object can come to be. */
export function planSeparation(draft: Draft, constraint: ConstraintOf<'separation'>): void {
  const tactic: Tactic = { kind: 'same-person' }
  const both = thoseWhoMayBoth(draft, constraint)
  const [member] = both
  if (member === undefined) {
    draft.skip(constraint.id, tactic, 'no identity may do both, so nobody can be both')
    return
  }
  const notCast = new Set(both.slice(1).map((each) => each.name))
  const owner = 'operations' in constraint.of ? {} : { owner: member }
  for (const [index, creator] of creatorsOf(draft).entries()) {
    const made = creator === undefined || index === 0 ? tactic : { ...tactic, by: creator.id }
    const creators = creator === undefined ? {} : { creator: creator.id }
    draft.add(constraint.id, made, 'separation-of-duties', () => ({
      abuse: draft.build({ member, ...owner }, { samePerson: true, notCast, ...creators }),
    }))
  }
}

/** Members who may make the use and also what it is to be separated from. */
function thoseWhoMayBoth({ stage, use, options }: Draft, { of }: ConstraintOf<'separation'>): Member[] {
  const may = (member: Member, each: Use) =>
    choicesOf(each).some((choice) => choice.party !== undefined || admitted(stage.charter, [member], choice).length > 0)
  const able = stage.members.filter((member) => may(member, use))
  if (!('operations' in of)) {
    const owners = new Casting(stage, options).possibleOwners(use.object?.type)
    return able.filter((member) => owners.includes(member))
  }
  const earlier = of.operations
    .filter((each) => each !== use.operation)
    .flatMap((each) => usesOf(stage.charter, each, use.object?.type).slice(0, 1))
  return able.filter((member) => earlier.every((each) => may(member, each)))
}

/** Every way to create the object acted on; a check may hold for one and not for another. */
function creatorsOf(draft: Draft): (Use | undefined)[] {
  const creators =
    draft.stage.charter.objects.get(draft.use.object?.type ?? '')?.transitions.filter((use) => use.creates) ?? []
  return creators.length === 0 ? [undefined] : creators
}
