import { lookalikes } from './lookalike.ts'

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\u00ad]+/gu
const marks = /\p{M}+/gu
const otherDigits = /(?![0-9])\p{Nd}/gu
const hasOtherDigit = /(?![0-9])\p{Nd}/u
const markup = /<[^<>]{1,120}>|\[\/?[a-z]{1,12}\]|&(?:[a-z]{2,8}|#\w{2,7});|\\[nrt]/gi
const between = /[^\p{L}\p{N}]+/gu
const other = /[^ -~\s]/u
const asciiBetween = /[^a-z0-9]+/g

/**
 * What a reader might take a text for: invisible characters and accents gone, compatibility forms, digits and look-alikes of other
 * scripts as the Latin ones, in lower case. Only to find where something may come from, never to grant trust.
 */
export function plain(text: string): string {
  if (!other.test(text)) return text.toLowerCase()
  const bare = text.normalize('NFKD').replace(invisible, '').replace(marks, '').replace(otherDigits, digit)
  let letters = ''
  for (const letter of otherCapital.test(bare) ? bare.replace(/\p{L}+/gu, inSmallLetters) : bare)
    letters += lookalikes.get(letter) ?? letter
  return letters.toLowerCase()
}

const otherCapital = /(?![A-Z])\p{Lu}/u
const otherCased = /(?![A-Za-z])[\p{Lu}\p{Ll}]/gu

/** A word whose capitals look like other letters than its small ones: `ΟΔΟΣ`, but not `РАУ`, which may be there for `PAY`. */
function inSmallLetters(word: string): string {
  return otherCapital.test(word) && word.match(otherCased)?.some((each) => !lookalikes.has(each))
    ? word.toLowerCase()
    : word
}

/** The digit that one of another script is: they stand in tens, in order. */
function digit(other: string): string {
  const point = other.codePointAt(0) ?? 0
  let before = 0
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}

/** The text with blanks in the place of tags, entities and escapes, as many. */
export function withoutMarkup(text: string): string {
  return /[<[&\\]/.test(text) ? text.replace(markup, (each) => ' '.repeat(each.length)) : text
}

/** The text with its full-width letters, digits and signs as those of ASCII, one for one. */
export function inHalfWidth(text: string): string {
  if (!/[！-～]/.test(text)) return text
  return text.replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
}

/** The text with the digits of all scripts as those of ASCII, and what stands between them in numbers. */
export function inOwnDigits(text: string): string {
  if (!other.test(text) || !hasOtherDigit.test(text)) return text
  return text
    .replace(otherDigits, digit)
    .replace(/(?<=\d)[．٫](?=\d)/g, '.')
    .replace(/(?<=\d)[，٬](?=\d)/g, ',')
}

/** The letters and digits alone of how a text looks, so that spacing, punctuation and the usual swaps (0 and o, 1 and l) do not count. */
export function squash(text: string): string {
  const looks = plain(text)
  const solid = !other.test(looks) ? looks.replace(asciiBetween, '') : looks.replace(between, '')
  return solid.replace(/0/g, 'o').replace(/[1i]/g, 'l')
}

/** The text with what nobody sees left out, and tag characters as the letters they stand for. */
export function revealed(text: string): string {
  return text.replace(/[\u{e0020}-\u{e007e}]/gu, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000))
}

/** Longer than a name: its pieces are looked at, not its every word. */
export function isProse(text: string): boolean {
  return text.length > 80 || /(?:\S+\s+){5}\S/.test(text)
}
