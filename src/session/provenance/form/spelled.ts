import { withoutMarkup } from '../../../text/plain.ts'
import { beginsEnding, endsHosts } from './address.ts'

const dots =
  /[.·•∙⋅‧・]|(?<=\s)(?:dot|punk?t|punto|point|ponto|prick|piste|kropka|tečka|nokta|точка|крапка|点|點|점)(?=\s)/giu
/** A sentence that goes on, not the name of a host. */
const newSentence = /^.(?=[^\p{L}\p{N}]*\s)[^\p{L}\p{N}]+\p{Lu}\p{Ll}/u
const plainName = /^[\p{L}\p{N}.-]+$/u
const letterByLetter = /^(?:[\p{L}\p{N}][.-]){4}/u
const longest = { name: 40, ending: 24, gap: 64 } as const
const shortest = 5

/**
 * Names of hosts with blanks, signs or markup between their letters: `reefpay. com`, `r e e f p a y · com`, `"reef" pay.com`. Without hyphens.
 *
 * @param isTold - Words are written so, too: one is a host only where it was told as one. Asked of what it ends with first.
 */
export function spelledNamesIn(text: string, isTold: (name: string) => boolean): readonly string[] {
  const names = new Set<string>()
  const bare = withoutMarkup(text)
  for (const { 0: dot, index } of bare.matchAll(dots)) {
    const isSentence = newSentence.test(bare.slice(index, index + longest.gap))
    const tail = lettersBefore(bare, index)
    const endings = isSentence
      ? []
      : piecesBehind(bare, index + dot.length).filter(({ letters }) => isTold(`${tail}.${letters}`))
    const pieces = endings.length === 0 ? [] : piecesBefore(bare, index)
    for (const ending of endings)
      for (const piece of pieces) {
        const name = `${piece.letters}.${ending.letters}`
        // As it stands it is looked for anyway.
        const isWhole = ending.at - piece.at === name.length && dot === '.'
        if (isWhole || name.length <= shortest || names.has(name) || !isTold(name)) continue
        const written = text.slice(piece.at, ending.at)
        if (!plainName.test(written) || letterByLetter.test(written)) names.add(name)
      }
  }
  return [...names]
}

interface Piece {
  readonly letters: string
  /** Where it begins, or ends. */
  readonly at: number
}

function piecesBehind(text: string, from: number): readonly Piece[] {
  const found: Piece[] = []
  let [letters, gap] = ['', 0]
  for (let at = from; at < text.length && letters.length < longest.ending && gap < longest.gap; at += 1) {
    const isPart = isLetter(text, at)
    gap = isPart ? 0 : gap + 1
    if (!isPart) continue
    letters += text[at]?.toLowerCase()
    if (isLetter(text, at + 1)) continue
    if (!beginsEnding(letters)) break
    if (endsHosts(letters)) found.push({ letters, at: at + 1 })
  }
  return found
}

/** What the name before the last dot of a host ends with. */
export const tailLength = 2

function lettersBefore(text: string, dot: number): string {
  let letters = ''
  for (let at = dot - 1; at >= 0 && at > dot - longest.gap && letters.length < tailLength; at -= 1)
    if (isLetter(text, at)) letters = text[at]?.toLowerCase() + letters
  return letters
}

function piecesBefore(text: string, dot: number): readonly Piece[] {
  const found: Piece[] = []
  let [letters, gap] = ['', 0]
  for (let at = dot - 1; at >= 0 && letters.length < longest.name && gap < longest.gap; at -= 1) {
    const isPart = isLetter(text, at)
    gap = isPart ? 0 : gap + 1
    if (isPart) letters = text[at]?.toLowerCase() + letters
    else if (text[at] === '.' && letters !== '' && letters[0] !== '.') letters = `.${letters}`
    if (isPart && !isLetter(text, at - 1)) found.push({ letters, at })
  }
  return found
}

const otherLetter = /[\p{L}\p{N}]/u

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return (code > 96 && code < 123) || (code > 64 && code < 91) || (code > 47 && code < 58)
  return otherLetter.test(text[at] ?? '')
}
