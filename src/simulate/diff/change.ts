import type { Choice } from '../../charter/charter.ts'

/** Which way a change goes: `looser` allows what was refused, `tighter` refuses what was allowed, `other` may do both. */
export type Direction = 'looser' | 'tighter' | 'other'

/** One difference between two charters, as a sentence. */
export interface Change {
  readonly direction: Direction
  /** The operation, or the part of the charter, that it is about. */
  readonly about: string
  readonly says: string
  readonly constraint?: string
}

/** Which way several differences go together; undefined for none. */
export function together(directions: readonly (Direction | undefined)[]): Direction | undefined {
  const found = new Set(directions.filter((each) => each !== undefined))
  const [only] = found
  return found.size > 1 ? 'other' : only
}

/** What it means that more (or less) fits: `looser` when the new one covers the old and more. */
export function byCover(newCoversOld: boolean, oldCoversNew: boolean): Direction | undefined {
  if (newCoversOld && oldCoversNew) return undefined
  return newCoversOld ? 'looser' : oldCoversNew ? 'tighter' : 'other'
}

/** A larger number is looser. */
export function byNumber(before: number, after: number): Direction | undefined {
  if (before === after) return undefined
  return after > before ? 'looser' : 'tighter'
}

/** Turns a direction round, for what tightens when it grows. */
export function reversed(direction: Direction | undefined): Direction | undefined {
  return direction === 'looser' ? 'tighter' : direction === 'tighter' ? 'looser' : direction
}

/** More who may is looser. */
export function bySet(before: readonly string[], after: readonly string[]): Direction | undefined {
  const covers = (one: readonly string[], other: readonly string[]): boolean =>
    other.every((each) => one.includes(each))
  return byCover(covers(after, before), covers(before, after))
}

/** More who are entitled is looser. */
export function byChoices(before: readonly Choice[], after: readonly Choice[]): Direction | undefined {
  const covers = (one: readonly Choice[], other: readonly Choice[]): boolean =>
    other.every((demanded) => one.some((each) => asksNoMore(each, demanded)))
  return byCover(covers(after, before), covers(before, after))
}

function asksNoMore(one: Choice, other: Choice): boolean {
  const part = (name: 'actor' | 'party' | 'scope'): boolean => one[name] === undefined || one[name] === other[name]
  const signedIn = one.anonymous || !other.anonymous
  const states = one.states === undefined || (other.states?.every((state) => one.states?.includes(state)) ?? false)
  return signedIn && states && part('actor') && part('party') && part('scope')
}
