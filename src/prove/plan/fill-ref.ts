/** Which object of a scenario a reference of a step names. */
import type { Ref, Slot, Use } from '../../charter/charter.ts'
import type { Builder, How } from './build.ts'
import type { Member } from './cast.ts'
import { companionsOf } from './graph.ts'
import { namedObjects } from './implicit-ref.ts'
import { isTied, madeFor, madeWith } from './kin.ts'
import type { Var } from './scenario.ts'

/** Gives every reference of a use an object; optional ones only where something is wanted of them. */
export function fillRefs(builder: Builder, use: Use, how: How): Record<Slot, Var> {
  const { wants } = how
  const refs: Record<Slot, Var> = {}
  for (const ref of namedObjects(builder.stage.charter, use)) {
    if (ref.optional && wants.states?.[ref.slot] === undefined && wants.refOwner?.[ref.slot] === undefined) continue
    refs[ref.slot] = refFor(builder, use, ref, how)
  }
  return refs
}

function refFor(builder: Builder, use: Use, ref: Ref, how: How): Var {
  const { member, object, wants, depth } = how
  if (builder.vars[how.near ?? '']?.type === ref.object && how.near !== undefined) return how.near
  const { states, owned, party } = demandsOn(builder, use, ref)
  const tied = wants.refOwner?.[ref.slot] === undefined && isTied(use, ref.slot, wants.without)
  const known = tied ? madeWith(builder, object, ref.object) : undefined
  if (known !== undefined) return known
  const near = wants.refOwner?.[ref.slot] === undefined ? madeFor(builder, use, ref, object) : undefined
  const other = wants.refOwner?.[ref.slot]
  const owner = other ?? member
  const wishes = (wants.wishes ?? []).filter((wish) => wish.slot === ref.slot)
  const free = wants.states?.[ref.slot] === undefined && other === undefined && wishes.length === 0
  const reusable = free
    ? reuse(builder, ref, {
        owner: owned ? owner : undefined,
        object,
        as: party === undefined ? undefined : { party, member },
      })
    : undefined
  if (reusable !== undefined) return reusable
  const own = owned || (party === undefined && builder.casting.canMake(ref.object, owner)) ? owner : undefined
  // What the caller cannot have is the owner's of whatever is being made.
  const heir = how.owner ?? wants.owner
  return builder.supply(ref.object, {
    owner: (near === undefined ? undefined : builder.owners.get(near)) ?? own ?? heir,
    near,
    states: wants.states?.[ref.slot] ?? states,
    wishes,
    depth: depth + 1,
    ...(party === undefined ? {} : { parties: { [party]: owner } }),
  })
}

/** The states a reference must be in, and what the caller must be to it. */
function demandsOn(
  builder: Builder,
  use: Use,
  ref: Ref,
): { states: readonly string[]; owned: boolean; party: string | undefined } {
  const companion =
    ref.slot === ref.object
      ? companionsOf(builder.stage.charter, use).find((each) => each.object?.type === ref.object)
      : undefined
  const demand = (kind: 'by' | 'from') =>
    use.constraints.find((each) => each.kind === kind && each.slot === ref.slot) ??
    companion?.constraints.find((each) => each.kind === kind && each.slot === 'object')
  const [by, from] = [demand('by'), demand('from')]
  const choices = by?.kind === 'by' ? by.choices : []
  const parties = choices.map((choice) => choice.party)
  return {
    states: from?.kind === 'from' ? from.states : [],
    owned: parties.some((party) => party === 'owner' || party === 'creator'),
    party: parties.find((party) => party !== undefined && builder.casting.isParty(ref.object, party)),
  }
}

/** An object of the scenario that a reference can mean: the parent of the object acted on, or one already there. */
function reuse(
  builder: Builder,
  ref: Ref,
  {
    owner,
    object,
    as,
  }: { owner: Member | undefined; object: Var | undefined; as: { party: string; member: Member } | undefined },
): Var | undefined {
  const { vars } = builder
  const names = Object.keys(vars).filter((name) => vars[name]?.type === ref.object && name !== object)
  return names.findLast(
    (name) =>
      (owner === undefined || builder.owners.get(name)?.name === owner.name) &&
      (as === undefined || vars[name]?.parties?.[as.party] === as.member.name),
  )
}
