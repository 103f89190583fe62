/** Something a detector found: a half-open range of the text. */
export interface Hit {
  readonly start: number
  readonly end: number
  /** Which detector, or which rule of it. */
  readonly by: string
}

/** What is known of the place a text stands at. */
export interface Place {
  /** The member name it has, in lower case, words apart: `card number`. */
  readonly field: string
}

/** Finds one sort of value in a text, in time linear in its length. */
export interface Detector {
  readonly name: string
  readonly find: (text: string, place: Place) => readonly Hit[]
}

/** How far before a value a word still speaks of it. */
const reach = 48

/** Whether the field's name, or the text shortly before, has one of the words. */
export function speaksOf(words: RegExp, text: string, start: number, place: Place): boolean {
  return words.test(place.field) || words.test(text.slice(Math.max(0, start - reach), start).toLowerCase())
}

/** Names come again with every record. */
const known = new Map<string, string>()
const mostKnown = 1000

/** The words of a member name: `cardNumber`, `card_number` and `card-number` are `card number`. */
export function fieldWords(name: string): string {
  const before = known.get(name)
  if (before !== undefined) return before
  const words = name
    .slice(0, 200)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()
  if (known.size >= mostKnown) known.clear()
  if (name.length <= 64) known.set(name, words)
  return words
}
