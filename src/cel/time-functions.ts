import { type CelFunction, dyadic, type Overload, unary } from './overload.ts'
import {
  type Duration,
  durationOf,
  parseDuration,
  parseTimestamp,
  type Timestamp,
  timestampOf,
  wallClock,
} from './time.ts'
import { CelError, IS, type Result } from './value.ts'

const NANOS_PER_SECOND = 1_000_000_000n
const OUT_OF_RANGE: CelError = new CelError('out-of-range', 'a date or duration outside the range')

function getter(name: string, read: (clock: Date) => number, ofDuration?: Overload): CelFunction {
  const at = (timestamp: Timestamp, zone: string): Result => {
    const clock = wallClock(timestamp, zone)
    return clock === undefined ? new CelError('bad-conversion', 'unknown time zone') : read(clock)
  }
  const overloads = [
    unary('timestamp', 'number', (timestamp) => at(timestamp, 'UTC')),
    dyadic(['timestamp', 'string'], 'number', at),
    ...(ofDuration === undefined ? [] : [ofDuration]),
  ]
  return { name, style: 'method', whole: true, overloads }
}

function wholeUnits(nanosPerUnit: bigint): Overload {
  return unary('duration', 'number', (duration) => Number(duration.nanos / nanosPerUnit))
}

function dayOfYear(clock: Date): number {
  return Math.round((startOfDay(clock) - Date.UTC(clock.getUTCFullYear(), 0, 1)) / 86_400_000)
}

function startOfDay(clock: Date): number {
  return Date.UTC(clock.getUTCFullYear(), clock.getUTCMonth(), clock.getUTCDate())
}

function readTimestamp(text: string): Result {
  return parseTimestamp(text) ?? new CelError('bad-conversion', 'not an RFC 3339 date and time')
}

function readDuration(text: string): Result {
  return parseDuration(text) ?? new CelError('bad-conversion', "not a duration such as '1h30m'")
}

function fromEpochSeconds(seconds: number): Result {
  return Number.isInteger(seconds)
    ? (timestampOf(BigInt(seconds) * NANOS_PER_SECOND) ?? OUT_OF_RANGE)
    : new CelError('bad-conversion', 'timestamp() takes whole seconds')
}

/** Conversion to timestamps and durations, and their parts. Months, days of month, week and year count from 0; getDate from 1. */
export const TIME_FUNCTIONS: readonly CelFunction[] = [
  {
    name: 'timestamp',
    style: 'function',
    whole: false,
    overloads: [
      unary('string', 'timestamp', readTimestamp),
      unary('number', 'timestamp', (seconds) => fromEpochSeconds(Number(seconds))),
      unary('timestamp', 'timestamp', (timestamp) => timestamp),
    ],
  },
  {
    name: 'duration',
    style: 'function',
    whole: false,
    overloads: [unary('string', 'duration', readDuration), unary('duration', 'duration', (duration) => duration)],
  },
  getter('getFullYear', (clock) => clock.getUTCFullYear()),
  getter('getMonth', (clock) => clock.getUTCMonth()),
  getter('getDate', (clock) => clock.getUTCDate()),
  getter('getDayOfMonth', (clock) => clock.getUTCDate() - 1),
  getter('getDayOfWeek', (clock) => clock.getUTCDay()),
  getter('getDayOfYear', dayOfYear),
  getter('getHours', (clock) => clock.getUTCHours(), wholeUnits(3_600n * NANOS_PER_SECOND)),
  getter('getMinutes', (clock) => clock.getUTCMinutes(), wholeUnits(60n * NANOS_PER_SECOND)),
  getter('getSeconds', (clock) => clock.getUTCSeconds(), wholeUnits(NANOS_PER_SECOND)),
  getter(
    'getMilliseconds',
    (clock) => clock.getUTCMilliseconds(),
    // The part below a second, as in cel-spec; getSeconds gives the whole.
    unary('duration', 'number', (duration) => Number((duration.nanos % NANOS_PER_SECOND) / 1_000_000n)),
  ),
]

/** `+` and `-` where a timestamp or duration takes part; undefined if CEL has no such operation. */
export function addTimes(op: '+' | '-', left: unknown, right: unknown): Result | undefined {
  if (IS.timestamp(left) && IS.timestamp(right)) {
    return op === '-' ? (durationOf(left.nanos - right.nanos) ?? OUT_OF_RANGE) : undefined
  }
  if (IS.duration(right) && IS.timestamp(left)) return timestampOf(shift(op, left, right)) ?? OUT_OF_RANGE
  if (IS.duration(right) && IS.duration(left)) return durationOf(shift(op, left, right)) ?? OUT_OF_RANGE
  if (op === '+' && IS.duration(left) && IS.timestamp(right)) {
    return timestampOf(left.nanos + right.nanos) ?? OUT_OF_RANGE
  }
  return undefined
}

function shift(op: '+' | '-', from: Timestamp | Duration, by: Duration): bigint {
  return op === '+' ? from.nanos + by.nanos : from.nanos - by.nanos
}
