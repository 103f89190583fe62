import type { Charter, ObjectFact, ObjectType, Slot, Use } from '../../../charter/charter.ts'
import type { Known } from '../../../charter/object-fact.ts'
import type { Sent } from '../../finding.ts'
import type { Signed } from '../lab.ts'
import type { Play } from './play.ts'

/** Another way of looking than by the `read` of the type. */
export type Look = (play: Play, attacker: string | undefined, record?: (sent: Sent) => void) => Promise<Sight>

/** One object of the running system, as far as it is known. */
export interface Thing {
  readonly type: ObjectType
  readonly key: string
  /** Path parameters it was reached by. */
  readonly path: Readonly<Record<string, unknown>>
  readonly creator?: string
  readonly creatorTenant?: string
  /** The identity that made it. */
  readonly maker?: string
  parent?: Thing
  /** Keys of others that would have done as well, where it was found in a list. */
  siblings?: readonly string[]
  /** Whoever the object itself stands for, when a registration made it. */
  readonly self?: Signed
  /** The state followed from transitions, for types that do not show it. */
  followed?: string
  /** What the answer that made it said of it. */
  learnt?: Readonly<Record<string, unknown>>
  fact?: ObjectFact
  /** To whom a list showed it last, as one of how many. */
  listed?: { readonly to: string; readonly among: number }
  readonly look?: Look
  /** What a look was answered that failed for reasons of the system's own, as `503 overloaded`. */
  outage?: string
  /** The state it must be in by the charter, where a move that took effect left it elsewhere. */
  due?: string
  /** That move, where it left the object as if what had been decided before were decided of what it is now. */
  undecided?: Use
}

/**
 * What the charter judges a call by: the object as it is, in the state that it is in or must be in. Undefined when nobody could look:
 * that is not the same as its not being there.
 */
export function judgedFact({ fact, due }: Thing): ObjectFact | undefined {
  return fact === undefined ? undefined : due === undefined ? fact : { ...fact, state: due }
}

/** What an observer saw: undefined when nobody may look, null when it does not exist. */
export type Sight = ObjectFact | null | undefined

/** What is known of an object beside its representation. */
export function knownOf(thing: Thing, now: number): Known {
  return {
    now,
    ...(thing.parent?.fact === undefined ? {} : { parent: thing.parent.fact }),
    ...(thing.creator === undefined ? {} : { creator: thing.creator }),
    ...(thing.creatorTenant === undefined ? {} : { creatorTenant: thing.creatorTenant }),
    ...(thing.followed === undefined ? {} : { state: thing.followed }),
  }
}

/** Where a call moves objects of several types, each stands where the charter looks for it. */
export function underOwnNames(
  charter: Charter,
  use: Use,
  objects: Record<Slot, ObjectFact | null>,
): Record<Slot, ObjectFact | null> {
  const slot = use.object?.slot
  if (slot === undefined) return objects
  const first = charter.operations.get(use.operation)?.uses[0]?.object?.type
  const { object, ...others } = objects
  const main = first === undefined ? undefined : others[first]
  return {
    ...others,
    ...(object === undefined ? {} : { [slot]: object }),
    ...(main === undefined ? {} : { object: main }),
  }
}
