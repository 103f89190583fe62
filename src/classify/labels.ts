import type { Pointer } from '../charter/pointer.ts'
import type { Detector } from './detect/hit.ts'

/** Which part of a call a value is. */
export type Side = 'arguments' | 'answer'

/** Everything at a place, and below it, is of a class. */
export interface PlaceLabel {
  readonly class: string
  /** As a person would name the label: `order.email`, `desk.get_customer#/ssn`. */
  readonly by: string
  readonly operation: string
  /** Absent: on both sides. */
  readonly side?: Side
  /** `*` stands for each item or member. */
  readonly at: Pointer
  /** What an answer has that is as described: where nothing is here, the place is wherever in the answer it may have been moved to. */
  readonly sign?: Pointer
}

/** What a detector finds is of a class, wherever it stands. */
export interface PatternLabel {
  readonly class: string
  readonly detector: Detector
}

/** What a charter says about classes of data, ready to be asked. */
export interface Labels {
  /** In order, least first. */
  readonly classes: readonly string[]
  readonly places: readonly PlaceLabel[]
  readonly patterns: readonly PatternLabel[]
}

/** Labels of a charter that names none. */
export const noLabels: Labels = { classes: [], places: [], patterns: [] }

/** Where a value stands: what it goes to or comes from. */
export interface Whereabouts {
  readonly operation: string
  readonly side: Side
}

/** The labels that speak of the values of one operation. */
export function placesOf(labels: Labels, { operation, side }: Whereabouts): readonly PlaceLabel[] {
  return labels.places.filter((each) => each.operation === operation && (each.side ?? side) === side)
}

/** Whether something at `at` is at the labelled place or below it; so many steps of `at` are before the place. */
export function isWithin(place: Pointer, at: readonly string[], before = 0): boolean {
  return (
    place.length + before <= at.length && place.every((token, index) => token === '*' || token === at[before + index])
  )
}

/** The same, with whatever around. */
export function isWithinAny(place: Pointer, at: readonly string[]): boolean {
  return at.some((_, before) => isWithin(place, at, before))
}

/** The higher of two classes; of one that is not in the list it is not known how much it matters, so that it is the higher one. */
export function higher(labels: Labels, a: string, b: string): string {
  const [rankA, rankB] = [labels.classes.indexOf(a), labels.classes.indexOf(b)]
  if (rankA === -1 || rankB === -1) return rankA === -1 ? a : b
  return rankA >= rankB ? a : b
}
