const digitsOf = (text: string): number[] => [...text].map(Number)

/** ISO/IEC 7812-1 annex B. */
export function luhn(text: string): boolean {
  let sum = 0
  for (const [index, digit] of digitsOf(text).reverse().entries()) {
    const twice = digit * 2
    sum += index % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0 && !oneDigit(text)
}

const oneDigit = (text: string): boolean => /^(.)\1*$/.test(text)

/** No check digit: anything but one digit repeated. */
export const ownDigits = (text: string): boolean => !oneDigit(text.replaceAll(/\D/g, ''))

/** The last digit completes the weighted sum of those before to a multiple of the modulus. */
export function weighted(text: string, weights: readonly number[], modulus: number): boolean {
  const digits = digitsOf(text)
  const sum = weights.reduce((total, weight, index) => total + weight * (digits[index] ?? 0), 0)
  return (modulus - (sum % modulus)) % modulus === digits.at(-1) && !oneDigit(text)
}

/** United States: no check digit, but numbers that were never given out. */
export const ssn = (text: string): boolean =>
  !/^(?:000|666|9)/.test(text) &&
  !/^...00/.test(text) &&
  !text.endsWith('0000') &&
  !oneDigit(text) &&
  text !== '123456789' &&
  text !== '078051120'

/** Netherlands: the test by eleven. */
export function bsn(text: string): boolean {
  const sum = digitsOf(text).reduce((total, digit, index) => total + digit * (index === 8 ? -1 : 9 - index), 0)
  return sum % 11 === 0 && !oneDigit(text)
}

/** Portugal: modulus 11, ten counts as zero. */
export function ibero(text: string): boolean {
  const sum = digitsOf(text.slice(0, 8)).reduce((total, digit, index) => total + digit * (9 - index), 0)
  const check = 11 - (sum % 11)
  return (check > 9 ? 0 : check) === Number(text[8])
}

/** Poland: a date that exists, and the check digit. */
export function pesel(text: string): boolean {
  const month = Number(text.slice(2, 4)) % 20
  const day = Number(text.slice(4, 6))
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3], 10)
}

/** Norway: a date (or one shifted for other registers), and two check digits. */
export function fodselsnummer(text: string): boolean {
  const digits = digitsOf(text)
  const month = Number(text.slice(2, 4)) % 40
  const day = Number(text.slice(0, 2)) % 40
  if (month < 1 || month > 12 || day < 1 || day > 31) return false
  const check = (weights: readonly number[]): number =>
    (11 - (weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0) % 11)) % 11
  return check([3, 7, 6, 1, 8, 9, 4, 5, 2]) === digits[9] && check([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === digits[10]
}

/** France: 97 less the rest of the division by 97; Corsican departments count as 19 and 18. */
export function insee(text: string): boolean {
  const number = text.replace('2A', '19').replace('2B', '18')
  return /^\d{15}$/.test(number) && 97n - (BigInt(number.slice(0, 13)) % 97n) === BigInt(number.slice(13))
}

/** Belgium: as France, with a 2 before the number of those born from 2000 on. */
export function mod97Belgium(text: string): boolean {
  const check = Number(text.slice(9))
  const number = Number(text.slice(0, 9))
  return 97 - (number % 97) === check || 97 - ((2_000_000_000 + number) % 97) === check
}

/** Germany: one digit of the first ten twice or thrice, and ISO 7064 MOD 11,10. */
export function germanTaxId(text: string): boolean {
  const digits = digitsOf(text)
  const counts = Array.from({ length: 10 }, (_, digit) => digits.slice(0, 10).filter((each) => each === digit).length)
  const repeated = counts.filter((count) => count > 1)
  if (text.startsWith('0') || repeated.length !== 1 || (repeated[0] ?? 0) > 3) return false
  let product = 10
  for (const digit of digits.slice(0, 10)) {
    const sum = (digit + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === digits[10]
}

/** Australia: a weighted sum of all nine that is a multiple of 11. */
export function tfn(text: string): boolean {
  const weights = [1, 4, 3, 7, 5, 8, 6, 9, 10]
  return (
    digitsOf(text).reduce((sum, digit, index) => sum + digit * (weights[index] ?? 0), 0) % 11 === 0 && !oneDigit(text)
  )
}

/** Chile: modulus 11, ten written as K. */
export function rut(text: string): boolean {
  const sum = digitsOf(text.slice(0, -1))
    .reverse()
    .reduce((total, digit, index) => total + digit * (2 + (index % 6)), 0)
  const check = 11 - (sum % 11)
  return text.at(-1) === (check === 11 ? '0' : check === 10 ? 'K' : String(check))
}

const turns = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** India: Verhoeff's check digit, by the multiplication of the dihedral group of ten. */
export function verhoeff(text: string): boolean {
  let check = 0
  for (const [index, digit] of [...text].reverse().entries())
    check = product(check, Number(turns[index % 8]?.[Number(digit)]))
  return check === 0 && !oneDigit(text)
}

function product(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5)
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5
}
