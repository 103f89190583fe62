import validator from 'validator'
import { type DigitRun, digitRuns, longestHits } from './digits.ts'
import { type Detector, type Place, speaksOf } from './hit.ts'

const words = /\b(?:card|carta|carte|tarjeta|karte|kaart|karta|pan|visa|mastercard|amex|credit|debit|cc)\b|\bcard ?num/

/** Payment cards: a known issuer's prefix and length, and the check digit (ISO/IEC 7812). */
export const card: Detector = {
  name: 'card',
  find: (text, place) =>
    longestHits(
      digitRuns(text)
        .filter((run) => isCard(run, text, place))
        .map(({ start, end }) => ({ start, end, by: 'card' })),
    ),
}

function isCard(run: DigitRun, text: string, place: Place): boolean {
  const { digits } = run
  if (digits.length < 13 || digits.length > 19 || run.text.startsWith('+') || /^(\d)\1*$/.test(digits)) return false
  if (!usual(run) && !speaksOf(words, text, run.start, place)) return false
  return validator.isCreditCard(digits)
}

/** Written as on a card, or in one piece of the commonest lengths: other numbers pass the check digit one time in ten. */
function usual({ digits, groups }: DigitRun): boolean {
  const shape = groups.join('-')
  if (shape === '4-4-4-4' || shape === '4-6-5' || shape === '4-6-4' || shape === '4-4-4-4-3') return true
  return groups.length === 1 && (digits.length === 16 || (digits.length === 15 && /^3[47]/.test(digits)))
}
