import { currencyCodes, hasThousandsBefore, hasThousandsBehind } from './currency.ts'

// `US$`, `R$`; a code that touches the number has to be one of a currency, since ids begin with letters as well.
const sign = String.raw`[A-Z]{0,2}\p{Sc}`
export const signBefore = String.raw`(?:${sign} ?|Fr\. ?|(?:${currencyCodes}))`
const before = String.raw`(?<![\p{L}\p{N}])(?:${signBefore}|[A-Z]{3} )`
export const signAlone = `(?:${sign}|zł|kr|Kč|Ft|${currencyCodes})`
// What stands in the place of cents there are none of: `180.-`, `2.500,–`, `180:-`, `180/-`.
const dash = String.raw`(?:[.,:][-–—]{1,2}|\/[-=])(?!(?!${signAlone}(?![\p{L}\p{N}]))[\p{L}\p{N}])`
const digits = String.raw`\d(?:[\d.,'’_]{0,24}\d)?(?:${dash})?`
export const signBehind = ` ?${signAlone}`
const unit = String.raw`${signBehind}(?![\p{L}\p{N}])`
const behind = String.raw`(?:${unit}| ?%| [A-Z]{3}(?![\p{L}\p{N}]))`
// Blanks between groups of three belong to a number where they hold it together, or where it is certain that money is meant.
const groups = String.raw`\d{1,3}(?:[\u00a0\u202f\u2009]\d{3}){1,4}(?:[.,]\d{1,2})?|(?<=\p{Sc}\p{Zs}?|\b[A-Z]{3}\p{Zs})\d{1,3}(?:\p{Zs}\d{3}){1,4}[.,]\d{2}`

/** Where a number with its currency, and where any number may stand in a text with all its blanks plain. Each repetition is bounded. */
export const moneyPattern = String.raw`(?=[A-Z\p{Sc}])${before}${digits}${behind}?|${digits}${unit}|\d{1,3}\.\d{3} [A-Z]{3}(?![\p{L}\p{N}])`
export const numberPattern = `${digits}${behind}?`
/** What an id ends with, which is no number: the digits of `P-0240`, but not those of `EUR-7`. */
export const ofId = String.raw`(?<![\p{L}\p{N}_/.-])(?!(?:${currencyCodes}|[Kk][Rr]|[Rr]s?|[Ff]r?|TL|zł)-)\p{L}{1,8}\d{0,8}(?:[-/]\d{1,12}){1,3}`
/** Amounts in groups that certainly belong together although blanks separate them, in a text with its blanks as they are. */
export const grouped = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,+-])(?<!\p{N}\p{Zs}(?<!${ofId}\p{Zs}))(?:${groups})(?![\p{L}\p{N}]|[\p{Zs}.,]\p{N})`,
  'gu',
)

const whole = new RegExp(
  String.raw`^(?<minus>[+-]?)(?<before>${before})? ?(?<digits>\d[\d.,'’_ ]*?)(?<dash>${dash})?(?<behind>${behind})?$`,
  'u',
)

/** The number that an amount is, whatever its currency. */
export function amount(text: string): string | undefined {
  if (!/^[+\-\dA-Z\p{Sc}]/u.test(text)) return undefined
  const found = whole.exec(text)?.groups
  if (found === undefined) return undefined
  const written = (found['digits'] ?? '').replaceAll('’', "'")
  const number = /^[1-9]\d{0,2}(?:\.\d{3})+$/.test(written)
    ? inDots(written, found)
    : plainNumber(written, moneyOf(found))
  return number === undefined ? undefined : `number ${found['minus'] === '-' ? '-' : ''}${number}`
}

/**
 * Thousands, or a point and three decimals: of one dot it is certain by where the sign of the currency stands, by the dash for the cents,
 * and by the code of a currency that has no decimals or a comma before them. With another sign or code it may be either.
 */
function inDots(written: string, found: Readonly<Record<string, string>>): string | undefined {
  const { before: sign = '', dash: cents, behind: unit = '' } = found
  const isThousands =
    cents !== undefined ||
    /\.\d+\./.test(written) ||
    /^ ?(?:[A-Z]{0,2}\p{Sc}|zł|kr|Kč|Ft)$/u.test(unit) ||
    hasThousandsBefore(unit.trim(), written) ||
    hasThousandsBehind(sign.trim())
  if (isThousands) return written.replaceAll('.', '')
  return sign === '' && !/[A-Z]/.test(unit) ? plainNumber(written, '') : undefined
}

/** The sign or code of a currency beside a number, and the dash for the cents. */
function moneyOf({ before: sign = '', dash: cents = '', behind: unit = '' }: Readonly<Record<string, string>>): string {
  return `${sign}${cents}${unit.replace('%', '')}`.trim()
}

const thousands = (by: string): string => String.raw`\d{1,3}(?:(?<by>${by})\d{3})(?:\k<by>\d{3})*`
const english = new RegExp(String.raw`^(?:\d+|${thousands("[,'_ ]")})(?:\.\d+)?$`)
const continental = new RegExp(String.raw`^(?:${thousands('\\.')},\d+|(?:\d+|${thousands("['_ ]")}),\d{1,2})$`)
/** `1,25,000`, which may be three numbers: of rupees, or round or with cents and of another currency. */
const indian = /^\d{1,2}(?:,\d\d)+,(?:\d{3}(?:\.\d+)? (?:.*[₹¤=]|INR|.*\/-)|(?:000|\d{3}\.\d\d) .)/

/** Decimal digits without separators or idle zeros. What starts with zeros is a name, not a number. */
function plainNumber(written: string, money: string): string | undefined {
  if (/^0\d/.test(written) || written.length > 18) return undefined
  const isEnglish = english.test(written) || indian.test(`${written} ${money}`)
  if (!isEnglish && !continental.test(written)) return undefined
  const point = written.replace(isEnglish ? /[,'_ ]/g : /[.'_ ]/g, '').replace(',', '.')
  return point.includes('.') ? point.replace(/\.?0+$/, '') : point
}
