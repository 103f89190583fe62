import validator from 'validator'
import { traitsOf } from '../traits.ts'
import type { Detector, Hit } from './hit.ts'

const beginning = /(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ -]?[A-Z0-9])/gi
const longest = 34
const shortest = 15

/** International bank account numbers (ISO 13616), grouped or not: the length of the country, and the check digits. */
export const iban: Detector = {
  name: 'iban',
  find: (text) => {
    if (text.length < shortest || traitsOf(text).digits < 2) return []
    const hits: Hit[] = []
    for (const match of text.matchAll(beginning)) {
      const end = endOf(text, match.index)
      if (end !== undefined) hits.push({ start: match.index, end, by: 'iban' })
    }
    return hits
  },
}

/** The end of the longest account number that begins here. */
function endOf(text: string, start: number): number | undefined {
  let compact = ''
  let found: number | undefined
  for (let at = start; at < text.length && compact.length < longest; at++) {
    const each = text[at] ?? ''
    if (/[A-Za-z0-9]/.test(each)) compact += each.toUpperCase()
    else if (!/[ \-\u00a0.]/.test(each) || /[ \-\u00a0.]/.test(text[at - 1] ?? '')) break
    const whole = /[A-Za-z0-9]/.test(each) && !/[A-Za-z0-9]/.test(text[at + 1] ?? ' ')
    if (whole && compact.length >= shortest && validator.isIBAN(compact)) found = at + 1
  }
  return found
}
