/** Times to try around one that a rule compares with. */
import { formatTimestamp, type Timestamp, timestampOf } from '../../cel/time.ts'

const minute = 60n
const day = 24n * 60n * minute
/** Seconds off: none so near that it comes by while the case goes on. */
const offsets = [10n * minute, 2n * day, 40n * day, 400n * day].flatMap((offset) => [offset, -offset])

/** Texts of times before and after one; days where the argument holds a day. */
export function momentsAround({ nanos }: Timestamp, current: unknown): string[] {
  const isDay = typeof current === 'string' && /^\d{4}-\d\d-\d\d$/.test(current)
  const whole = nanos - (nanos % 1_000_000_000n)
  return offsets.flatMap((offset) => {
    const moment = timestampOf(whole + offset * 1_000_000_000n)
    if (moment === undefined || (isDay && -day < offset && offset < day)) return []
    const text = formatTimestamp(moment)
    return [isDay ? text.slice(0, 10) : text]
  })
}
