/** Objects that a call names and a rule wants to be of the same owner. */
import { comparisons } from '../../cel/traverse.ts'
import type { Charter, Ref, Slot, Use } from '../../charter/charter.ts'
import { slotType } from '../../constraint/slot.ts'
import type { Builder, How } from './build.ts'
import type { Member } from './cast.ts'
import { namedObjects } from './implicit-ref.ts'
import { writtenPath } from './instance.ts'
import { samePlace } from './origin.ts'
import type { Var } from './scenario.ts'

/** What a use names; of objects that must have the same owner, those come first that fewer people can own. */
export function hardestFirst({ stage, casting }: Builder, use: Use, { wants }: How): readonly Ref[] {
  const refs = namedObjects(stage.charter, use)
  if (refs.every((ref) => ownedLike(stage.charter, use, ref.slot, wants.without).length === 0)) return refs
  const able = new Map(refs.map((ref) => [ref, casting.possibleOwners(ref.object).length]))
  return refs.toSorted((left, right) => (able.get(left) ?? 0) - (able.get(right) ?? 0))
}

/** Who must own what a slot names because what is named beside it, as far as it is known, is theirs. */
export function ownerBeside(
  { stage, owners, casting }: Builder,
  use: Use,
  ref: Ref,
  { object, wants }: How,
  refs: Readonly<Record<Slot, Var>>,
): Member | undefined {
  if (wants.refOwner?.[ref.slot] !== undefined) return undefined
  const beside = ownedLike(stage.charter, use, ref.slot, wants.without)
  const found = beside.flatMap((slot) => owners.get((slot === 'object' ? object : refs[slot]) ?? '') ?? [])
  return found.find((owner) => casting.possibleOwners(ref.object).includes(owner))
}

/** Slots whose objects must have the same owner as that of a slot: a rule, other than the one left out, compares their owners. */
function ownedLike(charter: Charter, use: Use, slot: Slot, without?: string): Slot[] {
  const isOwner = (path: readonly string[] | undefined): path is readonly string[] => {
    const [root = '', ...at] = path ?? []
    const owner = slotType(charter, use, root)?.owner
    return owner !== undefined && samePlace(owner, at)
  }
  return use.constraints.flatMap((each) =>
    each.kind !== 'when' || each.id === without
      ? []
      : comparisons(each.rule).flatMap(({ op, left, right }) => {
          const paths = [writtenPath(left), writtenPath(right)].filter(isOwner)
          const roots = paths.map(([root = '']) => root)
          return op === '==' && roots.length === 2 && roots.includes(slot) ? roots.filter((root) => root !== slot) : []
        }),
  )
}
