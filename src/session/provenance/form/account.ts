import validator from 'validator'
import { inHalfWidth, withoutMarkup } from '../../../text/plain.ts'
import { saysAccount } from './number-word.ts'

/** An account number in a text: where it stands, as it is written but for markup, and its letters and digits alone. */
export interface Account {
  readonly start: number
  readonly end: number
  readonly written: string
  readonly solid: string
}

// Every repetition is bounded: a text must not cost more than its length.
const gap = String.raw`[^\p{L}\p{N}]{0,160}`
/** The first check digit, behind the two letters of a country. Looked for by the digit: most letters have none behind them. */
const beginning = new RegExp(String.raw`\d(?<=[A-Za-z]${gap}[A-Za-z]${gap}\d)(?=${gap}\d)`, 'gu')
const piece = new RegExp(`${gap}([A-Za-z0-9]{1,40})`, 'uy')
const countries: ReadonlySet<string> = new Set(validator.ibanLocales)
const shortest = 15
const longest = 34

/**
 * The international account numbers (ISO 13616) in a text, in groups of any kind: with blanks, line breaks, signs or markup between. What
 * counts is the length of the country and the check digits, so that other letters and digits make none.
 */
export function accountsIn(text: string): readonly Account[] {
  if (text.length < shortest) return []
  const bare = inHalfWidth(withoutMarkup(text))
  if (!/\d/.test(bare)) return []
  const found: Account[] = []
  for (const { index } of bare.matchAll(beginning)) {
    const second = letterBefore(bare, index)
    const start = letterBefore(bare, second)
    const country = `${bare[start]}${bare[second]}`.toUpperCase()
    if (!countries.has(country) || start < (found.at(-1)?.end ?? 0) || !mayBegin(bare, start, second)) continue
    // `No 4006381333931` is a number, and none of Norway.
    if (country === 'NO' && second + 1 < index && /^\d{13}(?!\w)/.test(bare.slice(index, index + 14))) continue
    const account = readFrom(bare, index, country)
    if (account !== undefined) found.push({ start, written: bare.slice(start, account.end), ...account })
  }
  return found
}

/** The text with each account in it replaced. */
export function replaceAccounts(text: string, by: (account: Account) => string): string {
  let [rest, at] = ['', 0]
  for (const account of accountsIn(text)) {
    rest += text.slice(at, account.start) + by(account)
    at = account.end
  }
  return at === 0 ? text : rest + text.slice(at)
}

/** The account that a text is, with nothing but blanks and a few signs between: without check digits only in the usual groups. */
export function accountOf(text: string): string | undefined {
  if (text.length < 14 || text.length > 120 || !/^[A-Za-z]/.test(text)) return undefined
  const solid = text.replace(/[\s.,/|_:·*‐‑–—−-]+/g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(solid)) return undefined
  return /^[A-Za-z0-9 -]+$/.test(text) || isAccount(solid) ? solid : undefined
}

const likely = /(?<![\p{L}\p{N}])(?:[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}|\d{16,34})(?![\p{L}\p{N}])/giu

/** As Poles, Spaniards and Hungarians group those of their banks; Poles also in one piece. */
const domestic =
  /(?<![\p{L}\p{N}]|\d[ -])(?:\d{2}([ -]?)\d{4}(?:\1\d{4}){5}|\d{4}([ -])\d{4}\2\d{2}\2\d{10}|\d{8}([ -])\d{8}\3\d{8})(?![\p{L}\p{N}]|[ -]\d)/gu

/** Polish check digits are those of the country's accounts; the first group of a Hungarian one has its own, where blanks might part three numbers. */
function isDomestic(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  if (digits.length === 26) return isAccount(`PL${digits}`)
  if (!/^\d{8} /.test(written)) return true
  const sum = [9, 7, 3, 1, 9, 7, 3, 1].reduce((all, weight, at) => all + weight * Number(digits[at]), 0)
  return sum % 10 === 0 && !/^(?:19|20)\d\d/.test(digits)
}

/**
 * The text with what is written as an account replaced, whatever its check digits: in the usual groups, or behind a word that says so.
 *
 * @param isLikely - Also without such a word: it may be one.
 */
