import type { Constraint, OperationId, Slot, Use } from '../../charter/charter.ts'
import type { Belonging } from './belong.ts'
import type { Member } from './cast.ts'
import type { Lore } from './lore.ts'
import type { Tie, Var, Wish } from './scenario.ts'

/** What a scenario shall look like beyond the rightful way. */
export interface Wants {
  /** Who makes the call; without it, the first who may. */
  readonly member?: Member
  /** Whose the object shall be, when not the caller's. */
  readonly owner?: Member
  /** Who shall have made the object, when that is not the owner. */
  readonly creator?: Member
  /** A move the object must have made on its way. */
  readonly through?: Use | undefined
  /** States of the object or of references other than those the charter asks for. */
  readonly states?: Readonly<Record<Slot, readonly string[]>>
  /** Wishes on the object or on references. */
  readonly wishes?: readonly Wish[]
  /** Approvals: given in full (`granted`), or left out so that only what the state needs is done. */
  readonly approvals?: 'granted' | 'left-out'
  /** A rule not to be prepared for. */
  readonly without?: string
  /** What the object acted on shall be made for or of, as one that another object has as well. */
  readonly near?: Var | undefined
  /** Whose a reference shall be, when not the caller's. */
  readonly refOwner?: Readonly<Record<Slot, Member>>
  /** What is looked for is not made, is made for something else, or is made although it must not be there. */
  readonly sought?: Readonly<Record<Slot, 'none' | 'elsewhere' | 'there'>>
}

/** What an object is wanted for. */
export interface Supply extends Belonging {
  readonly states: readonly string[]
  readonly wishes: readonly Wish[]
  readonly depth: number
  /** A move the way must pass. */
  readonly through?: Use | undefined
  /** The use it is for, and who makes that: steps on the way leave to them what others cannot do. */
  readonly ahead?: { readonly use: Use; readonly member: Member } | undefined
  /** The object it is made for. */
  readonly near?: Var | undefined
  /** What it must say that others say. */
  readonly ties?: readonly Tie[]
}

/** How objects and people are chosen throughout a scenario. */
export interface BuildOptions {
  /** The object acted on may be moved for the sake of others, as where there can be no second one. */
  readonly spend?: true
  /** Types looked for among existing objects although they can be made. */
  readonly found: ReadonlySet<string>
  /** The state in which existing objects of a type are looked for, where bringing them there does not work; undefined for any that will do. */
  readonly ready?: ReadonlyMap<string, string | undefined>
  /** Who is cast before others, as whoever has what others have not. */
  readonly lead?: string
  /** The act names other things than those that its object was made with: naming the same again may change nothing. */
  readonly another?: true
  /** A use made of every new object of a type, because others need what it brings, as money on an account. */
  readonly enrich?: ReadonlyMap<string, Use>
  /** A type of which one is made first, of the owner of the object acted on and not by whoever acts, so that there is something to tell. */
  readonly fill?: string
  /** The use that creates objects of its type, when there are several. */
  readonly creator?: string
  /** The object acted on shall be such that every approval is needed, and given. */
  readonly needed?: boolean
  /** A move that the object acted on shall have made on its way, so that there is more for the act to show. */
  readonly through?: Use
  /** What makes objects of one type is made while what they point to, of another one, is in other states than it should be. */
  readonly early?: { readonly maker: string; readonly type: string; readonly states: readonly string[] }
  /** Members not to be cast. */
  readonly notCast?: ReadonlySet<string>
  /** What brings about objects that no operation creates, by their type. */
  readonly bringers?: ReadonlyMap<string, Bringer | undefined>
  /** Lets one person do what a demand of the charter wants done by different ones. */
  readonly samePerson?: SamePerson
  /** Who new objects turned out to belong to where nothing told before: names by `settledAs`, slots by `shownAs`. */
  readonly settled?: ReadonlyMap<string, string>
  /** What was learnt of moves. */
  readonly lore?: Lore
}

/** Somebody who does what different people should do; `everything` else on the way as well, as far as they may. */
export interface SamePerson {
  readonly member: Member
  readonly constraint: Constraint
  /** The operation they end with. */
  readonly act: OperationId
  readonly everything?: boolean
}

/** A use whose rightful call brings about an object of another type, and the choices with which it works. */
export interface Bringer {
  readonly use: Use
  readonly options: BuildOptions
}

/** How many objects may be made for one another. */
export const deepest = 5

/** Why a scenario cannot be built. */
export class Unbuildable extends Error {}

/** What could be built; undefined where it cannot. */
export function possible<Built>(make: () => Built): Built | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof Unbuildable) return undefined
    throw error
  }
}
