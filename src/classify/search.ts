import { type Folded, joinFolded } from './fold.ts'
import { digest, type GramKey, gramLength, gramsOf, joinGrams, packGrams } from './gram.ts'
import type { ClassEntry, ClassMemory, Tail, Target, Word } from './memory.ts'

/** A remembered value in a folded text: half-open range of its characters. */
export interface Match {
  readonly target: Target | Word
  readonly start: number
  readonly end: number
  /** Not all of the value. */
  readonly part: boolean
}

/** A piece of a value that is too short to be it, but stands alone in the text as something cut out of it would. */
export interface Piece {
  readonly target: Target
  /** Which characters of the value. */
  readonly from: number
  readonly to: number
  readonly start: number
  readonly end: number
}

/** What a search found. */
export interface Matches {
  readonly matches: readonly Match[]
  readonly pieces: readonly Piece[]
}

/** What a search works on: digests of a text, and whether it may begin or end a piece at a character. */
interface Text {
  readonly grams: Uint32Array
  readonly gap: (at: number) => boolean
  readonly length: number
}

const none: Matches = { matches: [], pieces: [] }
const longestWord = 8
const mostPieces = 1000

/**
 * Looks for everything remembered in one folded text.
 *
 * Each place of the text is compared with at most eight values, and only as far as they agree; a value that was found is not looked for
 * again inside of itself. Linear in the length of the text.
 */
export function search(memory: ClassMemory, folded: Folded): Matches {
  return isEmpty(memory) ? none : searched(memory, folded).found
}

const isEmpty = ({ targets, words }: ClassMemory): boolean => targets.length === 0 && words.size === 0

interface Searched {
  readonly key: GramKey
  readonly grams: Uint32Array
  /** How many values were known. */
  readonly known: number
  readonly found: Matches
}

/** What was found last in texts that are looked at again as long as nothing is learned. */
const before = new WeakMap<Folded, Searched>()

function searched(memory: ClassMemory, folded: Folded): Searched {
  const { key, known } = memory
  const last = before.get(folded)
  if (last?.key === key && last.known === known.size) return last
  const { codes } = folded
  const grams = last?.key === key ? last.grams : gramsOf(key, codes)
  const gap = (at: number): boolean => at >= codes.length || folded.gap[at] === 1
  const { matches, pieces } = searchGrams(memory, { grams, gap, length: codes.length })
  const found = { matches: [...matches, ...searchWords(memory, folded)], pieces }
  const now = { key, grams, known: known.size, found }
  before.set(folded, now)
  return now
}

/** A remembered value in several folded texts, as if they stood beside each other without a gap; `from` and `to` name the first and last text. */
export interface JoinedMatch {
  readonly match: Match
  readonly from: number
  readonly to: number
}

/** The remembered values that reach from one text into another one. */
export function searchJoined(memory: ClassMemory, texts: readonly Folded[]): readonly JoinedMatch[] {
  if (isEmpty(memory)) return []
  const starts = startsOf(texts)
  const grams = joinGrams(texts.flatMap((each, at) => [searched(memory, each).grams, crossing(memory, texts, at)]))
  const { matches } = searchGrams(memory, { grams, gap: () => false, length: starts.at(-1) ?? 0 })
  const words = memory.words.size === 0 ? [] : searchWords(memory, joinFolded(texts))
  return [...matches, ...words].flatMap((match) => {
    const [from, to] = [textAt(starts, match.start), textAt(starts, match.end - 1)]
    return from === to ? [] : [{ match, from, to }]
  })
}

/** Where each text begins, and where the last one ends. */
export function startsOf(texts: readonly Folded[]): readonly number[] {
  const starts = [0]
  for (const { codes } of texts) starts.push((starts.at(-1) ?? 0) + codes.length)
  return starts
}

function textAt(starts: readonly number[], at: number): number {
  return starts.findIndex((_, index) => at < (starts[index + 1] ?? Number.POSITIVE_INFINITY))
}

/** The pieces that begin in a text and do not end in it. */
function crossing({ key }: ClassMemory, texts: readonly Folded[], at: number): Uint32Array {
  const own = texts[at]?.codes ?? []
  const codes = own.slice(Math.max(0, own.length - gramLength + 1))
  const begins = codes.length
  for (let next = at + 1; next < texts.length && codes.length < begins + gramLength - 1; next++)
    codes.push(...(texts[next]?.codes ?? []).slice(0, begins + gramLength - 1 - codes.length))
  return gramsOf(key, codes).subarray(0, begins)
}

