import { replaceAccounts } from './account.ts'
import { grouped } from './amount-form.ts'
import { phonesIn } from './phone.ts'

const cards =
  /(?<![\p{L}\p{N}.,+-])\d{4}([ \u00a0-])\d{4}\1\d{4}\1\d{4}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.,+-])3\d{3}([ \u00a0-])\d{6}\2\d{4,5}(?![\p{L}\p{N}])/gu
const loose = /(?<![\p{L}\p{N}@_#/.+-]|\p{N}[,:])[1-9]\d{0,2}(?:\p{Zs}\d{3}){1,4}(?!\d|-)/gu
/** A letter that nobody writes: what has it beside it is no number by itself. */
const joint = 'ꞏ'

/**
 * A text in which no group of digits passes for a number of its own: accounts, cards, telephone numbers and numbers that are certain are in
 * one piece; what may be a number in groups or several numbers is neither.
 */
export function withoutGroups(text: string): string {
  if (!/\d\P{L}{0,48}\d/u.test(text)) return text
  let solid = replaceAccounts(text, (account) => account.solid)
  if (!/\d\)?\p{Zs}/u.test(solid)) return solid
  for (const phone of phonesIn(solid))
    if (/^(?:\+|\(?0)/.test(phone)) solid = solid.replaceAll(phone, phone.replace(/\s/g, ''))
  return solid
    .replace(cards, (card) => card.replace(/[\p{Zs}-]/gu, ''))
    .replace(grouped, (number) => number.replace(/\p{Zs}/gu, ''))
    .replace(loose, (numbers) => numbers.replace(/\p{Zs}/gu, joint))
}
