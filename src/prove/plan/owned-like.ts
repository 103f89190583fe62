/** Objects that a call names and a rule wants to be of the same owner. */
import type { Expression } from '../../cel/parse-cel.ts'
import { comparisons } from '../../cel/traverse.ts'
import type { Charter, Constraint, ObjectType, Ref, Slot, Use } from '../../charter/charter.ts'
import { slotType } from '../../constraint/slot.ts'
import { stillApart } from './apart.ts'
import type { Builder, How } from './build.ts'
import type { Member } from './cast.ts'
import { companionsOf, useById } from './graph.ts'
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

/** Who must not own what a slot names: the caller, or whoever moves it on its way, where rules of those calls want it to be somebody else's. */
export function notOwners(builder: Builder, use: Use, ref: Ref, { member, wants, inherit }: How): ReadonlySet<Member> {
  const { stage, choices } = builder
  const { charter } = stage
  const keepsOut = (each: Constraint, slot: Slot): boolean => {
    if (each.id === wants.without) return false
    const of = stillApart(each, choices.samePerson?.constraint)
    if (of !== undefined) return 'parties' in of && of.slot === slot && of.parties.includes('owner')
    return each.kind === 'when' && isAgainstOwn(charter.objects.get(ref.object), each.rule, slot)
  }
  const moves =
    ref.slot === ref.object ? companionsOf(charter, use).filter((each) => each.object?.type === ref.object) : []
  const isKept = (each: Use, slot: Slot) => each.constraints.some((one) => keepsOut(one, slot))
  const isOthers = isKept(use, ref.slot) || (moves.length > 0 && moves.every((each) => isKept(each, 'object')))
  const doers = (inherit?.get(ref.slot)?.doers ?? []).flatMap(({ use: id, who }) => {
    const move = useById(charter, id)
    return move !== undefined && isKept(move, 'object') ? [who] : []
  })
  return new Set([...(isOthers ? [member] : []), ...doers])
}

/** Whether a rule says that the owner of what a slot names is not the caller. */
function isAgainstOwn(type: ObjectType | undefined, rule: Expression, slot: Slot): boolean {
  const { owner } = type ?? {}
  return comparisons(rule).some(({ op, left, right }) => {
    const paths = [writtenPath(left) ?? [], writtenPath(right) ?? []]
    const isOwner = ([root, ...at]: readonly string[]) => root === slot && owner !== undefined && samePlace(owner, at)
    return op === '!=' && paths.some(isOwner) && paths.some((path) => path.join('.') === 'principal.id')
  })
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