function searchGrams(memory: ClassMemory, text: Text): Matches {
  const matches: Match[] = []
  const pieces: Piece[] = []
  // Up to where each target was found already.
  const done = new Map<number, number>()
  for (let at = 0; at < text.grams.length; at++) {
    const gram = text.grams[at] ?? 0
    for (let seed = memory.seeds.find(gram); seed !== -1; seed = memory.seeds.find(gram, seed)) {
      const [number, from] = [memory.seeds.targetAt(seed), memory.seeds.placeAt(seed)]
      const target = memory.targets[number]
      if (target === undefined || at < (done.get(number) ?? 0)) continue
      const { left, right } = extend(text.grams, at, target.grams, from)
      const [start, end] = [at - left, at + right + gramLength]
      if (end - start >= target.need) {
        matches.push({ target, start, end, part: end - start < target.length })
        done.set(number, end - gramLength + 1)
      } else if (left === 0 && pieces.length < mostPieces && isPieced(target)) {
        const [first, last] = wholeWords(text, start, end)
        if (last - first >= gramLength)
          pieces.push({ target, from: from + first - start, to: from + last - start, start: first, end: last })
      }
    }
  }
  return { matches, pieces }
}

/** Backwards and rotated nobody cuts it up as well. */
const isPieced = ({ how }: Target): boolean => how !== 'reversed' && how !== 'rotated'

/** What begins and ends with a word, within a range: the word after a piece may go on by chance as the value does. */
function wholeWords({ gap }: Text, start: number, end: number): readonly [number, number] {
  let [first, last] = [start, end]
  while (first < last && !gap(first)) first++
  while (last > first && !gap(last)) last--
  return [first, last]
}

/** How many more pieces agree on each side. */
function extend(text: Uint32Array, at: number, grams: Uint32Array, from: number): { left: number; right: number } {
  let left = 0
  while (left < at && left < from && text[at - left - 1] === grams[from - left - 1]) left++
  let right = 0
  while (
    at + right + 1 < text.length &&
    from + right + 1 < grams.length &&
    text[at + right + 1] === grams[from + right + 1]
  )
    right++
  return { left, right }
}

/** Words, and words made of up to three that stand beside each other, of more where they are of one or two: `12-34` is `1234`, and so is `1 2 3 4`. */
function searchWords(memory: ClassMemory, { codes, gap }: Folded): Match[] {
  if (memory.words.size === 0) return []
  const matches: Match[] = []
  const starts = gap.flatMap((each, at) => (each === 1 ? [at] : []))
  for (const [index, start] of starts.entries()) {
    for (let words = 1; words <= longestWord; words++) {
      const end = starts[index + words] ?? codes.length
      if (end - start > longestWord) break
      if (words > 3 && end - start > words * 2 && (codes[start] ?? 0) < 0x2e80) break
      for (const target of memory.words.get(digest(memory.key, codes, start, end)) ?? []) {
        if (target.length === end - start) matches.push({ target, start, end, part: false })
      }
      if (end === codes.length) break
    }
  }
  return matches
}

/** Values that began in what was sent before, and end here. */
export function searchAcross(memory: ClassMemory, tail: Tail, { codes }: Folded): readonly Match[] {
  if (isEmpty(memory)) return []
  const joined = [...tail.last, ...codes.slice(0, longestTail)]
  const grams = joinGrams([tail.grams, gramsOf(memory.key, joined)])
  const sent = tail.grams.length + tail.last.length
  const { matches } = searchGrams(memory, { grams, gap: () => false, length: grams.length + gramLength - 1 })
  return matches
    .filter(({ start, end }) => start < sent && end > sent)
    .map((match) => ({ ...match, start: 0, end: match.end - sent }))
}

/** How many characters of what was sent are kept, as digests, to be joined with what is sent next. */
export const longestTail = 64

/** The tail after some more was sent, to be kept. */
export function tailAfter(
  memory: ClassMemory,
  tail: Tail | undefined,
  codes: readonly number[],
): Pick<Extract<ClassEntry, { kind: 'tail' }>, 'grams' | 'last'> {
  const fresh = codes.length >= longestTail + gramLength
  const joined = fresh ? codes.slice(-longestTail - gramLength) : [...(tail?.last ?? []), ...codes]
  const grams = gramsOf(memory.key, joined)
  const all = fresh || tail === undefined ? grams : joinGrams([tail.grams, grams])
  return { grams: packGrams(all.slice(-longestTail)), last: joined.slice(-(gramLength - 1)) }
}
