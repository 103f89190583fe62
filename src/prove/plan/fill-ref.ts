/** Which object of a scenario a reference of a step names. */
import type { Choice, Ref, Slot, Use } from '../../charter/charter.ts'
import { printPointer } from '../../charter/pointer.ts'
import { type Belonging, joined } from './belong.ts'
import type { Builder, How } from './build.ts'
import { canMake, choicesOf, isByRole, type Member, sameTenant } from './cast.ts'
import { standingFor } from './existing.ts'
import { companionsOf, movesFrom } from './graph.ts'
import { besidesOf } from './implicit-ref.ts'
import { aboveOf, isTied, madeFor, madeWith, parentOf } from './kin.ts'
import { hardestFirst, notOwners, ownerBeside } from './owned-like.ts'
import { plannedStates } from './prepare-rule.ts'
import type { Var } from './scenario.ts'
import {
  elsewhere,
  isMadeFor,
  isSoughtRef,
  peopleSought,
  saidBefore,
  tiesOf,
  type WhereRef,
  wishesSought,
} from './sought.ts'
import { Unbuildable } from './wants.ts'

/** Gives every reference of a use an object; optional ones only where something is wanted of them. */
export function fillRefs(builder: Builder, use: Use, how: How): Record<Slot, Var> {
  const { wants } = how
  const refs: Record<Slot, Var> = {}
  const isLeft = (ref: Ref): boolean => {
    const isWanted = wants.states?.[ref.slot] !== undefined || wants.refOwner?.[ref.slot] !== undefined
    if (!isSoughtRef(ref)) return ref.optional && !isWanted
    const sought = wants.sought?.[ref.slot]
    return sought === 'none' || ((ref.optional || ref.key.none) && sought === undefined && !isWanted)
  }
  const fill = (ref: Ref): Var => {
    const known = refs[ref.slot]
    if (known !== undefined) return known
    if (isSoughtRef(ref)) {
      for (const each of saidBefore(builder.stage.charter, use, ref)) if (each !== ref && !isLeft(each)) fill(each)
      const made = soughtFor(builder, use, ref, how, refs)
      refs[ref.slot] = made
      return made
    }
    // Those that say to what they belong are of what is named beside them.
    const above = aboveOf(builder.stage.charter, use, ref, wants.without)
    const near = above === undefined || isLeft(above) ? undefined : fill(above)
    const owner = ownerBeside(builder, use, ref, how, refs)
    const inherit = new Map([...(how.inherit ?? []), [ref.slot, joined(how.inherit?.get(ref.slot), { owner })]])
    const filled = refFor(builder, use, ref, { ...how, inherit }, near)
    refs[ref.slot] = filled
    return filled
  }
  for (const ref of hardestFirst(builder, use, how)) if (!isLeft(ref)) fill(ref)
  return refs
}

/** What a call finds by what it says: one that says it, of those made on the way or a new one. */
function soughtFor(builder: Builder, use: Use, ref: WhereRef, how: How, refs: Readonly<Record<Slot, Var>>): Var {
  const { member, object, wants, depth } = how
  const ties = tiesOf(builder, use, ref, { object, refs })
  const people = peopleSought(builder, ref, how)
  const { states } = demandsOn(builder, use, ref, member)
  const flaw = wants.sought?.[ref.slot]
  const isUsual = flaw === undefined && wants.refOwner?.[ref.slot] === undefined
  const wishes = (wants.wishes ?? []).filter((wish) => wish.slot === ref.slot)
  const isSame = (name: Var): boolean =>
    builder.vars[name]?.type === ref.object &&
    (JSON.stringify(builder.vars[name]?.ties ?? []) === JSON.stringify(ties) || isMadeFor(builder, name, ties)) &&
    (people.owner === undefined || builder.owners.get(name) === people.owner)
  const known = isUsual && wishes.length === 0 ? Object.keys(builder.vars).find(isSame) : undefined
  if (known !== undefined) return known
  const away = flaw === 'elsewhere' ? elsewhere(builder, ref, ties, depth) : undefined
  const said = wishesSought(ref, flaw !== 'elsewhere' || away !== undefined)
  if (flaw === 'elsewhere' && away === undefined && said.length === 0)
    throw new Unbuildable(`nothing tells for what else a ${ref.object} could be made`)
  return builder.supply(ref.object, {
    ...people,
    owner: people.owner ?? (canMake(builder.stage, ref.object, member) ? member : undefined),
    ...(away === undefined ? { ties } : { near: away }),
    states: wants.states?.[ref.slot] ?? (ref.key.none ? ref.key.states : states),
    wishes: [...said, ...wishes],
    depth: depth + 1,
  })
}

