import { fold } from './fold.ts'
import { digest, type GramKey } from './gram.ts'
import type { Leaf } from './leaf.ts'
import type { Target } from './memory.ts'
import type { Match, Piece } from './search.ts'

/** Where texts name somebody whose address is known, and say nothing more of it than, where it may stand, the address itself. */
export interface SaidNames {
  /** Whether a match, which stands there as these words, is such a name: as people write it, with blanks alone. */
  isName(match: Match, words: string): boolean
  /** Whether a piece of an address, which stands there as this, is a word of such a name. */
  isWord(piece: Piece, word: string): boolean
}

const asWritten = /^\p{L}[\p{L}\p{M}'’.]*(?:\s+\p{L}[\p{L}\p{M}'’.]*)+$/u
const address = /([^\s@<>"',;:()]{1,64})@[^\s@<>"',;:()]{1,253}/g

export function openSaidNames(key: GramKey, leaves: readonly Leaf[]): SaidNames {
  const alone = new Map<number, boolean>()
  // With its domain beside it, it is the address.
  const isAlone = ({ value, name }: Target): boolean => {
    const known = alone.get(value) ?? !leaves.some(({ text }) => wordsOf(key, text, value).includes(name?.domain ?? 0))
    alone.set(value, known)
    return known
  }
  return {
    isName({ target, part }, words) {
      if (part || !('name' in target) || target.name === undefined || !asWritten.test(words)) return false
      const lengths = words.split(/\s+/).map((word) => fold(word).codes.length)
      return lengths.join() === target.name.words.join() && isAlone(target)
    },
    isWord({ target, from, to }, word) {
      const { name } = target
      if (name === undefined || fold(word).codes.length !== to - from || !/^\p{L}[\p{L}\p{M}'’]*$/u.test(word))
        return false
      const ends = name.words.map((_, at) => name.words.slice(0, at + 1).reduce((sum, each) => sum + each, 0))
      return (from === 0 || ends.includes(from)) && ends.includes(to) && isAlone(target)
    },
  }
}

/** Digests of all words but those of the address itself: where that stands it is found, and may or may not be. */
function wordsOf(key: GramKey, text: string, value: number): readonly number[] {
  const digestOf = (codes: readonly number[]): number => digest(key, codes, 0, codes.length)
  const rest = text.replace(address, (whole, local: string) => (digestOf(fold(local).codes) === value ? ' ' : whole))
  const { codes, gap } = fold(rest)
  const starts = gap.flatMap((each, at) => (each === 1 ? [at] : []))
  return starts.map((start, index) => digestOf(codes.slice(start, starts[index + 1] ?? codes.length)))
}
