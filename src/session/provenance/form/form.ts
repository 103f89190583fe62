import { fold } from '../../../constraint/same-text.ts'
import { hexBytes, strictUtf8Of } from '../../../text/bytes.ts'
import { inOwnLetters } from '../../../text/punycode.ts'
import { accountOf, replaceAccounts } from './account.ts'
import { inLink, mailPattern } from './address.ts'
import { amount, grouped, moneyPattern, numberPattern } from './amount.ts'
import { unspaced } from './border.ts'
import { date, datePatternsFor } from './date.ts'
import { endsAddress } from './ending.ts'
import { dialled, withHyphens } from './phone.ts'

/**
 * Writes down what a text stands for, so that two ways to write the same amount, date, account, phone number, address or link meet.
 * Forms are equal only for what is certainly the same thing: they may grant trust.
 */
export function formsOf(value: string): readonly string[] {
  // Whatever has a form has a digit, or the dot or `@` of an address.
  if (!/[\d@.]/.test(value)) return []
  const text = value.trim().replace(/\s+/g, ' ')
  // Only links are long, and they have no blanks.
  if (text.length > 2048 || (text.length > 200 && text.includes(' '))) return []
  return (/\d/.test(text) ? readers : addressReaders).flatMap((read) => read(text) ?? [])
}

/** The forms of everything in a longer text that has one, each whole: never a piece of a longer word. */
export function formsIn(given: string): readonly string[] {
  if (!/[\d@.]/.test(given)) return []
  if (/^(?:\d{1,15}(?:\.\d{1,6})?|\d{4}-\d\d-\d\d)$/.test(given)) return formsOf(given)
  if (id.test(given)) return []
  const listed = /@[^\s/]{1,200}\/[^\s/@]{1,64}@/.test(given)
    ? given.replace(mails, (list) => list.replaceAll('/', ' '))
    : given
  // Documents set blanks of other widths.
  const text = withoutBlanks(listed).replace(/\p{Zs}/gu, ' ')
  if (!/\d/.test(text)) return [...new Set([...text.matchAll(addresses)].flatMap((found) => formsAt(text, found)))]
  const found = [...text.matchAll(candidates)].flatMap((each) => {
    if (!sideBySide.test(each[0])) return formsAt(text, each)
    // Telephone numbers may have blanks in them; but so have numbers that stand side by side.
    return [...formsAt(text, each).filter((form) => form.startsWith('phone ')), ...numbersAt(text, each)]
  })
  const days = datePatternsFor(text).flatMap((pattern) => [...text.matchAll(pattern)])
  return [...new Set([...found, ...days.flatMap((each) => formsAt(text, each).filter((form) => isDay.test(form)))])]
}

const isDay = /^(?:date|day|month) /

/** The text of a value and its forms, as keys: two values with a key in common are the same. */
export function keysOf(text: string): readonly string[] {
  return [`text ${fold(text)}`, ...formsOf(text)]
}

