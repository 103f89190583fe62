/**
 * Writes down what a text stands for, so that two ways to write the same amount, date, account, phone number, address or link meet.
 * Forms are equal only for what is certainly the same thing: they may grant trust.
 */
export function formsOf(value: string): readonly string[] {
  // Whatever has a form has a digit, or the dot or `@` of an address.
  if (!/[\d@.]/.test(value)) return []
  const text = value.trim().replace(/\s+/g, ' ')
  if (text.length > 2048) return []
  return (/\d/.test(text) ? readers : addressReaders).flatMap((read) => read(text) ?? [])
}

/** The forms of everything in a longer text that has one, each whole: never a piece of a longer word. */
export function formsIn(given: string): readonly string[] {
  if (!/[\d@.]/.test(given)) return []
  if (/^\d{1,15}(?:\.\d{1,6})?$/.test(given)) return formsOf(given)
  const forms = new Set<string>()
  // Documents set blanks of other widths, also such as hold a number together.
  const text = given.replace(/\p{Zs}/gu, ' ')
  for (const [amount] of given.matchAll(grouped)) for (const form of formsOf(amount)) forms.add(form)
  for (const pattern of /\d/.test(text) ? [candidates, namedDate] : [candidates])
    for (const found of text.matchAll(pattern)) {
      const word = found[0].replace(/[.,;:!?)\]}'"»”’>]+$/u, '')
      if (isApart(text, found.index, found.index + word.length)) for (const form of formsOf(word)) forms.add(form)
    }
  return [...forms]
}

function isApart(text: string, start: number, end: number): boolean {
  const inWord = /[\p{L}\p{N}@_/-]/u
  if (start > 0 && (inWord.test(text[start - 1] ?? '') || /[\p{L}\p{N}][.,]$|\d:$/u.test(text.slice(start - 2, start))))
    return false
  return !/^(?:[\p{L}\p{N}@_/-]|[.,:][\p{L}\p{N}])/u.test(text.slice(end, end + 2))
}

