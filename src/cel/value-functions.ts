import { addNumbers, compareNumbers, isWhole, negate, parseDecimal, roundTo, truncate } from './decimal.ts'
import { type CelFunction, dyadic, type Overload, unary, variadic } from './overload.ts'
import { charactersOf, numberText } from './string-functions.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import {
  CelError,
  type CelNumber,
  type CelValue,
  IS,
  isCelError,
  type Kind,
  kindOf,
  type Optional,
  type Result,
  TypeName,
} from './value.ts'

const NAMES = [
  'bool',
  'string',
  'int',
  'uint',
  'double',
  'list',
  'map',
  'null_type',
  'type',
  'optional_type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
]

/** The types an expression can name. */
export const TYPE_NAMES: ReadonlyMap<string, TypeName> = new Map(NAMES.map((name) => [name, new TypeName(name)]))

const TYPE_OF_KIND: Readonly<Record<Exclude<Kind, 'any' | 'number'>, string>> = {
  null: 'null_type',
  bool: 'bool',
  string: 'string',
  list: 'list',
  map: 'map',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional: 'optional_type',
  type: 'type',
}

function typeOf(value: CelValue): Result {
  const kind = kindOf(value)
  if (kind === undefined) return new CelError('unsupported-value', 'a value without a type')
  const name = kind !== 'number' ? TYPE_OF_KIND[kind] : IS.number(value) && isWhole(value) ? 'int' : 'double'
  return TYPE_NAMES.get(name) ?? new CelError('unsupported-value', 'a value without a type')
}

function readNumber(text: string): Result {
  return parseDecimal(text) ?? new CelError('bad-conversion', 'not a decimal number')
}

function readInt(text: string): Result {
  if (!/^[+-]?\d{1,40}$/.test(text)) return new CelError('bad-conversion', 'not a whole number')
  return readNumber(text)
}

function unsigned(value: CelNumber): Result {
  const whole = truncate(value)
  if (isCelError(whole)) return whole
  const order = compareNumbers(whole, 0)
  return isCelError(order) ? order : order < 0 ? new CelError('bad-conversion', 'uint() of a negative number') : whole
}

function readUint(text: string): Result {
  const number = readInt(text)
  return IS.number(number) ? unsigned(number) : number
}

function readBool(text: string): Result {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(text)) return false
  return new CelError('bad-conversion', 'not a boolean')
}

function numbersOf(list: readonly CelValue[], name: string): readonly CelNumber[] | CelError {
  const numbers = list.filter((item) => IS.number(item))
  return numbers.length === list.length ? numbers : new CelError('no-overload', `${name} needs a list of numbers`)
}

function sum(list: readonly CelValue[]): Result {
  const numbers = numbersOf(list, 'sum')
  if (isCelError(numbers)) return numbers
  let total: CelNumber | CelError = 0
  for (const number of numbers) {
    total = addNumbers(total, number)
    if (isCelError(total)) return total
  }
  return total
}

function extreme(numbers: readonly CelNumber[], sign: 1 | -1): Result {
  let best = numbers[0]
  if (best === undefined) return new CelError('no-value', 'the least or greatest of nothing')
  for (const number of numbers) {
    const order = compareNumbers(number, best)
    if (isCelError(order)) return order
    if (order * sign > 0) best = number
  }
  return best
}

function extremes(name: 'min' | 'max', sign: 1 | -1): CelFunction {
  const ofList = (list: readonly CelValue[]): Result => {
    const numbers = numbersOf(list, name)
    return isCelError(numbers) ? numbers : extreme(numbers, sign)
  }
  const overloads = [
    unary('list', 'number', ofList),
    unary('number', 'number', (x) => x),
    variadic('number', 'number', (xs) => extreme(xs, sign)),
  ]
  return { name, style: 'function', whole: false, overloads }
}

function absolute(value: CelNumber): Result {
  const order = compareNumbers(value, 0)
  return isCelError(order) ? order : order < 0 ? negate(value) : value
}

function unwrap(optional: Optional): Result {
  return optional.value === undefined ? new CelError('no-value', 'the optional has no value') : optional.value
}

function global(name: string, ...overloads: readonly Overload[]): CelFunction {
  return { name, style: 'function', whole: name === 'int' || name === 'uint', overloads }
}

/** Conversions, sizes, sums and the methods of optionals. Conversions are the only way from text to a number. */
export const VALUE_FUNCTIONS: readonly CelFunction[] = [
  {
    name: 'size',
    style: 'both',
    whole: true,
    overloads: [
      unary('string', 'number', (text) => charactersOf(text).length),
      unary('list', 'number', (list) => list.length),
      unary('map', 'number', (map) => Object.keys(map).length),
    ],
  },
  global(
    'dyn',
    unary('any', 'any', (value) => value),
  ),
  global('type', unary('any', 'type', typeOf)),
  global(
    'bool',
    unary('bool', 'bool', (value) => value),
    unary('string', 'bool', readBool),
  ),
  global(
    'int',
    unary('number', 'number', truncate),
    unary('string', 'number', readInt),
    unary('timestamp', 'number', (t) => Number(t.nanos / 1_000_000_000n)),
  ),
  global('uint', unary('number', 'number', unsigned), unary('string', 'number', readUint)),
  global(
    'double',
    unary('number', 'number', (x) => x),
    unary('string', 'number', readNumber),
  ),
  global(
    'decimal',
    unary('number', 'number', (x) => x),
    unary('string', 'number', readNumber),
  ),
  global(
    'string',
    unary('string', 'string', (text) => text),
    unary('bool', 'string', String),
    unary('number', 'string', numberText),
    unary('timestamp', 'string', formatTimestamp),
    unary('duration', 'string', formatDuration),
  ),
  global('sum', unary('list', 'number', sum)),
  global('abs', unary('number', 'number', absolute)),
  global(
    'round',
    unary('number', 'number', (x) => roundTo(x, 0)),
    dyadic(['number', 'number'], 'number', (x, places) => roundTo(x, Number(places))),
  ),
  extremes('min', -1),
  extremes('max', 1),
  {
    name: 'hasValue',
    style: 'method',
    whole: false,
    overloads: [unary('optional', 'bool', (o) => o.value !== undefined)],
  },
  { name: 'value', style: 'method', whole: false, overloads: [unary('optional', 'any', unwrap)] },
  {
    name: 'orValue',
    style: 'method',
    whole: false,
    overloads: [
      dyadic(['optional', 'any'], 'any', (optional, other) => (optional.value === undefined ? other : optional.value)),
    ],
  },
]
