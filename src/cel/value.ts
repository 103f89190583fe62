import Big from 'big.js'
import { Duration, Timestamp } from './time.ts'

/** A number in an expression: a JS number stands for its shortest decimal text, a Big for itself. */
export type CelNumber = number | Big

/** What a literal can be. */
export type CelLiteral = null | boolean | string | CelNumber

/** The name of a type, as `type(x)` gives it; one object per name, so identity is equality. */
export class TypeName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** The result of `.?field` and `[?index]`: a value, or none when `value` is undefined. */
export class Optional {
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

/** A map: own enumerable string keys only. */
export interface CelMap {
  readonly [key: string]: CelValue
}

/** Every value an expression can have. Lists and maps may be the caller's own objects and are never changed. */
export type CelValue = CelLiteral | readonly CelValue[] | CelMap | Timestamp | Duration | Optional | TypeName

/** Why an expression has no value; a closed union, stable for callers. */
export type CelErrorCode =
  | 'no-such-key'
  | 'no-such-variable'
  | 'no-overload'
  | 'division-by-zero'
  | 'out-of-range'
  | 'bad-conversion'
  | 'bad-pattern'
  | 'duplicate-key'
  | 'no-value'
  | 'unsupported-value'
  | 'too-complex'

/** An evaluation without a value. A result, never thrown; a caller that must decide treats it as "not satisfied". */
export class CelError {
  readonly code: CelErrorCode
  readonly message: string
  constructor(code: CelErrorCode, message: string) {
    this.code = code
    this.message = message
  }
}

/** What evaluating gives. */
export type Result = CelValue | CelError

/** True for the results that are errors. */
export function isCelError(result: unknown): result is CelError {
  return result instanceof CelError
}

/** The values each kind stands for; `any` is every value. */
export interface KindMap {
  null: null
  bool: boolean
  number: CelNumber
  string: string
  list: readonly CelValue[]
  map: CelMap
  timestamp: Timestamp
  duration: Duration
  optional: Optional
  type: TypeName
  any: CelValue
}

/** The kinds the checker and the functions distinguish; there is one kind of number. */
export type Kind = keyof KindMap

/** True for a plain object, the only thing whose members an expression can see. */
export function isMap(value: unknown): value is CelMap {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** One test per kind. Elements of lists and maps are tested when they are used, not here. */
export const IS: { readonly [K in Kind]: (value: unknown) => value is KindMap[K] } = {
  null: (value) => value === null,
  bool: (value) => typeof value === 'boolean',
  number: (value): value is CelNumber => typeof value === 'number' || value instanceof Big,
  string: (value) => typeof value === 'string',
  list: (value): value is readonly CelValue[] => Array.isArray(value),
  map: isMap,
  timestamp: (value) => value instanceof Timestamp,
  duration: (value) => value instanceof Duration,
  optional: (value) => value instanceof Optional,
  type: (value) => value instanceof TypeName,
  any: (value): value is CelValue => kindOf(value) !== undefined,
}

/** The kind of a value, or undefined for what no expression can hold (functions, class instances, undefined). */
export function kindOf(value: unknown): Exclude<Kind, 'any'> | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'number':
      return 'number'
    case 'string':
      return 'string'
    case 'object':
      return kindOfObject(value)
    default:
      return undefined
  }
}

function kindOfObject(value: object | null): Exclude<Kind, 'any'> | undefined {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (isMap(value)) return 'map'
  if (value instanceof Big) return 'number'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof Duration) return 'duration'
  if (value instanceof Optional) return 'optional'
  return value instanceof TypeName ? 'type' : undefined
}

/** The value itself if an expression can hold it, an error passed on, otherwise an error saying so. */
export function toResult(value: unknown): Result {
  if (IS.any(value) || isCelError(value)) return value
  return new CelError('unsupported-value', `a value of type ${typeof value} cannot be used in an expression`)
}