type Reader = (text: string) => string | readonly string[] | undefined

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthWord = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}'
const day = String.raw`\d{1,2}(?:st|nd|rd|th|\.)?`
const writtenMonthFirst = new RegExp(String.raw`^(${monthWord})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$`, 'i')
const writtenDayFirst = new RegExp(
  String.raw`^(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(${monthWord})(?:,? (\d{4}))?$`,
  'i',
)
const datePattern = String.raw`\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?|${monthWord}\.? ${day}(?:,? \d{4})?|${day} (?:of )?${monthWord}(?:,? \d{4})?|\d{1,2}[./]\d{1,2}[./]\d{4}`
// Every repetition is bounded: answers are foreign text, and must not cost more than their length.
const linkPattern = String.raw`(?:https?:\/\/)?(?:[\p{L}\p{N}_-]{1,63}\.){1,8}\p{L}{2,24}(?::\d{1,5})?(?:[/?#][^\s"'<>\])}]{0,2000})?|https?:\/\/[^\s"'<>\])}]{1,2000}`
const mailPattern = String.raw`[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}`
// In small letters, words that follow are no groups of an account: those have a digit.
const small = String.raw` (?=[a-z]{0,3}\d)[a-z0-9]`
const accountPattern = String.raw`(?:[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)|[a-z]{2}\d{2} [a-z0-9]{4}(?:${small}{4}){2,6}(?:${small}{1,4})?)(?![\p{L}\p{N}])`
const phonePattern = String.raw`\+?\d[\d ()./-]{5,24}\d`
const amountPattern = String.raw`(?:[€$£¥] ?|[A-Z]{3} )?\d[\d.,'_]{0,24}(?: ?[€$£¥%]| [A-Z]{3}\b)?`
// Blanks between groups of three belong to a number where they hold it together, or where it is certain that money is meant.
const groups = String.raw`\d{1,3}(?:[\u00a0\u202f\u2009]\d{3}){1,4}(?:[.,]\d{1,2})?|(?<=(?:[€$£¥]|\b[A-Z]{3})\p{Zs})\d{1,3}(?:\p{Zs}\d{3}){1,4}[.,]\d{2}`
const grouped = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,+-])(?<!\p{N}\p{Zs})(?:${groups})(?![\p{L}\p{N}]|[\p{Zs}.,]\p{N})`,
  'gu',
)
const namedDate = new RegExp(datePattern, 'giu')
const candidates = new RegExp([mailPattern, linkPattern, accountPattern, phonePattern, amountPattern].join('|'), 'gu')

const addressReaders: readonly Reader[] = [mail, link]
const readers: readonly Reader[] = [amount, date, iban, phone, ...addressReaders]

function amount(text: string): string | undefined {
  const found = /^([+-]?)(?:[€$£¥]|[A-Z]{3} )? ?(\d[\d.,'_ ]*)(?: ?[€$£¥%]| [A-Z]{3})?$/.exec(text)
  const digits = found === null ? undefined : plainNumber(found[2] ?? '')
  return digits === undefined ? undefined : `number ${found?.[1] === '-' ? '-' : ''}${digits}`
}

/** Decimal digits without separators or idle zeros. What starts with zeros is a name, not a number. */
function plainNumber(text: string): string | undefined {
  const written = text.replace(/[ '_]/g, '')
  if (/^0\d/.test(written) || written.length > 18) return undefined
  const english = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^\d+(?:\.\d+)?$/.test(written)
  const continental = /^\d{1,3}(?:\.\d{3})+,\d+$|^\d+,\d{1,2}$/.test(written)
  if (!english && !continental) return undefined
  const point = english ? written.replaceAll(',', '') : written.replaceAll('.', '').replace(',', '.')
  return point.includes('.') ? point.replace(/\.?0+$/, '') : point
}

function date(text: string): readonly string[] | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]00:?00)?)?$/.exec(text)
  if (iso !== null) return dated(iso[1], Number(iso[2]), Number(iso[3]), iso[4], iso[5])
  const monthFirst = writtenMonthFirst.exec(text)
  if (monthFirst !== null) return dated(monthFirst[3], monthNumber(monthFirst[1]), Number(monthFirst[2]))
  const dayFirst = writtenDayFirst.exec(text)
  if (dayFirst !== null) return dated(dayFirst[3], monthNumber(dayFirst[2]), Number(dayFirst[1]))
  const numeric = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})$/.exec(text)
  if (numeric === null) return undefined
  const [left, right] = [Number(numeric[1]), Number(numeric[3])]
  // Nobody puts the month first and dots behind; with slashes it is only certain where one of the two cannot be the month.
  if (left > 12 || numeric[2] === '.') return dated(numeric[4], right, left)
  return right > 12 || left === right ? dated(numeric[4], left, right) : undefined
}

function monthNumber(word = ''): number {
  return months.indexOf(word.slice(0, 3).toLowerCase()) + 1
}

function dated(
  year: string | undefined,
  month: number,
  dayOf: number,
  hour?: string,
  minute?: string,
): string[] | undefined {
  if (month < 1 || month > 12 || dayOf < 1 || dayOf > 31) return undefined
  const days = `${String(month).padStart(2, '0')}-${String(dayOf).padStart(2, '0')}`
  if (year === undefined) return [`day --${days}`]
  const midnight = Number(hour) === 0 && minute === '00'
  const time = hour === undefined || midnight ? '' : `T${hour.padStart(2, '0')}:${minute}`
  return [`date ${year}-${days}${time}`]
}

function iban(text: string): string | undefined {
  const solid = text.replace(/[ -]/g, '').toUpperCase()
  return /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(solid) ? `account ${solid}` : undefined
}

function phone(text: string): string | undefined {
  if (!/^(?:tel:)?\+?[\d][\d ()./-]{6,}$/.test(text)) return undefined
  const digits = text.replace(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) return undefined
  return `phone ${/^(?:tel:)?\+/.test(text) ? digits : digits.replace(/^00/, '')}`
}

function mail(text: string): string | undefined {
  const address = /^(?:mailto:|[^<>@,;:]*<)?([^\s<>@:]+@[^\s<>@]+\.[^\s<>@]{2,}?)>?$/u.exec(text)?.[1]
  return address === undefined ? undefined : `mail ${address.toLowerCase()}`
}

/** Who names no scheme means the same place with either; but who says `https` does not mean what anybody on the way can read. */
function link(text: string): string[] | undefined {
  const found = /^(?:(https?):\/\/)?([^\s/?#@:]+\.[^\s/?#@:]{2,})(?::(\d+))?([/?#]\S*)?$/iu.exec(text)
  if (found === null) return undefined
  const [, scheme, name = '', port, rest = ''] = found
  // Who owns a name owns `www` in it.
  const host = name.toLowerCase().replace(/^www\./, '')
  return ['http', 'https']
    .filter((each) => scheme === undefined || each === scheme.toLowerCase())
    .map((each) => `link ${each} ${host}${portOf(each, port)}${rest.replace(/\/$/, '')}`)
}

function portOf(scheme: string, port: string | undefined): string {
  return port === undefined || port === (scheme === 'https' ? '443' : '80') ? '' : `:${port}`
}
