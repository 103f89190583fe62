import { keeping } from '../../../text/keeping.ts'
import { withoutMarkup } from '../../../text/plain.ts'
import { isCalledBehind, isOfRecord, namesCall, saysAccount, saysNumber } from './number-word.ts'

// Every repetition is bounded: a text must not cost more than its length.
const runs = /(?<![\p{L}\p{N}@_#-])(?<!\d[.,:])\+?\(?\d(?:[ \u00a0()./-]{0,3}\d){6,24}(?![\p{L}\p{N}])/gu
const dayOrMonth = String.raw`(?:0?[1-9]|[12]\d|3[01])`
const year = String.raw`(?:19|20)\d\d`
/** Days, months of a year, spans of them, and times with a dot: also such as stand in a longer run, but no groups of it. */
const moments = new RegExp(
  String.raw`(?<!\d|\d[./]|(?<!(?:19|20)\d)\d-)(?:${[
    String.raw`${dayOrMonth}([./-]) ?${dayOrMonth}\1 ?(?:${year}|\d\d)`,
    String.raw`${year}([./-])${dayOrMonth}(?:\2${dayOrMonth})?`,
    `${dayOrMonth}[./]${year}`,
    String.raw`${dayOrMonth}\.${dayOrMonth}\. ?(?=[-/])`,
    String.raw`[01]?\d\.[0-5]\d ?(?=-)|2[0-3]\.[0-5]\d ?(?=-)`,
    '24/7',
  ].join('|')})(?![./]?\d)`,
  'g',
)
const isDay = /^\d{4}-\d\d-\d\d$/
/** What other hyphens, dashes and points stand between in a number that begins with `+` or a nought: all of it, and no second one. */
const typeset =
  /(?<![\p{L}\p{N}@_#-])(?=\+\d|\(?00?[1-9])\+?\(?\d(?:[ \u00a0()‐-–−·-]{0,3}\d){8,16}(?![ \u00a0()./‐-–−·-]{0,3}\d|\p{L})/gu
/** Where a second number begins. */
const second = /(?<=\d\d) ?[/-] ?(?=\(?0[1-9])/
const american = /^(?:1[ .-])?\(?[2-9][0-8]\d\)?[ .-][2-9]\d\d[ .-]\d{4}$/
/**
 * What in a text is written as telephone numbers are: international, as North Americans do, with the nought before the area, or behind
 * a word that says so. Accounts that are numbers alone, behind such a word, too. But for what a word says is something else: `order 0447731902`.
 *
 * @param at - Where the text stands, as a JSON Pointer: of a number alone, what the place is called is a word before it.
 */
export function phonesIn(text: string, at = ''): readonly string[] {
  return digitRunsIn(text).flatMap(({ run, before, behind }) => {
    const said = run.length === text.length ? nameOf(at) : before.toLowerCase()
    return isPhone(run, said, behind) ? [run.trim()] : []
  })
}

/** The words of a member's name where they say what its number is: `order no ` of `/orders/0/orderNo`; but `text` is what texts are called. */
const nameOf = (at: string): string =>
  saidBy((at.split('/').findLast((step) => !/^\d+$/.test(step)) ?? '').slice(-window))

const saidBy = keeping(4096, (name) => {
  const words = `${name.replace(/(?<=[a-z])(?=[A-Z])|[_-]/g, ' ')} `.toLowerCase()
  return words !== 'text ' && (namesCall(words) || isOfRecord(words)) ? words : ''
})

/** So much of what stands before a number, and behind it, is looked at. */
const window = 64

/** The text with a hyphen between the groups of telephone numbers where a word processor puts another sign, letter for letter. */
export function withHyphens(text: string): string {
  if (!/\d[ )]{0,2}[‐-–−·]/.test(text)) return text
  return text.replace(typeset, (number) => number.replace(/[‐-–−·]/g, '-'))
}

const secondLine =
  /(?<![\p{L}\p{N}@_#/.-])(?=\+?\(?\d(?:[ \u00a0()-]{0,3}\d){8})((?:\+\d|\(?00?[1-9])[\d \u00a0()-]{5,20}[ \u00a0-])(\d\d)\/(\d\d)(?![\p{L}\p{N}/-]| ?[.,]?\d)/gu

/**
 * The user's words with telephone numbers as they would be dialled: hyphens of one kind, a second line (`…01 23/24`) as a number of its
 * own, and without the hours. Two lines are certain only where they follow each other.
 */
export function withPlainPhones(text: string): string {
  if (!/[+(0]\d/.test(text)) return text
  const plain = withHyphens(text)
  if (!plain.includes('/')) return plain
  return plain
    .replace(secondLine, (all, line: string, first: string, next: string) =>
      Number(next) === Number(first) + 1 ? `${line}${first}, ${line}${next}` : all,
    )
    .replace(/(?<=\d) ?\(24\/7\)/g, '')
}

interface DigitRun {
  readonly run: string
  readonly before: string
  readonly behind: string
}

/** Each run of at least seven digits that is no date, with what stands around it. Other numbers have such runs too. */
export function digitRunsIn(text: string): readonly DigitRun[] {
  if (text.length < tail || isDay.test(text)) return []
  return [...withHyphens(text).matchAll(runs)].flatMap(({ 0: found, index }) => {
    const bare = found.replace(moments, '').replace(/^[ ./-]+|[ (./-]+$/g, '')
    const end = index + found.length
    const around = { before: text.slice(Math.max(0, index - window), index), behind: text.slice(end, end + window) }
    const several = bare.length > mostDigits ? bare.split(second) : [bare]
    const parts = several.some((part) => digitsOf(part).length < tail) ? [bare] : several
    return parts.flatMap((run) => (digitsOf(run).length < tail ? [] : [{ run, ...around }]))
  })
}

/** No telephone number has more. */
const mostDigits = 15

function digitsOf(number: string): string {
  return number.replace(/\D/g, '')
}

/** With whatever signs or markup between: only to look for a number that is known as one. */
const dressed = /\+?\d(?:[^\p{L}\p{N}]{0,12}\d){6,400}/gu

/** Runs of digits that are not written as numbers are, but begin like a telephone number or have signs in them as no list has. */
export function dressedRunsIn(text: string): readonly string[] {
  if (text.length < tail) return []
  return (withoutMarkup(text).match(dressed) ?? []).filter((run) => /^[+0]|[^\d\s.,:()/-]/.test(run))
}

/** `19-2000145399/0800`: the parts of a Czech or Slovak account have check digits. */
const czech = /^(?:(\d{2,6})-(\d{2,10})|()(\d{9,10}))\/\d{4}$/

function isCzechAccount(run: string): boolean {
  const parts = czech.exec(run)?.slice(1) ?? []
  return parts.length > 0 && parts.every((part = '') => sumOfWeights(part) % 11 === 0)
}

function sumOfWeights(digits: string): number {
  const weights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]
  return [...digits].reverse().reduce((sum, digit, at) => sum + Number(digit) * (weights[at] ?? 0), 0)
}

function isPhone(run: string, before: string, behind: string): boolean {
  if (run.includes('/') && isCzechAccount(run)) return true
  const digits = digitsOf(run)
  if (run.startsWith('+')) return digits.length <= 16
  // An article or a tracking number may begin with noughts too, but has other lengths; those of North America have one length.
  const isAbroad = /^\(?00[1-9]/.test(run.replace(/ /g, '')) && digits.length > 10 && digits.length < 18
  if (isAbroad && (!digits.startsWith('001') || digits.length === 13)) return true
  const isNational =
    /^\(?0[1-9]/.test(run) && !/^\d+\.\d+$/.test(run) && digits.length > 8 && digits.length < (digits === run ? 12 : 13)
  if (isNational || american.test(run))
    return run.startsWith('(') || !isOfRecord(before) || namesCall(before) || isCalledBehind(behind)
  return digits.length > mostDigits ? saysAccount(before) : saysNumber(before)
}

/** The digits of a number as they are dialled from abroad, without what stands for that: `+`, `00`, and a nought in brackets. */
export function dialled(number: string): string {
  const international = /^\s*(?:\+|00)/.test(number)
  // In some countries the nought is dialled from everywhere.
  const kept = /^\s*(?:\+|00) ?(?:39|378|225|24[12])/.test(number)
  const digits = (international && !kept ? number.replace(/\(0\)/, '') : number).replace(/\D/g, '')
  return number.trimStart().startsWith('+') ? digits : digits.replace(/^00/, '')
}

/** What is the same however much of a number is written. */
const tail = 7

export function tailOf(number: string): string {
  return digitsOf(number).slice(-tail)
}

/** Every tail that a run of digits may hold: more digits may stand behind a number. */
export function tailsIn(run: string): readonly string[] {
  const digits = digitsOf(run)
  return Array.from({ length: Math.max(0, digits.length - tail + 1) }, (_, at) => digits.slice(at, at + tail))
}
