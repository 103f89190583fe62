import {
  base32Bytes,
  base64Bytes,
  beginsInBase64,
  beginsLikeText,
  binaryBytes,
  escapedOf,
  hexBytes,
  textOfBytes,
} from '../text/bytes.ts'
import { character, entity } from '../text/entity.ts'
import { keeping } from '../text/keeping.ts'
import { writtenIn } from './amount.ts'
import { codeBytes, codeRun, hexCodeBytes, hexCodeRun, markedCodeRun, octalBytes } from './code-list.ts'
import { fold } from './fold.ts'
import { plainOf, withoutTwoFaced } from './lookalike.ts'
import { traitsOf } from './traits.ts'

/** One way to read a text: as it stands, or with an encoding undone. */
export interface View {
  readonly text: string
  readonly encoded: boolean
  /** It has the same letters and digits, once folded, as the view it was read from. */
  readonly alike?: true
  /** Where in the text itself a range of this view comes from. */
  readonly span: (from: number, to: number) => Span
}

/** A half-open range of UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A text as it stands, and read in other ways. */
export type Views = readonly [View, ...View[]]

/** How often an encoding may stand in another. */
const deepest = 4

/** However often and in however many ways a text can be read, all readings together are no longer than this times the text. */
const mostReadings = 6
const leastBudget = 4096

/**
 * All ways to read a text: itself first, then with percent-encoding, HTML entities, tags, escapes, quoted-printable, look-alike and hidden
 * characters, base64, base64url, base32, hexadecimal and lists of character codes undone, also one in another. What they decode to
 * has to be text. Linear in the length of the text.
 */
export function viewsOf(text: string): Views {
  return text.length > longestRecent ? readViews(text) : recentViews(text)
}

/** For one call the same texts are read several times, by whoever looks for something in them. */
const recentViews = keeping(64, readViews)
const longestRecent = 16_384

/** Letters and digits of what is read, folded once. */
export const foldedOf = onceForEach((view) => fold(view.text))

/** The numbers of what is read, parsed once. */
export const numbersWritten = onceForEach((view) => writtenIn(view.text))

function onceForEach<T>(read: (view: View) => T): (view: View) => T {
  const known = new WeakMap<View, T>()
  return (view) => {
    const found = known.get(view) ?? read(view)
    known.set(view, found)
    return found
  }
}

function readViews(text: string): Views {
  const views: [View, ...View[]] = [{ text, encoded: false, span: (start, end) => ({ start, end }) }]
  let budget = text.length * mostReadings + leastBudget
  let from = 0
  for (let depth = 0; depth < deepest; depth++) {
    const until = views.length
    for (; from < until; from++) {
      const view = views[from]
      if (view === undefined) continue
      for (const inner of decodings(view.text)) {
        budget -= inner.text.length
        if (budget < 0) return views
        views.push(within(view, inner))
      }
    }
  }
  return views
}

function within(outer: View, inner: View): View {
  return {
    text: inner.text,
    encoded: outer.encoded || inner.encoded,
    ...(inner.alike && { alike: inner.alike }),
    span: (from, to) => {
      const { start, end } = inner.span(from, to)
      return outer.span(start, end)
    },
  }
}

function* decodings(text: string): Generator<View> {
  const { escapes: escaped, equals, odd, word, alphanumeric, hexadecimal, digits, codes } = traitsOf(text)
  if (escaped || text.includes('U+') || text.includes('u+')) yield* changed(text, rewrite(text, escapes, withoutEscape))
  if (text.includes('<') || text.includes('[')) yield* changed(text, rewrite(text, tag, withoutTag))
  if (equals && /=[0-9A-F\r\n]/i.test(text))
    yield* changed(text, rewrite(text, /(?:=[0-9A-F]{2})+|=\r?\n/gi, quotedPrintable))
  if (odd) {
    const plain = rewrite(text, oddCharacter, plainOf)
    yield* changed(text, { ...plain, alike: true })
    const lower = withoutTwoFaced(text)
    if (lower !== text) yield { ...rewrite(lower, oddCharacter, plainOf), encoded: false }
    if (/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2}/u.test(text)) yield* runs(text, selectors, selectorBytes, 1)
    if (/[\u{e0020}-\u{e007e}]{4}/u.test(text)) yield* runs(text, tags, tagBytes, 1)
  }
  if (word >= 8) yield* runs(text, base64Run, base64Bytes, 4)
  if (hexadecimal >= 10) {
    yield* runs(text, hexRun, hexBytes, 2)
    yield* runs(text, hexCodeRun, hexCodeBytes, 1)
  }
  if (alphanumeric >= 13) yield* runs(text, base32Run, base32Bytes, 1)
  if (digits >= 40) yield* runs(text, binaryRun, binaryBytes, 1)
  if (codes >= 6) yield* runs(text, codeRun, codeBytes, 1, octalBytes)
  if (text.includes('0x') || text.includes('0o')) yield* runs(text, markedCodeRun, codeBytes, 1)
}

const oddCharacter = /[^\t\n\r -~]/gu

