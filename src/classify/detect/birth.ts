import { traitsOf } from '../traits.ts'
import type { Detector, Hit } from './hit.ts'

const fields =
  /\b(?:birth ?(?:date|day)?|date of birth|dob|born|geburts(?:datum|tag)|naissance|nacimiento|nascita|nascimento|geboortedatum|urodzenia)\b/
/** In a sentence a birthday is more often a party. */
const said = new RegExp(fields.source.replace('(?:date|day)?', 'date'), 'giu')
const date =
  /(?<!\d)(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d|\d{1,2}\.? (?:of )?\p{L}{3,10}\.?,? (?:19|20)\d\d|\p{L}{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?!\d)/gu
/** How far behind the word a date still belongs to it. */
const reach = 32

/** Dates of birth: dates in a field that is called so, or shortly behind words that say so. No other date is one. */
export const dateOfBirth: Detector = {
  name: 'date-of-birth',
  find: (text, place) => {
    if (traitsOf(text).digits < 5) return []
    if (fields.test(place.field)) return datesIn(text, 0)
    const hits: Hit[] = []
    for (const match of text.matchAll(said)) {
      const from = match.index + match[0].length
      const [first] = datesIn(text.slice(from, from + reach), from)
      if (first !== undefined) hits.push(first)
    }
    return hits
  },
}

function datesIn(text: string, offset: number): Hit[] {
  return [...text.matchAll(date)].map((match) => ({
    start: offset + match.index,
    end: offset + match.index + match[0].length,
    by: 'date-of-birth',
  }))
}
