import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { type DigitRun, digitRuns, longestHits } from './digits.ts'
import { type Detector, type Place, speaksOf } from './hit.ts'

const words =
  /\b(?:phone|telephone|tel|tél|téléphone|telefon|teléfono|telefono|telefone|mobile|móvil|movil|cell|cellular|celular|handy|fax|sms|whatsapp|msisdn|gsm)\b|\bphone ?num/

/** Countries whose numbers are also known without the code of the country, where a word says that it is a number to call. */
const national: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'ES',
  'FR',
  'IT',
  'NL',
  'PL',
  'BR',
  'MX',
  'IN',
  'JP',
  'CN',
  'AU',
  'CH',
  'SE',
]

/**
 * Telephone numbers: international ones wherever they stand; national ones behind a word that says so, or as North Americans write
 * them. A number in a form no person writes, as a timestamp, is none.
 */
export const phone: Detector = {
  name: 'phone',
  find: (text, place) =>
    longestHits(
      digitRuns(text)
        .filter((run) => isPhone(run, text, place))
        .map(({ start, end }) => ({ start, end, by: 'phone' })),
    ),
}

function isPhone(run: DigitRun, text: string, place: Place): boolean {
  const { digits } = run
  if (digits.length < 7 || digits.length > 15) return false
  if (run.text.startsWith('+')) return parsePhoneNumberFromString(`+${digits}`)?.isValid() === true
  if (/^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$/.test(run.text)) return valid(digits, 'US')
  if (!speaksOf(words, text, run.start, place) || isDate(run.text) || isDecimal(run.text)) return false
  if (digits.startsWith('00') && parsePhoneNumberFromString(`+${digits.slice(2)}`)?.isValid() === true) return true
  return (
    parsePhoneNumberFromString(`+${digits}`)?.isValid() === true || national.some((country) => valid(digits, country))
  )
}

const valid = (digits: string, country: CountryCode): boolean =>
  parsePhoneNumberFromString(digits, country)?.isValid() === true

const isDecimal = (text: string): boolean => /^\d+\.\d+$|\d\.\d\d(?!\d).*\(/.test(text)

const isDate = (text: string): boolean =>
  /^(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|^\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d/.test(text)