const escapes =
  /(?:%[0-9a-f]{2})+|&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,24});?|\\[ux]\{[0-9a-f]{1,6}\}|\\u00(?:0[0-9a-f]|10)[0-9a-f]{4}|(?:[\\%]u[0-9a-f]{4})+|(?:\\x[0-9a-f]{2})+|(?:\\[0-3]?[0-7]{1,2})+|\\N\{[a-z -]{3,60}\}|\\[nrt"'\\/]|u\+[0-9a-f]{2,6}(?:[^0-9a-z]{0,4}(?=u\+))?/gi

/** Of HTML, what forums have in its place, and links of Markdown. */
const tag =
  /<!\[CDATA\[|\]\]>|<[a-z!/?][^<>]{0,300}>|\[\/?(?:b|i|u|s|em|strong|color|size|font|code|quote|url|img|center|sub|sup)(?:=[^[\]]{0,80})?\]|\[[^[\]]{1,300}\]\([^\s()]{1,300}\)/gi
const ofBlock =
  /^<\/?(?:address|article|blockquote|br|d[dlt]|div|h[1-6]|hr|li|ol|option|p|pre|section|t[dhr]|table|ul)\b/i

/** Cells and lines stay apart. */
function withoutTag(found: string): string {
  if (found.endsWith(')')) return found.slice(1, found.indexOf(']'))
  return ofBlock.test(found) ? ' ' : ''
}

function withoutEscape(found: string): string {
  if (/^%[^u]/i.test(found)) return textOfPairs(found.replaceAll('%', ''))
  if (found.startsWith('&')) return entity(found)
  if (found.endsWith('}')) return found.startsWith('\\N') ? named(found) : codePoint(found.slice(3, -1))
  if (/^u/i.test(found)) return codePoint(/[0-9a-f]+/i.exec(found)?.[0])
  if (found.startsWith('\\U0')) return codePoint(found.slice(2))
  if (/^.u/i.test(found))
    return found.replace(/[\\%]u(.{4})/gi, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
  if (/^\\[0-7]/.test(found))
    return escapedOf(
      found
        .slice(1)
        .split('\\')
        .map((octal) => Number.parseInt(octal, 8)),
    )
  if (/^\\x/i.test(found)) return textOfPairs(found.replaceAll(/\\x/gi, ''))
  return { n: '\n', r: '\r', t: '\t' }[found.slice(1)] ?? found.slice(1)
}

const codePoint = (digits = ''): string => character(Number.parseInt(digits, 16))

const digitNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** A letter or digit by its name: `\N{LATIN SMALL LETTER A}`. */
function named(found: string): string {
  const name = found.slice(3, -1).toLowerCase()
  const digit = digitNames.indexOf(name.replace('digit ', ''))
  return digit >= 0 ? String(digit) : (/letter ([a-z])\b/.exec(name)?.[1] ?? ' ')
}

const quotedPrintable = (found: string): string => (/^=\r?\n/.test(found) ? '' : textOfPairs(found.replaceAll('=', '')))

const textOfPairs = (pairs: string): string => escapedOf(hexBytes(pairs))

/** Undoes something in place, so that what stands around it stays where it is. */
function rewrite(text: string, pattern: RegExp, decode: (found: string) => string): View {
  const parts: string[] = []
  // Where each replaced piece begins and ends, in the new text and in the old.
  const marks: number[][] = []
  let at = 0
  let length = 0
  for (const match of text.matchAll(pattern)) {
    const before = text.slice(at, match.index)
    const decoded = decode(match[0])
    parts.push(before, decoded)
    length += before.length
    marks.push([length, length + decoded.length, match.index, match.index + match[0].length])
    length += decoded.length
    at = match.index + match[0].length
  }
  parts.push(text.slice(at))
  const span = (from: number, to: number): Span => ({ start: origin(marks, from, 0), end: origin(marks, to, 1) })
  return { text: parts.join(''), encoded: true, span }
}

/** Inside a replaced piece, its beginning or its end; else as far from the last piece as in the new text. */
function origin(marks: readonly number[][], at: number, side: 0 | 1): number {
  let [low, high] = [0, marks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const begins = marks[middle]?.[0] ?? 0
    if (side === 0 ? begins <= at : begins < at) low = middle + 1
    else high = middle
  }
  const last = marks[low - 1]
  if (last === undefined) return at
  const [, ends = 0, oldStart = 0, oldEnd = 0] = last
  if (side === 0 ? at < ends : at <= ends) return side === 0 ? oldStart : oldEnd
  return at - ends + oldEnd
}

function* changed(text: string, view: View): Generator<View> {
  if (view.text !== text) yield view
}

const base64Run = /[A-Za-z0-9+/_-]{8,}(?:(?:\r?\n|\n\r)[A-Za-z0-9+/_-]{2,})*={0,2}/g
const hexRun = /(?:(?:0x|\\x)?[0-9a-fA-F]{2}[^\w\u0080-\uffff]{0,4}){5,}/g
const binaryRun = /(?:(?:0b)?[01]{8}[\s,;]{0,3}){5,}/gi
const base32Run = /[A-Z2-7]{13,}={0,6}|[a-z2-7]{13,}={0,6}/g

const tags = /[\u{e0020}-\u{e007e}]{4,}/gu
const selectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu

/** Texts that stand encoded in another. A run may have lost its beginning, so that it is read from each place a byte can begin at. */
function* runs(
  text: string,
  pattern: RegExp,
  bytesOf: (run: string) => number[],
  alignments: number,
  orBytesOf?: (run: string) => number[],
): Generator<View> {
  for (const match of text.matchAll(pattern)) {
    const [start, end] = [match.index, match.index + match[0].length]
    const isBase64 = bytesOf === base64Bytes
    const run = isBase64 && match[0].includes('\n') ? match[0].replaceAll(/[\r\n]+/g, '') : match[0]
    if (isBase64 && plainWords.has(run)) continue
    const isMixed = isBase64 && mixed.test(run)
    const mayBegin = !isBase64 ? always : isMixed && isRestless(run) ? mayBeAny : mayBeBase64
    const found = [...decodedFrom(run, bytesOf, { alignments, mayBegin })]
    if (isMixed) found.push(...decodedFrom(rotated(run), bytesOf, { alignments, mayBegin }))
    if (orBytesOf !== undefined) found.push(...decodedFrom(run, orBytesOf, { alignments, mayBegin }))
    for (const decoded of found) yield { text: decoded, encoded: true, span: () => ({ start, end }) }
    if (found.length === 0 && isBase64 && /^[A-Za-z_]{8,24}$/.test(run)) notePlain(run)
  }
}

/** No word: only such is read as base64 with its letters rotated, too, and what is restless besides as base64 of any script. */
const mixed = /[a-z\d][A-Z]/
const isRestless = (run: string): boolean => (run.match(/[a-z][A-Z]|\d\D/g)?.length ?? 0) * 8 >= run.length

const rotated = (run: string): string =>
  run.replaceAll(/[A-Za-z]/g, (each) => String.fromCharCode(each.charCodeAt(0) + (/[a-m]/i.test(each) ? 13 : -13)))

/** Words of a language and names of members, which come again and again, and are not read as base64 more than once. */
const plainWords = new Set<string>()
const mostWords = 4096

function notePlain(word: string): void {
  if (plainWords.size >= mostWords) plainWords.clear()
  plainWords.add(word)
}

function* decodedFrom(
  run: string,
  bytesOf: (run: string) => number[],
  { alignments, mayBegin }: { readonly alignments: number; readonly mayBegin: typeof mayBeBase64 },
): Generator<string> {
  for (let skip = 0; skip < alignments; skip++) {
    if (!mayBegin(run, skip, 1)) continue
    if (!beginsLikeText(bytesOf(run.slice(skip, skip + sample)))) continue
    const decoded = textOfBytes(bytesOf(run.slice(skip)))
    if (decoded !== undefined) yield decoded
  }
  const padding = run.endsWith('=') ? run.indexOf('=') : run.length
  const mayEnd = (skip: number): boolean => mayBegin(run, padding - 1 - skip, -1)
  if (![0, 1, 2, 3].some(mayEnd)) return
  const end = backwards(run.slice(-sample - alignments))
  let whole: string | undefined
  for (let skip = 0; skip < alignments; skip++) {
    if ((padding === run.length && !mayEnd(skip)) || !beginsLikeText(bytesOf(end.slice(skip)))) continue
    whole ??= backwards(run)
    const decoded = textOfBytes(bytesOf(whole.slice(skip)))
    if (decoded !== undefined) yield decoded
  }
}

/** So many characters of a run are decoded first, to see whether the rest is worth it. */
const sample = 64

const backwards = (run: string): string => [...run].reverse().join('')

/** Most of the first characters of each group of four are such as the first byte of ASCII, or the 0 of UTF-16, leads to. */
function mayBeBase64(run: string, from: number, step: 1 | -1): boolean {
  let good = 0
  let all = 0
  for (let at = from; at >= 0 && at < run.length && all < 8; at += 4 * step) {
    const code = run.charCodeAt(at)
    if ((code >= 0x49 && code <= 0x5a) || (code >= 0x61 && code <= 0x66) || code === 0x41) good++
    // Of text beyond ASCII.
    else if (code >= 0x77 || (code >= 0x30 && code <= 0x35)) good += 0.5
    all++
  }
  return all > 0 && good >= all * 0.6
}

const mayBeAny: typeof mayBeBase64 = (run, from, step) =>
  mayBeBase64(run, from, step) || beginsInBase64(run, from, step)

const always: typeof mayBeBase64 = () => true

const tagBytes = (run: string): number[] => [...run].map((each) => (each.codePointAt(0) ?? 0) & 0x7f)

/** Data hidden in variation selectors: each stands for one byte. */
function selectorBytes(run: string): number[] {
  return [...run].map((each) => {
    const code = each.codePointAt(0) ?? 0
    return code < 0x10000 ? code - 0xfe00 : code - 0xe0100 + 16
  })
}
