import { compareNumbers } from './decimal.ts'
import { Duration, Timestamp } from './time.ts'
import { CelError, type CelNumber, type CelValue, IS, Optional } from './value.ts'

// SECURITY: bounds the recursion on values nested by an attacker, well before the stack ends.
const MAX_DEPTH = 200
const TOO_DEEP: CelError = new CelError('too-complex', 'values nested too deep to compare')

/**
 * CEL equality: values of different kinds are unequal, never an error; numbers by exact value, lists and maps by content.
 * An error only for what has no equality (functions, numbers that are not finite, nesting beyond 200).
 */
export function equalValues(left: unknown, right: unknown, depth = 0): boolean | CelError {
  if (typeof left === 'string' || typeof left === 'boolean' || left === null) {
    return left === right || (IS.any(right) ? false : unsupported(right))
  }
  if (depth > MAX_DEPTH) return TOO_DEEP
  if (IS.number(left) && IS.number(right)) return equalNumbers(left, right)
  if (IS.list(left) && IS.list(right)) return equalLists(left, right, depth)
  if (IS.map(left) && IS.map(right)) return equalMaps(left, right, depth)
  return equalOthers(left, right, depth)
}

function equalOthers(left: unknown, right: unknown, depth: number): boolean | CelError {
  if (left instanceof Timestamp && right instanceof Timestamp) return left.nanos === right.nanos
  if (left instanceof Duration && right instanceof Duration) return left.nanos === right.nanos
  if (left instanceof Optional && right instanceof Optional) return equalOptionals(left, right, depth)
  if (!IS.any(left)) return unsupported(left)
  return IS.any(right) ? left === right : unsupported(right)
}

function unsupported(value: unknown): CelError {
  return value instanceof CelError ? value : new CelError('unsupported-value', 'a value that cannot be compared')
}

function equalNumbers(left: CelNumber, right: CelNumber): boolean | CelError {
  const order = compareNumbers(left, right)
  return order instanceof CelError ? order : order === 0
}

function equalOptionals(left: Optional, right: Optional, depth: number): boolean | CelError {
  if (left.value === undefined || right.value === undefined) return left.value === right.value
  return equalValues(left.value, right.value, depth + 1)
}

function equalLists(left: readonly CelValue[], right: readonly CelValue[], depth: number): boolean | CelError {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    const equal = equalValues(left[index], right[index], depth + 1)
    if (equal !== true) return equal
  }
  return true
}

function equalMaps(left: object, right: object, depth: number): boolean | CelError {
  const entries = Object.entries(left)
  if (entries.length !== Object.keys(right).length) return false
  for (const [key, value] of entries) {
    const other = Object.getOwnPropertyDescriptor(right, key)
    if (other === undefined) return false
    const equal = equalValues(value, other.value, depth + 1)
    if (equal !== true) return equal
  }
  return true
}

/** True if the list has an element equal to the value. */
export function listContains(list: readonly CelValue[], value: unknown): boolean | CelError {
  let failure: CelError | undefined
  for (const item of list) {
    const equal = equalValues(value, item)
    if (equal === true) return true
    if (equal !== false) failure = equal
  }
  return failure ?? false
}

/** Orders two values of one kind, as `left - right`; undefined if CEL has no order for them. Strings order by code point. */
export function orderValues(left: unknown, right: unknown): number | CelError | undefined {
  if (IS.number(left) && IS.number(right)) return compareNumbers(left, right)
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof Timestamp && right instanceof Timestamp) return Number(left.nanos - right.nanos)
  if (left instanceof Duration && right instanceof Duration) return Number(left.nanos - right.nanos)
  return undefined
}

function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const l = left.charCodeAt(index)
    const r = right.charCodeAt(index)
    if (l === r) continue
    // A surrogate stands for a code point above every single unit, also above U+E000–U+FFFF.
    if (isSurrogate(l) !== isSurrogate(r)) return isSurrogate(l) ? 1 : -1
    return l - r
  }
  return left.length - right.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
