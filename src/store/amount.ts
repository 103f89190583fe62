import Big from 'big.js'

// SECURITY: bounds the digits one sum can grow to by one amount.
const maxLength = 1000
const maxExponent = 400
const plain = /^(?:0|-?[1-9]\d*)$/
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/

/**
 * Writes decimal text the one way both engines keep it: no exponent, no needless zeros, no minus zero.
 *
 * @throws {TypeError} when the text is not a decimal number, or has too many digits.
 */
export function plainDecimal(text: string): string {
  if (text.length > maxLength) throw new TypeError('an amount with too many digits')
  if (plain.test(text)) return text
  if (!decimal.test(text)) throw new TypeError('an amount that is not decimal text')
  const big = new Big(text)
  if (Math.abs(big.e) > maxExponent) throw new TypeError('an amount with too many digits')
  return shown(big)
}

/** Adds plain decimal text, exactly. */
export function addDecimals(left: string, right: string): string {
  if (right === '0') return left
  return left === '0' ? right : shown(new Big(left).plus(right))
}

/** Subtracts plain decimal text, exactly. */
export function subtractDecimals(left: string, right: string): string {
  return right === '0' ? left : shown(new Big(left).minus(right))
}

function shown(big: Big): string {
  const text = big.toFixed()
  return text === '-0' ? '0' : text
}
