import Big from 'big.js'
import { CelError, type CelNumber } from './value.ts'

// SECURITY: bounds the digits one operation can allocate; every finite JS number lies within.
const MAX_EXPONENT = 400
const MAX_DIGITS = 1000

const NOT_FINITE: CelError = new CelError('out-of-range', 'a number that is not finite')
const TOO_LARGE: CelError = new CelError('out-of-range', 'a number with too many digits')
const DIVISION_BY_ZERO: CelError = new CelError('division-by-zero', 'division by zero')
const NOT_WHOLE: CelError = new CelError('no-overload', '% needs whole numbers')

/** The same number as a JS number where its shortest decimal text is exactly it, otherwise the Big; too many digits is an error. */
export function fromBig(big: Big): CelNumber | CelError {
  if (big.e > MAX_EXPONENT || big.e < -MAX_EXPONENT || big.c.length > MAX_DIGITS) return TOO_LARGE
  const number = Number(big.toString())
  return Number.isFinite(number) && new Big(number).eq(big) ? number + 0 : big
}

/** Reads decimal text (`-12.50`, `1e3`); undefined if it is not a number or too long to handle safely. */
export function parseDecimal(text: string): CelNumber | undefined {
  if (text.length > MAX_EXPONENT || !/^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,4})?$/.test(text)) return undefined
  const number = fromBig(new Big(text.startsWith('+') ? text.slice(1) : text))
  return number instanceof CelError ? undefined : number
}

function toBig(value: CelNumber): Big | CelError {
  if (typeof value === 'number') return Number.isFinite(value) ? new Big(value) : NOT_FINITE
  return value.e > MAX_EXPONENT || value.e < -MAX_EXPONENT || value.c.length > MAX_DIGITS ? TOO_LARGE : value
}

function exactly(left: CelNumber, right: CelNumber, apply: (l: Big, r: Big) => Big | CelError): CelNumber | CelError {
  const l = toBig(left)
  if (l instanceof CelError) return l
  const r = toBig(right)
  if (r instanceof CelError) return r
  const result = apply(l, r)
  return result instanceof CelError ? result : fromBig(result)
}

/**
 * Orders two numbers exactly: negative, zero or positive, as `left - right`; an error unless both are finite.
 * Two JS numbers compare as such, because distinct ones have distinct shortest decimal texts in the same order.
 */
export function compareNumbers(left: CelNumber, right: CelNumber): number | CelError {
  if (typeof left === 'number' && typeof right === 'number') {
    return Number.isFinite(left) && Number.isFinite(right) ? (left < right ? -1 : left > right ? 1 : 0) : NOT_FINITE
  }
  const l = toBig(left)
  if (l instanceof CelError) return l
  const r = toBig(right)
  return r instanceof CelError ? r : l.cmp(r)
}

/** Exact `left + right`. */
export function addNumbers(left: CelNumber, right: CelNumber): CelNumber | CelError {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    const sum = Number(left) + Number(right)
    if (Number.isSafeInteger(sum)) return sum
  }
  return exactly(left, right, (l, r) => l.plus(r))
}

/** Exact `left - right`. */
export function subtractNumbers(left: CelNumber, right: CelNumber): CelNumber | CelError {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    const difference = Number(left) - Number(right)
    if (Number.isSafeInteger(difference)) return difference
  }
  return exactly(left, right, (l, r) => l.minus(r))
}

/** Exact `left * right`. */
export function multiplyNumbers(left: CelNumber, right: CelNumber): CelNumber | CelError {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    const product = Number(left) * Number(right)
    if (Number.isSafeInteger(product)) return product + 0
  }
  return exactly(left, right, (l, r) => l.times(r))
}

/** `left / right` to 20 decimal places, half up. */
export function divideNumbers(left: CelNumber, right: CelNumber): CelNumber | CelError {
  return exactly(left, right, (l, r) => (r.eq(0) ? DIVISION_BY_ZERO : l.div(r)))
}

/** CEL's int division: the quotient cut towards zero, exactly. */
export function divideWhole(left: CelNumber, right: CelNumber): CelNumber | CelError {
  return exactly(left, right, (l, r) => {
    if (r.eq(0)) return DIVISION_BY_ZERO
    return l.minus(l.mod(r)).div(r).round(0, Big.roundDown)
  })
}

/** Remainder with the sign of `left`; only between whole numbers, as in CEL. */
export function remainder(left: CelNumber, right: CelNumber): CelNumber | CelError {
  return exactly(left, right, (l, r) => {
    if (!isWhole(l) || !isWhole(r)) return NOT_WHOLE
    return r.eq(0) ? DIVISION_BY_ZERO : l.mod(r)
  })
}

/** The number with its sign changed. */
export function negate(value: CelNumber): CelNumber | CelError {
  return subtractNumbers(0, value)
}

/** True if the number has no fraction. */
export function isWhole(value: CelNumber): boolean {
  return typeof value === 'number' ? Number.isInteger(value) : value.round(0, Big.roundDown).eq(value)
}

/** Rounds half away from zero to 0–20 decimal places. */
export function roundTo(value: CelNumber, places: number): CelNumber | CelError {
  if (!Number.isInteger(places) || places < 0 || places > 20) {
    return new CelError('out-of-range', 'places must be a whole number from 0 to 20')
  }
  const big = toBig(value)
  return big instanceof CelError ? big : fromBig(big.round(places, Big.roundHalfUp))
}

/** Cuts the fraction off. */
export function truncate(value: CelNumber): CelNumber | CelError {
  const big = toBig(value)
  return big instanceof CelError ? big : fromBig(big.round(0, Big.roundDown))
}

/** Plain decimal text without an exponent. */
export function formatNumber(value: CelNumber): string | CelError {
  if (Number.isSafeInteger(value)) return String(value)
  const big = toBig(value)
  return big instanceof CelError ? big : big.toFixed()
}