/** @param beside - What the request names as well and the reference must be of. */
export function refFor(builder: Builder, use: Use, ref: Ref, how: How, beside?: Var): Var {
  const { member, object, wants, depth } = how
  if (builder.vars[how.near ?? '']?.type === ref.object && how.near !== undefined) return how.near
  const under = builder.vars[object ?? '']?.under
  if (under !== undefined && builder.vars[under]?.type === ref.object) return under
  const { states, choices, companion } = demandsOn(builder, use, ref, member)
  const tied = wants.refOwner?.[ref.slot] === undefined && isTied(builder.stage.charter, use, ref.slot, wants.without)
  const known = tied ? madeWith(builder, object, ref.object) : undefined
  if (known !== undefined) return known
  const isFree = wants.refOwner?.[ref.slot] === undefined
  const near = isFree ? madeFor(builder, use, ref, object) : undefined
  if (ref.key.from === 'principal')
    return standingFor(builder, member, ref.object, wants.states?.[ref.slot] ?? states, depth + 1)
  const other = wants.refOwner?.[ref.slot]
  const caller = other ?? member
  const { casting } = builder
  const standing = casting.standing(ref.object, choices, caller)
  const inherited = how.inherit?.get(ref.slot)
  const wishes = (wants.wishes ?? []).filter((wish) => wish.slot === ref.slot)
  const demanded = joined(standing, inherited)
  const others = isFree ? notOwners(builder, use, ref, how) : new Set<Member>()
  const free = wants.states?.[ref.slot] === undefined && other === undefined && wishes.length === 0
  const same = how.purpose === 'act' && builder.choices.another === true
  const isApart = (name: Var): boolean =>
    !(same && name === madeWith(builder, object, ref.object)) &&
    [...others].every((each) => builder.owners.get(name) !== each) &&
    (companion === undefined || !casting.isBarred(companion, name, member)) &&
    canBeIn(builder, name, states)
  const reusable = free ? reuse(builder, use, { ref, object, isApart }, demanded, beside) : undefined
  if (reusable !== undefined) return reusable
  const all = casting.possibleOwners(ref.object)
  const able = all.filter((each) => !others.has(each))
  const isMade = canMake(builder.stage, ref.object, caller)
  // What the caller cannot have is the owner's of whatever is being made.
  const heir = how.belonging?.owner ?? wants.owner
  const own = standing === undefined && isMade && able.includes(caller) ? caller : undefined
  const inherits = heir !== undefined && able.includes(heir) && (heir !== caller || standing !== undefined || isMade)
  const another = others.size === 0 ? undefined : (able.find((each) => sameTenant(each, caller)) ?? able[0])
  const owner = demanded.owner ?? own ?? (inherits ? heir : another)
  // Whoever could own what they make would make it for themselves.
  const makes = isMade && (owner === undefined || owner === caller || !all.includes(caller))
  return builder.supply(ref.object, {
    ...demanded,
    owner: (near === undefined ? undefined : builder.owners.get(near)) ?? owner,
    near: near ?? (isFree ? beside : undefined),
    creator: demanded.creator ?? (makes ? caller : undefined),
    states: wants.states?.[ref.slot] ?? builder.early(use, ref.object) ?? states,
    wishes,
    ...(companion === undefined || builder.choices.found.has(ref.object) ? {} : { ahead: { use: companion, member } }),
    depth: depth + 1,
  })
}

