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
  const { of } = constraint
  const may = (member: Member, use: Use) =>
    choicesOf(use).some(
      (choice) => choice.party !== undefined || admitted(draft.stage.charter, [member], choice).length > 0,
    )
  const earlier =
    'operations' in of
      ? of.operations
          .filter((each) => each !== draft.use.operation)
          .flatMap((each) => usesOf(draft.stage.charter, each, draft.use.object?.type).slice(0, 1))
      : []
  const owners = new Casting(draft.stage, draft.options).possibleOwners(draft.use)
  const both = draft.stage.members.filter(
    (member) =>
      may(member, draft.use) &&
      ('operations' in of ? earlier.every((use) => may(member, use)) : owners.includes(member)),
  )
  if (both.length === 0) {
    draft.skip(constraint.id, tactic, 'no identity may do both, so nobody can be both')
    return
  }
  for (const [index, creator] of creatorsOf(draft).entries()) {
    const made = creator === undefined || index === 0 ? tactic : { ...tactic, by: creator.id }
    draft.add(constraint.id, made, 'separation-of-duties', () => {
      const [member] = both
      const others = new Set(
        draft.stage.members.filter((each) => each !== member && both.includes(each)).map((each) => each.name),
      )
      const owner = 'operations' in of || member === undefined ? {} : { owner: member }
      const creators = creator === undefined ? {} : { creator: creator.id }
      return {
        abuse: draft.build({ ...(member && { member }), ...owner }, { samePerson: true, notCast: others, ...creators }),
      }
    })
  }
}

/** Every way to create the object acted on; a check may hold for one and not for another. */
function creatorsOf(draft: Draft): (Use | undefined)[] {
  const creators =
    draft.stage.charter.objects.get(draft.use.object?.type ?? '')?.transitions.filter((use) => use.creates) ?? []
  return creators.length === 0 ? [undefined] : creators
}
