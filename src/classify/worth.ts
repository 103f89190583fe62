import { type Folded, fold } from './fold.ts'

/** What is remembered of one value: the characters looked for, and how many of them in a row are enough. */
export interface Worth {
  /** What of the text they are. */
  readonly text: string
  readonly codes: readonly number[]
  /** 0 where only the whole value between gaps counts. */
  readonly need: number
  /** Part of the text is shared with others, and was left out. */
  readonly shared: boolean
  /** Of an address that is somebody's name: how long its words are, and what stands first in the domain. */
  readonly name?: { readonly words: readonly number[]; readonly domain: readonly number[] }
}

/** Longer values are remembered by their beginning. */
const longest = 4096
/** Shorter ones count as whole words only. */
const shortestPart = 8
const shortestWord = 4
const mostNeeded = 24
/** Of shorter texts of several words nearly all has to be there. */
const shortText = 20

/** Words that say nothing about anybody. */
const everyday: ReadonlySet<string> = new Set(
  (
    'true false null none unknown other active inactive enabled disabled pending open closed paid done draft sent new default standard ' +
    'basic gold silver premium regular high medium low normal email phone mobile home work office male female person user customer ' +
    'admin order item items status test info support hello thanks regards dear please name address street city country'
  ).split(' '),
)

/** Words that belong to the one behind them: whose family is called `van der Velden` shares all of it with the others. */
const particles: ReadonlySet<string> = new Set(
  'van von der den de di da do dos das del della la le du el al bin ibn ter ten zu zur zum af av'.split(' '),
)

/**
 * What of a value is worth being remembered; undefined for what says nothing: everyday words, fewer than four letters or digits.
 *
 * A part of a longer value counts as the value from about half of it on: a third party has no use for less, and less is met by chance.
 * Of an address the part that is not shared with others counts: the local part, the path of a link.
 */
export function worthOf(text: string): Worth | undefined {
  if (text.length > longest * 4) return worthOf(text.slice(0, longest * 4))
  const distinct = distinctPart(text)
  const shared = distinct !== text
  const folded = fold(distinct)
  const { codes } = folded
  const wide = codes.filter((code) => code >= 0x2e80).length
  if (codes.length + wide < shortestWord || everyday.has(String.fromCharCode(...codes.slice(0, 16)))) return undefined
  if (codes.length < shortestPart && wide * 2 < codes.length) return { text: distinct, codes, need: 0, shared }
  if (codes.length < 4) return { text: distinct, codes, need: 0, shared }
  const name = nameIn(text)
  const need = needOf(text, folded, wide)
  if (codes.length <= longest) return { text: distinct, codes, need, shared, ...(name && { name }) }
  return { text: distinct.slice(0, folded.to[longest - 1]), codes: codes.slice(0, longest), need, shared }
}

/** `maja.lindqvist@corp.example`: whoever writes "Maja Lindqvist" writes no address. */
function nameIn(text: string): Worth['name'] {
  const [, local = '', domain = ''] = address.exec(text) ?? []
  if (!/^\p{L}{1,32}(?:[._-]\p{L}{1,32}){1,3}$/u.test(local)) return undefined
  const words = local.split(/[._-]/).map((word) => fold(word).codes.length)
  return { words, domain: fold(domain.split('.')[0] ?? '').codes }
}

function needOf(text: string, folded: Folded, wide: number): number {
  const { codes, gap } = folded
  const length = codes.length
  if (isMoment(text) || isShortAddress(text)) return length
  if (wide * 2 >= length) return Math.min(length, Math.max(4, Math.ceil(length * 0.6)), mostNeeded)
  const digits = codes.filter((code) => code >= 0x30 && code <= 0x39).length
  if (digits * 2 >= length) return needOfNumber(length)
  const words = wordLengths(folded)
  if (isDrawn(codes, gap)) return Math.min(Math.max(8, Math.ceil(length * 0.5)), mostNeeded)
  if (words.length === 1) return Math.min(Math.max(7, Math.ceil(length * 0.6)), mostNeeded)
  // Others have the same family name, or live in the same street.
  const share = Math.ceil(length * (length < shortText ? 0.85 : 0.5))
  return Math.min(Math.max(7, share, Math.max(...words) + 2), mostNeeded, length)
}

/** One of its words mixes letters and digits, as keys do. */
function isDrawn(codes: readonly number[], gap: readonly number[]): boolean {
  let [letters, digits] = [0, 0]
  for (const [index, code] of codes.entries()) {
    if (gap[index] === 1) letters = digits = 0
    if (code < 0x3a) digits++
    else letters++
    if (letters > 1 && digits > 1) return true
  }
  return false
}

/** Telephone numbers of one place begin alike. */
function needOfNumber(length: number): number {
  if (length < 10) return 6
  return length < 13 ? Math.floor(length * 0.75) : Math.min(Math.max(8, Math.ceil(length * 0.5)), mostNeeded)
}

function wordLengths({ codes, gap }: Folded): number[] {
  const lengths: number[] = []
  let start = 0
  let joined = 0
  for (let at = 1; at <= codes.length; at++) {
    if (at < codes.length && gap[at] !== 1) continue
    const isParticle = at - start < 6 && particles.has(String.fromCharCode(...codes.slice(start, at)))
    joined += at - start
    start = at
    if (isParticle && at < codes.length) continue
    lengths.push(joined)
    joined = 0
  }
  return lengths
}

/** Half of a date and time is any other time of that day. */
const isMoment = (text: string): boolean => /^\s*\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.{0,20})?\s*$/.test(text)

const address = /^\s*([^\s@]{1,64})@([^\s@]{3,253})\s*$/
const link = /^\s*[a-z][a-z0-9+.-]*:\/\/[^\s/]+(\/\S+)\s*$/i
const longLocal = 8

function distinctPart(text: string): string {
  const [, local, domain = ''] = address.exec(text) ?? []
  if (local !== undefined) {
    const length = fold(local).codes.length
    return length >= longLocal ? local : `${local}@${domain.slice(0, Math.max(4, longLocal - length))}`
  }
  const path = link.exec(text)?.[1] ?? ''
  return fold(path).codes.length >= 12 ? path : text
}

function isShortAddress(text: string): boolean {
  const local = address.exec(text)?.[1]
  return local !== undefined && fold(local).codes.length < longLocal
}
