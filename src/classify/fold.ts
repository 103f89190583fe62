import { lowerLike, plainOf } from './lookalike.ts'

/**
 * A text without what can be varied and still be read: letters and digits only, in lower case, look-alikes made plain.
 *
 * Parallel lists: the code of each character, where it stood in the text (`from`, `to`), and whether something else than a letter or
 * digit stood before it (`gap`; also 1 for the first).
 */
export interface Folded {
  readonly codes: number[]
  readonly from: number[]
  readonly to: number[]
  readonly gap: number[]
}

/** Scripts that put no space between words: each character stands for itself. */
const unspaced = 0x2e80

/** Folds a text in one pass. */
export function fold(text: string): Folded {
  const folded: Folded = { codes: [], from: [], to: [], gap: [] }
  let gap = 1
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index)
    if (code < 0x80) {
      const kept = keptOf(code)
      if (kept === 0) {
        if (code > 0x1f || code === 10 || code === 9 || code === 13) gap = 1
      } else {
        push(folded, kept, index, index + 1, gap)
        gap = 0
      }
      index++
    } else {
      const character = String.fromCodePoint(text.codePointAt(index) ?? 0)
      gap = foldOther(folded, character, index, gap)
      index += character.length
    }
  }
  return folded
}

function foldOther(folded: Folded, character: string, index: number, before: number): number {
  const plain = plainOf(character)
  if (plain === '') return before
  let gap = before
  for (const lower of plain.toLowerCase()) {
    const part = lower < '\u0080' ? lower : lowerLike(lower)
    const code = part.codePointAt(0) ?? 0
    const kept = code < 0x80 ? keptOf(code) : letterOrDigit.test(part) ? code & 0xffff : 0
    if (kept === 0) gap = 1
    else {
      const alone = kept >= unspaced ? 1 : 0
      push(folded, kept, index, index + character.length, gap | alone)
      gap = alone
    }
  }
  return gap
}

const letterOrDigit = /^[\p{L}\p{N}]$/u

/** The ASCII letter or digit in lower case; 0 for anything else. */
function keptOf(code: number): number {
  if (code >= 0x61 ? code <= 0x7a : code >= 0x30 && code <= 0x39) return code
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : 0
}

function push(folded: Folded, code: number, from: number, to: number, gap: number): void {
  folded.codes.push(code)
  folded.from.push(from)
  folded.to.push(to)
  folded.gap.push(gap)
}

/** Several folded texts as one, as if they stood beside each other without a gap. Where they stood says nothing any more. */
export function joinFolded(parts: readonly Folded[]): Folded {
  return {
    codes: parts.flatMap(({ codes }) => codes),
    from: parts.flatMap(({ from }) => from),
    to: parts.flatMap(({ to }) => to),
    gap: parts.flatMap(({ gap }) => gap),
  }
}
