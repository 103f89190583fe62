import { replaceAccounts } from './account.ts'
import { grouped } from './amount.ts'
import { phonesIn } from './phone.ts'

const cards =
  /(?<![\p{L}\p{N}.,+-])\d{4}([ \u00a0-])\d{4}\1\d{4}\1\d{4}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.,+-])3\d{3}([ \u00a0-])\d{6}\2\d{4,5}(?![\p{L}\p{N}])/gu
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
