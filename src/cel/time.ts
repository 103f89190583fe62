const NANOS_PER_SECOND = 1_000_000_000n
const NANOS_PER_MILLI = 1_000_000n
const MIN_SECONDS = -62_135_596_800n
const MAX_SECONDS = 253_402_300_799n
const MAX_DURATION_SECONDS = 315_576_000_000n

/** An instant between years 1 and 9999, in nanoseconds since 1970 (google.protobuf.Timestamp). */
export class Timestamp {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A span of time in nanoseconds, at most 10,000 years either way (google.protobuf.Duration). */
export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** The instant, or undefined outside years 1–9999. */
export function timestampOf(nanos: bigint): Timestamp | undefined {
  const inRange = nanos >= MIN_SECONDS * NANOS_PER_SECOND && nanos < (MAX_SECONDS + 1n) * NANOS_PER_SECOND
  return inRange ? new Timestamp(nanos) : undefined
}

/** The span, or undefined beyond 10,000 years. */
export function durationOf(nanos: bigint): Duration | undefined {
  const magnitude = nanos < 0n ? -nanos : nanos
  return magnitude <= MAX_DURATION_SECONDS * NANOS_PER_SECOND ? new Duration(nanos) : undefined
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Reads an RFC 3339 date and time with up to nine decimals; undefined if it is not one, or the day does not exist. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const part = (index: number): number => Number(match[index] ?? '0')
  const date = new Date(0)
  date.setUTCFullYear(part(1), part(2) - 1, part(3))
  date.setUTCHours(part(4), part(5), part(6))
  const exists = date.getUTCMonth() === part(2) - 1 && date.getUTCDate() === part(3)
  if (!exists || part(4) > 23 || part(5) > 59 || part(6) > 59 || part(9) > 23 || part(10) > 59) return undefined
  const offsetMs = BigInt((part(9) * 60 + part(10)) * 60_000) * (match[8] === '-' ? -1n : 1n)
  const fraction = BigInt((match[7] ?? '').padEnd(9, '0'))
  return timestampOf((BigInt(date.getTime()) - offsetMs) * NANOS_PER_MILLI + fraction)
}

/** RFC 3339 in UTC with only the decimals needed. */
export function formatTimestamp(timestamp: Timestamp): string {
  const seconds = floorDivide(timestamp.nanos, NANOS_PER_SECOND)
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${text}${fractionText(timestamp.nanos - seconds * NANOS_PER_SECOND)}Z`
}

const UNIT_NANOS: ReadonlyMap<string, bigint> = new Map([
  ['h', 3_600n * NANOS_PER_SECOND],
  ['m', 60n * NANOS_PER_SECOND],
  ['s', NANOS_PER_SECOND],
  ['ms', NANOS_PER_MILLI],
  ['us', 1_000n],
  ['ns', 1n],
])

/** Reads a duration as Go and CEL write it (`1h30m`, `-1.5s`, `0`); undefined if it is not one. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([+-]?)(0|(?:(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:h|ms|m|us|ns|s)){1,12})$/.exec(text)
  if (match === null) return undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d*)(?:\.(\d*))?(h|ms|m|us|ns|s)/g)) {
    const scale = UNIT_NANOS.get(unit) ?? 0n
    nanos += BigInt(whole) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
  }
  return durationOf(match[1] === '-' ? -nanos : nanos)
}

/** Seconds with only the decimals needed, as CEL's string() gives it (`5400s`, `-1.5s`). */
export function formatDuration(duration: Duration): string {
  const magnitude = duration.nanos < 0n ? -duration.nanos : duration.nanos
  const sign = duration.nanos < 0n ? '-' : ''
  return `${sign}${magnitude / NANOS_PER_SECOND}${fractionText(magnitude % NANOS_PER_SECOND)}s`
}

function fractionText(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/**
 * The wall clock at an instant, as a Date whose UTC fields are the local ones; undefined for an unknown zone.
 * Zones are `UTC`, a fixed offset (`+02:00`, `-05:30`), or an IANA name, whose rules come from the runtime's own data.
 */
export function wallClock(timestamp: Timestamp, zone: string): Date | undefined {
  const ms = Number(floorDivide(timestamp.nanos, NANOS_PER_MILLI))
  if (zone === 'UTC') return new Date(ms)
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (fixed === null) return inNamedZone(ms, zone)
  const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
  return new Date(ms + minutes * (fixed[1] === '-' ? -60_000 : 60_000))
}

function inNamedZone(ms: number, timeZone: string): Date | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? ''
    const offset = /([+-])(\d\d):(\d\d)/.exec(name)
    const minutes = offset === null ? 0 : Number(offset[2]) * 60 + Number(offset[3])
    return new Date(ms + minutes * (offset?.[1] === '-' ? -60_000 : 60_000))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
