import Big from 'big.js'
import { addNumbers, parseDecimal } from '../cel/decimal.ts'
import { type CelNumber, isCelError } from '../cel/value.ts'
import type { Scope, Use } from '../charter/charter.ts'
import type { Counter } from './facts.ts'

/** True if nothing can have been counted before: each call counts for itself, or the object is only being made. */
export function countsNothing(per: Scope, use: Use): boolean {
  return per.includes('call') || (per.includes('object') && use.creates)
}

/** The exact sum of a counter; undefined when its text is no number. */
export function sumOf(counter: Counter): CelNumber | undefined {
  return typeof counter.sum === 'number' ? counter.sum : parseDecimal(counter.sum)
}

/** A counter with one more use of `amount`; undefined when the sum has no exact value. */
export function addUse(counter: Counter, amount: CelNumber): Counter | undefined {
  const before = sumOf(counter)
  const sum = before === undefined ? undefined : addNumbers(before, amount)
  if (sum === undefined || isCelError(sum)) return undefined
  return { count: counter.count + 1, sum: typeof sum === 'number' ? sum : sum.toFixed() }
}

/** Numbers of expressions; excludes those that are not finite. */
export function isAmount(value: unknown): value is CelNumber {
  return typeof value === 'number' ? Number.isFinite(value) : value instanceof Big
}
