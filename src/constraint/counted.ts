import { formatNumber, parseDecimal } from '../cel/decimal.ts'
import { formatTimestamp, parseTimestamp } from '../cel/time.ts'
import type { Call } from '../charter/charter.ts'
import { getPointer, type Reference } from '../charter/pointer.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { objectOf, type PlainObject } from '../charter/source/plain.ts'
import { keyIn } from './context.ts'
import { foldCounted } from './same-text.ts'

/**
 * The value at a place of the request as it is counted by, so that all ways to write one value meet; undefined where there is none, or one that is
 * not what the description says stands there: who knows which day `1.12.` is to the API.
 * Whoever takes `R-1` and ` r-1` for one thing must not be asked to do it twice; who tells them apart counts a little too much.
 */
export function countedValue(shape: OperationShape | undefined, place: Reference, call: Call): string | undefined {
  const value = keyIn(place, call, undefined)
  if (value === undefined) return undefined
  const { type, format } = shape === undefined ? {} : described(shape, place)
  if (type === 'integer' || type === 'number') return sameNumber(value)
  if (type !== 'string') return foldCounted(value)
  if (format === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined
  return format === 'date-time' ? sameTime(value) : foldCounted(value)
}

function described({ parameters, body }: OperationShape, place: Reference): PlainObject {
  if (place.in !== 'body')
    return objectOf(parameters.find((each) => each.in === place.in && each.name === place.name)?.schema)
  return objectOf(
    getPointer(
      body?.schema,
      place.pointer.flatMap((name) => ['properties', name]),
    ),
  )
}

function sameNumber(value: string): string | undefined {
  const number = parseDecimal(value)
  const text = number === undefined ? undefined : formatNumber(number)
  return typeof text === 'string' ? text : undefined
}

function sameTime(value: string): string | undefined {
  const time = parseTimestamp(value)
  return time === undefined ? undefined : formatTimestamp(time)
}