/** A place in a page is in the page: who gives a link to it gives the link without it, too. */
export function withPages(forms: readonly string[]): readonly string[] {
  return forms.flatMap((form) =>
    form.startsWith('link ') && form.includes('#') ? [form, form.replace(/#.*$/s, '').replace(/\/$/, '')] : [form],
  )
}

/** What is one thing although it stands in groups, without the blanks: accounts, and numbers that blanks of a kind hold together. */
function withoutBlanks(text: string): string {
  const solid = replaceAccounts(text, (account) => account.solid)
  return /\d\p{Zs}\d/u.test(solid) ? solid.replace(grouped, (each) => each.replace(/\p{Zs}/gu, '')) : solid
}

function formsAt(text: string, { 0: found, index, groups }: RegExpExecArray): readonly string[] {
  const lead = groups?.['lead'] ?? ''
  const start = index - lead.length
  const word = (lead + found).replace(/[.,;:!?)\]}'"»«”“’‘›‹>]+$/u, '')
  const end = start + word.length
  const isEnded = word.includes('@') && endsAddress(text, end)
  return isApart(isEnded ? text.slice(0, end) : text, start, end) ? formsOf(word) : []
}

function numbersAt(text: string, { 0: found, index }: RegExpExecArray): readonly string[] {
  const forms: string[] = []
  numbers.lastIndex = index
  for (let each = numbers.exec(text); each !== null; each = numbers.exec(text)) {
    if (each.index >= index + found.length) break
    forms.push(...formsAt(text, each))
  }
  return forms
}

/** Nothing but numbers, with blanks between. */
const sideBySide = /^[+(]?\d[\d()./-]* [\d ()./-]*$/

/** `c-12-3`: lists are full of such, and nothing in one stands apart. */
const id = /^[a-z]{1,8}(?:-\d{1,6}){1,3}$/i

function isApart(text: string, start: number, end: number): boolean {
  const [before = '', after = ''] = [text[start - 1], text[end]]
  if (inWord.test(before) && !unspaced.test(before)) return false
  // The mailbox of `o'brien@example.com`, unlike that behind an article: `d'anna@example.com`.
  if (
    /['’]/.test(before) &&
    inName.test(text.slice(Math.max(0, start - 4), start)) &&
    text.slice(start, end).includes('@')
  )
    return false
  if (start > 0 && /[\p{L}\p{N}]\.$|\p{N},$|\d:$/u.test(text.slice(start - 2, start)))
    if (!phoneBehind.test(text.slice(Math.max(0, start - 12), start + 1))) return false
  const year = text.slice(start, end).search(/(?:19|20)\d\d/)
  if (year >= 0 && yearMark.test(text.slice(end, end + 6))) return true
  if (year === 0 && hungarian.test(text.slice(end, end + 6))) return true
  // `2日14時`.
  if (/[日號号일]/.test(text[end - 1] ?? '')) return true
  return unspaced.test(after) || !/^(?:[\p{L}\p{N}@_/-]|[.:][\p{L}\p{N}]|,\p{N})/u.test(text.slice(end, end + 2))
}

const inWord = /[\p{L}\p{N}@_/-]/u
const inName = /[\p{L}\p{N}]['’]$(?<!(?<![\p{L}\p{N}])(?:[ldjmtsnc]|qu)['’])/iu
/** What Polish, Russian, Ukrainian and Arabic put behind a year: `2026r.`, `2026г.`, `2026م`. */
const yearMark = /^(?:r\.?|roku|[гр]\.?|году?|року|م)(?![\p{L}\p{N}@_/-]|[.:,][\p{L}\p{N}])/u
/** Behind a day whose year stands first: `2026. december 9-re`, `2026.12.09-én`. */
const hungarian =
  /^\.?-(?:j?[áé][nt]|r[ae]|ig|[áé]ig|t[óő]l|h[oe]z|[áé]r[ae]|k[ée]nt)(?![\p{L}\p{N}@_/-]|[.:,][\p{L}\p{N}])/u
/** `Tel.+41`, `Tel.044`, `Nr.+41`. */
const phoneBehind =
  /(?<![\p{L}\p{N}@_/.-])(?:(?:tel|tél|telef|fon|ph|mob|handy|cell|sms|fax|тел)\.[+(0]|(?:nr|no|num|[tmpn])\.\+)$/iu

type Reader = (text: string) => string | readonly string[] | undefined

// Every repetition is bounded: answers are foreign text, and must not cost more than their length.
const linkPattern = String.raw`(?:[hH][tT]{2}[pP][sS]?:\/\/)?(?:[\p{L}\p{N}_-]{1,63}\.){1,8}\p{L}{2,24}(?::\d{1,5})?(?:[/?#]${inLink}{0,2000})?|[hH][tT]{2}[pP][sS]?:\/\/${inLink}{1,2000}`
/** Several with slashes between. */
const mails = new RegExp(
  String.raw`(?<![\p{L}\p{N}@_/.%+-])${mailPattern}(?:\/${mailPattern}){1,20}(?![\p{L}\p{N}@_/-]|\.[\p{L}\p{N}])`,
  'gu',
)
// Accounts whose check digits are right are in one piece by then.
const accountPattern = String.raw`[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)(?![\p{L}\p{N}])`
const phonePattern = String.raw`(?:\+?\d|\(0\d{1,5}\))[\d ()./-]{5,24}\d(?![.,]?\d)`
const addresses = new RegExp(`${mailPattern}|${linkPattern}`, 'gu')
const candidates = new RegExp(
  [mailPattern, linkPattern, accountPattern, moneyPattern, phonePattern, numberPattern].join('|'),
  'gu',
)
const numbers = new RegExp(`${moneyPattern}|${numberPattern}`, 'gu')

const addressReaders: readonly Reader[] = [mail, link]
const readers: readonly Reader[] = [amount, date, iban, phone, ...addressReaders]

function iban(text: string): string | undefined {
  const account = accountOf(text)
  return account === undefined ? undefined : `account ${account}`
}

function phone(text: string): string | undefined {
  const number = /^(?:tel:)?(\+?\(?\d[\d ()./-]{6,})$/.exec(withHyphens(text))?.[1]
  const digits = number === undefined || decimal.test(number) ? '' : dialled(number)
  return digits.length < 7 || digits.length > 15 ? undefined : `phone ${digits}`
}

/** `10000.00` and what may be meant for one are no 1000000. */
const decimal = /^[1-9][\d ]*\.\d+$|^[1-9]\d{0,2}(?:\.\d{3})+\.\d{1,2}$/

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
  const host = inOwnLetters(name.toLowerCase()).replace(/^www\./, '')
  return ['http', 'https']
    .filter((each) => scheme === undefined || each === scheme.toLowerCase())
    .map((each) => `link ${each} ${host}${portOf(each, port)}${inOwnSigns(rest).replace(/\/$/, '')}`)
}

/** A path with the letters for which browsers send percent signs (RFC 3987, section 3.1). */
function inOwnSigns(path: string): string {
  return path.replace(/(?:%[89a-f][0-9a-f])+/gi, (run) => strictUtf8Of(hexBytes(run)) ?? run)
}

function portOf(scheme: string, port: string | undefined): string {
  return port === undefined || port === (scheme === 'https' ? '443' : '80') ? '' : `:${port}`
}
