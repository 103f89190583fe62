/** Who a new object belongs to, and what must be said or chosen for that when it is made. */
import type { Charter, Choice, ObjectType, Slot, Use, UseId } from '../../charter/charter.ts'
import { type Pointer, printPointer } from '../../charter/pointer.ts'
import { admitted, choicesOf, type Member, type Stage, sameTenant } from './cast.ts'
import { isChosen, originOf, type PersonPlace, type Shown, samePlace } from './origin.ts'
import type { Step } from './scenario.ts'

/** Somebody who stands, or shall stand, in a place of an object. */
export interface Person {
  readonly at: Pointer
  readonly who: Member
}

/** What people shall be to an object. */
export interface Belonging {
  readonly owner?: Member | undefined
  readonly creator?: Member | undefined
  /** The owner of its parent, where that is somebody else's. */
  readonly above?: Member | undefined
  readonly people?: readonly Person[]
  /** Who shall make moves of it on its way. */
  readonly doers?: readonly Doer[]
}

/** Somebody who shall make a move. */
export interface Doer {
  readonly use: UseId
  readonly who: Member
}

/** What the creating call says itself, and what the objects it names must be. */
export interface Binding {
  readonly extra: Step['extra']
  readonly inherit: ReadonlyMap<Slot, Belonging>
}

/** Under what is remembered who a new object turned out to belong to. */
export function settledAs(creator: string, maker: string, place: PersonPlace): string {
  return `${creator}|${maker}|${typeof place === 'string' ? place : printPointer(place)}`
}

/** How a new object comes to belong to people: by a member of the body, or by way of an object the call names. */
export function bind(charter: Charter, creator: Use, maker: Member, belonging: Belonging, shown?: Shown): Binding {
  const type = charter.objects.get(creator.object?.type ?? '')
  const extra: Step['extra'][number][] = []
  const inherit = new Map<Slot, Belonging>()
  for (const [place, who] of wanted(type, belonging)) {
    const origin = originOf(charter, creator, place, shown)
    // Who makes something of their own need not say so.
    const plain = who === maker && isOwner(type, place) && !(origin.from === 'body' && origin.required)
    if (origin.from === 'body' && !plain) extra.push({ at: origin.at, value: { idOf: who.name } })
    if (origin.from === 'doer') {
      const { ref, use } = origin
      inherit.set(ref.slot, joined(inherit.get(ref.slot), { doers: [{ use, who }] }))
    }
    if (origin.from !== 'ref') continue
    const { slot, object } = origin.ref
    inherit.set(slot, joined(inherit.get(slot), belongingAt(charter.objects.get(object), origin.place, who)))
  }
  return { extra, inherit }
}

function wanted(
  type: ObjectType | undefined,
  { owner, above, people = [] }: Belonging,
): (readonly [PersonPlace, Member])[] {
  const own = owner === undefined || type?.owner === undefined ? [] : [[type.owner, owner] as const]
  const over = above === undefined ? [] : [['parent', above] as const]
  return [...own, ...over, ...people.map(({ at, who }) => [at, who] as const)]
}

function isOwner(type: ObjectType | undefined, place: PersonPlace): boolean {
  return type?.owner !== undefined && samePlace(type.owner, place)
}

function belongingAt(type: ObjectType | undefined, place: PersonPlace, who: Member): Belonging {
  if (isOwner(type, place)) return { owner: who }
  if (place === 'parent') return { above: who }
  return typeof place === 'string' ? { creator: who } : { people: [{ at: place, who }] }
}

/** Both together; the first where they differ. */
export function joined(first: Belonging | undefined, second: Belonging | undefined): Belonging {
  return {
    owner: first?.owner ?? second?.owner,
    creator: first?.creator ?? second?.creator,
    above: first?.above ?? second?.above,
    people: [...(first?.people ?? []), ...(second?.people ?? [])],
    doers: [...(first?.doers ?? []), ...(second?.doers ?? [])],
  }
}

/** Choices in an order that does not depend on how a demand lists them: what somebody is to the object first, then actors. */
export function ranked(charter: Charter, choices: readonly Choice[]): readonly Choice[] {
  const actors = [...charter.actors.keys()]
  const byParty = ({ party }: Choice): number =>
    party === undefined ? 3 : party === 'owner' ? 0 : party === 'creator' ? 1 : 2
  const byActor = ({ actor }: Choice): number => (actor === undefined ? -1 : actors.indexOf(actor))
  return choices.toSorted((left, right) => byParty(left) - byParty(right) || byActor(left) - byActor(right))
}

/** Whoever is wanted as owner of a new object, where they make it or can be named for it: else it is not theirs. */
export function ownerIf(
  charter: Charter,
  creator: Use,
  maker: Member,
  owner: Member | undefined,
  shown?: Shown,
): Member | undefined {
  const place = charter.objects.get(creator.object?.type ?? '')?.owner ?? 'creator'
  return maker === owner || isChosen(charter, creator, place, shown) ? owner : undefined
}

/** Everybody who must stand in a new object: those it is wanted with, and those whom moves need that nobody else may make. */
export function peopleFor(
  { charter }: Stage,
  { members, shown }: { readonly members: readonly Member[]; readonly shown: Shown | undefined },
  type: ObjectType,
  way: readonly Use[],
  want: Belonging,
): readonly Person[] {
  const [creator] = way
  const people = [...(want.people ?? [])]
  for (const use of way) {
    const choices = use.creates ? [] : choicesOf(use)
    if (choices.some(({ party }) => party === undefined || party === 'owner' || party === 'creator')) continue
    for (const choice of choices) {
      const at = type.parties.get(choice.party ?? '')
      if (at === undefined || creator === undefined || people.some((each) => samePlace(each.at, at))) continue
      if (!isChosen(charter, creator, at, shown)) continue
      const able = admitted(charter, members, choice)
      const who = able.find((member) => want.owner === undefined || sameTenant(member, want.owner)) ?? able[0]
      if (who !== undefined) people.push({ at, who })
    }
  }
  return people
}
