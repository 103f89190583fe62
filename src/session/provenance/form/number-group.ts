import { replaceAccounts } from './account.ts'
import { grouped } from './amount.ts'
import { phonesIn } from './phone.ts'

const cards =
  /(?<![\p{L}\p{N}.,+-])\d{4}([ \u00a0-])\d{4}\1\d{4}\1\d{4}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.,+-])3\d{3}([ \u00a0-])\d{6}\2\d{4,5}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.,+-])\d{2}([ \u00a0-])\d{4}(?:\3\d{4}){5}(?![\p{L}\p{N}])/gu
const loose = /(?<![\p{L}\p{N}@_#/.+-]|\p{N}[,:])[1-9]\d{0,2}(?:\p{Zs}\d{3}){1,4}(?!\d|-)/gu
/** A letter that nobody writes: what has it beside it is no number by itself. */
const joint = 'ꞏ'

/** A text with its accounts and cards in one piece. */
export function inOnePiece(text: string): string {
  if (!/\d\P{L}{0,48}\d/u.test(text)) return text
  return replaceAccounts(text, (account) => account.solid).replace(cards, (card) => card.replace(/\p{Zs}/gu, ''))
}

/**
 * A text in which no group of digits passes for a number of its own: accounts, cards, telephone numbers and numbers that are certain are in
 * one piece; what may be a number in groups or several numbers is neither.
 */
export function withoutGroups(text: string): string {
  let solid = inOnePiece(text)
  if (!/\d\)?\p{Zs}/u.test(solid)) return solid
  // `079 555 11 22 / 044 668 18 00`, but `030 / 123 45 67`.
  const parts = solid.includes(' / ') ? [solid, ...solid.split(' / ')] : [solid]
  for (const phone of parts.flatMap((part) => phonesIn(part)))
    if (/^(?:\+|\(?0)/.test(phone)) solid = solid.replaceAll(phone, phone.replace(/\s/g, ''))
  return solid
    .replace(grouped, (number) => number.replace(/\p{Zs}/gu, ''))
    .replace(loose, (numbers) => numbers.replace(/\p{Zs}/gu, joint))
}

const inline =
  'a|abbr|b|bd[io]|big|code|data|del|em|font|i|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong|su[bp]|time|tt|u|var|wbr'
/** What between two digits may leave them one number, or make them a fraction, a power, a price with its cents behind the sign. */
const seam = String.raw`[\p{Sc}\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800·•∙⋅‧´‘′″ʼ\x60°^‐‑⁃−－⁄∕／．：＇٫٬]|(?!\s)\p{Cc}|&#?\w{2,8};|<\/?(?:${inline})(?:\s[^<>]{0,80})?\/?>|<!--[^<>]{0,80}-->|\[\/?[a-z]{1,12}\]`
const seams = new RegExp(String.raw`(?<=\d)(?:[.,'’]?(?:${seam})){1,16}[.,'’]?(?=\d)`, 'giu')
/** `**15**00`, `15~~00~~`; but `2*3*4`. */
const halfMarked =
  /(?<![\d*~])((\*{1,3}|~~)\d[\d.,'’]{0,24})\2[.,]?(?=\d)|(?<=\d)[.,]?(\*{1,3}|~~)(?=\d[\d.,'’]{0,24}\3(?![\d*~]))/gu
/** `.5`, a minus with a mark beside it, and digits that a reader of pages sees behind others: `15&#48;`. */
const cut =
  /(?<=(?:^|[\s(\p{Sc}])[.,])(?=\d)|(?<=-\p{Cf}{1,4})(?=\d)|(?<=\d)(?=\p{Cf}{1,4}-)|(?<=\d)(?=&#(?:4[89]|5[0-7]|x3\d);)/gu
/** Minus signs; of dashes, which are put before and between words as well, those that touch a number alone. */
const minus = /(?<!\d)[−－﹣⁻‐‑⁃](?=\p{Sc}?\d)|(?<=(?:^|[\s([{"'“„«=:\p{Sc}]))[–—](?=\p{Sc}?\d)/gu
/** `−CHF 50`. */
const minusBefore = /(?<=[−－﹣⁻](?:[A-Z]{3}|[A-Z]{0,2}\p{Sc}) ?)(?=\d)/gu
/** `50万`, `1,5 mln`: how much it is stands behind. */
const magnitudes = [
  'mln|mld|mlrd|mio|mrd|tsd|mil|hundred|thousand|tausend|duizend|tus(?:en|ind)|lakhs?|crores?|tys|tysi[ąę]c\\p{L}{0,2}|tisíce?|ezer|tuhatta|bin(?= (?:tl|lira|euro|dolar|₺))',
  '[mb]ill?i?(?:ons?|onen?|oni|oner|onów|ony|ard(?:en?|s)?|ones|ón|oen|ão|ões|oane|árd)|milj(?:oen|oner|ard|oonaa?)|millió|milh(?:ão|ões)|milyon|milyar',
  'tri[ệe]\\p{M}*u|trđ|tr(?= (?:đ|vn))|t(?:[ỷỉ]|[yi]\u0309)|ngh[ìi]\\p{M}*n|ng[àa]\\p{M}*n|[em]ft|[em](?= ft)',
  'тис|тыс|млн|млрд|тысяч[аи]?|тисяч[аі]?|миллион\\p{L}{0,2}|мільйон\\p{L}{0,2}|ألف|آلاف|مليون|مليار|लाख|हज़ार|हजार|करोड़',
].join('|')
const magnitude = new RegExp(
  String.raw`(?<=\d)(?=[万萬億亿千兆만억천]|\s?(?:${magnitudes})(?![\p{L}\p{N}]))|(?<=\d[万萬億亿千兆만억천])(?=\d)`,
  'giu',
)

/** A text in which no part of a number, and no number without its sign, passes for a number of its own. */
export function withoutParts(text: string): string {
  if (!mayHaveParts.test(text)) return text
  return text
    .replace(minusBefore, joint)
    .replace(minus, '-')
    .replace(seams, joint)
    .replace(halfMarked, `$1${joint}`)
    .replace(cut, joint)
    .replace(magnitude, joint)
}

const mayHaveParts = /\d[.,'’]?[^\s\w.,;:!?/)'"+-]|[^\w\s:/(+"'#@-]\d|\d\s?\p{L}|(?:^|[\s(])[.,]\d|\d`/u