/** The states a reference must be in, and what the caller must be to it. */
function demandsOn(
  builder: Builder,
  use: Use,
  ref: Ref,
  caller: Member,
): { states: readonly string[]; choices: readonly Choice[]; companion: Use | undefined } {
  const others = ref.slot === ref.object ? companionsOf(builder.stage.charter, use) : []
  const moves = others.filter((each) => each.object?.type === ref.object)
  // Of several moves of it that the call may be, it is one that its caller may make.
  const companion = moves.length < 2 ? moves[0] : (moves.find((each) => mayMove(builder, each, caller)) ?? moves[0])
  const beside = besidesOf(builder.stage.charter, use).find(({ refs }) => refs.includes(ref))
  const demand = (kind: 'by' | 'from') =>
    (beside ?? use).constraints.find((each) => each.kind === kind && each.slot === ref.slot) ??
    companion?.constraints.find((each) => each.kind === kind && each.slot === 'object')
  const [by, from] = [demand('by'), demand('from')]
  return { states: from?.kind === 'from' ? from.states : [], choices: by?.kind === 'by' ? by.choices : [], companion }
}

function mayMove({ stage, casting }: Builder, move: Use, member: Member): boolean {
  const choices = choicesOf(move)
  return (
    casting.standing(move.object?.type ?? '', choices, member) !== undefined ||
    choices.some((each) => isByRole(stage.charter, each, member))
  )
}

/** Whether what a slot names serves for one such call, as a session for one booking of somebody. */
function isForOne(use: Use, slot: Slot): boolean {
  return use.constraints.some(
    (each) =>
      (each.kind === 'once' && each.per.includes(slot)) ||
      (each.kind === 'limit' && each.sum === undefined && each.per.includes(slot) && each.atMost.source.trim() === '1'),
  )
}

/** Whether an object is, or can still be brought, where it is wanted; what nobody knows may be. */
function canBeIn(builder: Builder, name: Var, states: readonly string[]): boolean {
  const type = builder.stage.charter.objects.get(builder.vars[name]?.type ?? '')
  const now = plannedStates(builder, name)
  if (type === undefined || states.length === 0 || now.length === 0) return true
  return now.some((each) => states.includes(each) || movesFrom(type, each, states) !== undefined)
}

/** An object of the scenario that a reference can mean: the parent of the object acted on, or one already there. */
function reuse(
  builder: Builder,
  use: Use,
  { ref, object, isApart }: { readonly ref: Ref; readonly object: Var | undefined; isApart(name: Var): boolean },
  demanded: Belonging,
  beside: Var | undefined,
): Var | undefined {
  const { vars, owners, casting } = builder
  const { owner, creator, above: over, people = [], doers = [] } = demanded
  // What the same call has moved along with another object is used up for this one.
  const isMoved = companionsOf(builder.stage.charter, use).some((each) => each.object?.type === ref.object)
  const used = new Set(
    builder.steps.flatMap((step) =>
      (isMoved || isForOne(use, ref.slot)) && step.use === use.id ? (step.refs[ref.slot] ?? []) : [],
    ),
  )
  const isThere = (name: Var): boolean =>
    vars[name]?.supply === 'found' || builder.steps.some((step) => step.makes === name)
  const names = Object.keys(vars).filter(
    (name) => vars[name]?.type === ref.object && name !== object && !used.has(name) && isThere(name),
  )
  const isOf = (name: Var): boolean => {
    const above = vars[name]?.under ?? madeWith(builder, name, vars[beside ?? '']?.type ?? '')
    return beside === undefined || above === undefined || above === beside
  }
  return names.findLast(
    (name) =>
      isOf(name) &&
      isApart(name) &&
      doers.every(({ use: id, who }) =>
        builder.steps.some((step) => step.use === id && step.object === name && step.as === who.name),
      ) &&
      (owner === undefined || owners.get(name)?.name === owner.name) &&
      (creator === undefined || casting.makersOf(name).includes(creator.name)) &&
      (over === undefined || owners.get(parentOf(builder.stage.charter, builder, name) ?? '') === over) &&
      people.every(({ at, who }) => vars[name]?.people?.[printPointer(at)] === who.name),
  )
}