export function replaceWrittenAccounts(text: string, by: (account: string) => string, isLikely = false): string {
  const others = /\d{4}[ -]?\d{2}/.test(text)
    ? text.replace(domestic, (each) => (isDomestic(each) ? by(each) : each))
    : text
  return others.replace(likely, (written: string, at: number) => {
    const account = accountLike(written)
    const isSaid = (): boolean =>
      account.length >= shortest &&
      !isDigest.test(account) &&
      saysAccount(others.slice(Math.max(0, at - 64), at).toLowerCase())
    const isMeant = account !== '' && (isLikely || isGrouped(account) || isSaid())
    return isMeant ? by(account) + written.slice(account.length) : written
  })
}

/** The accounts that a text writes as such, by what they are known by. */
export function writtenAccountsIn(text: string): readonly string[] {
  const found: string[] = []
  replaceWrittenAccounts(text, (account) => {
    found.push(accountName(account))
    return ' '
  })
  return found
}

/** All that begins like an account: it is one where it was told as one. */
export function likelyAccountsIn(text: string): readonly string[] {
  return [...(text.match(likely) ?? []), ...(text.match(domestic) ?? []).filter(isDomestic)]
}

/** What a written account is known by, be it in groups or in one piece, with more or less behind. */
export function accountName(written: string): string {
  return written
    .replace(/[ -]/g, '')
    .slice(0, shortest - 1)
    .toUpperCase()
}

const isDigest = /^..\d+[a-z]/

/** Groups of a country that has accounts. */
function isGrouped(account: string): boolean {
  return account[4] === ' ' && countries.has(account.slice(0, 2).toUpperCase())
}

/**
 * The account that something of that form begins with; nothing for none. Orders, invoices, flights and tax numbers begin alike: an account
 * in one piece is longer, and in groups each has a digit, but for the bank's.
 */
function accountLike(written: string): string {
  const [first = '', ...others] = written.split(' ')
  const end = others.findIndex((group, at) => !(/\d/.test(group) || (at === 0 && group.length === 4)))
  const groups = [first, ...(end < 0 ? others : others.slice(0, end))]
  const solid = groups.join('')
  const isLong = first.length > 4 ? solid.length >= shortest : groups.length > 2 && solid.replace(/\D/g, '').length >= 8
  return isLong ? groups.join(' ') : ''
}

function letterBefore(text: string, at: number): number {
  let before = at - 1
  while (before > 0 && !/[A-Za-z]/.test(text[before] ?? '')) before -= 1
  return before
}

/** Behind another letter only where it is plain that the account begins there: `toGB29…`. */
function mayBegin(text: string, start: number, second: number): boolean {
  const before = text[start - 1] ?? ' '
  if (!/[\p{L}\p{N}]/u.test(before)) return true
  return /[a-z\d]/.test(before) && second === start + 1 && /[A-Z]{2}/.test(text.slice(start, second + 1))
}

function readFrom(text: string, from: number, country: string): { solid: string; end: number } | undefined {
  let solid = country
  piece.lastIndex = from
  for (let found = piece.exec(text); found !== null && solid.length < longest; found = piece.exec(text)) {
    const [, letters = ''] = found
    if (isWord(letters, solid.length)) return undefined
    const isCut = letters.length === 40 || /^[\p{L}\p{N}]/u.test(text.slice(piece.lastIndex, piece.lastIndex + 2))
    for (let most = Math.max(1, shortest - solid.length); most <= letters.length; most += 1) {
      if (most === letters.length ? isCut : !/^\d[A-Za-z]/.test(letters.slice(most - 1))) continue
      const whole = solid + letters.slice(0, most).toUpperCase()
      if (isAccount(whole)) return { solid: whole, end: piece.lastIndex - letters.length + most }
    }
    solid += letters.toUpperCase()
  }
  return undefined
}

/** Groups of letters alone are the bank's, or four of those all groups have. */
function isWord(letters: string, at: number): boolean {
  return at >= 8 && letters.length > 1 && !/\d/.test(letters) && !(letters.length === 4 && at % 4 === 0)
}

/** Check digits are never 00, 01 or 99: ISINs of some countries have the former two. */
function isAccount(solid: string): boolean {
  return solid.length >= shortest && !/^..(?:0[01]|99)/.test(solid) && mayCheck(solid) && validator.isIBAN(solid)
}

/** The check digits alone (ISO 7064, MOD 97-10), since a text may have thousands of beginnings. */
function mayCheck(solid: string): boolean {
  let rest = 0
  for (let at = 4; at < solid.length + 4; at += 1) {
    const code = solid.charCodeAt(at % solid.length)
    rest = (code < 65 ? rest * 10 + code - 48 : rest * 100 + code - 55) % 97
  }
  return rest === 1
}
