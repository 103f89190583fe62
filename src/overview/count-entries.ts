/** How many entries there were, from sums that are kept: by the hour where hours are whole, by the minute at their edges. */
import type { Database } from 'better-sqlite3'
import type { Count, CountQuery } from './query.ts'
import { hourMinutes, minuteMs } from './sums.ts'

const columns = ['kind', 'operation', 'use', 'effect', 'state', 'workflow'] as const
const tested = ['kind', 'operation', 'use', 'effect', 'workflow'] as const

/** In minutes since 1970; `to` not included. */
interface Span {
  readonly table: 'brief' | 'count' | 'count_hour'
  readonly from: number
  readonly to: number
}

export function countEntries(db: Database, { from, to, stepMs, by, ...query }: CountQuery): readonly Count[] {
  const step = stepMs === undefined ? undefined : Math.max(1, Math.round(stepMs / minuteMs))
  const tests = tested.filter((column) => query[column] !== undefined)
  const isBrief = [...by, ...tests].every((column) => column === 'kind' || column === 'effect')
  const whole = { from: Math.floor(from / minuteMs), to: Math.ceil(to / minuteMs) }
  const spans = isBrief ? [{ table: 'brief', ...whole } as const] : spansOf(whole, step)
  const where = tests.map((column) => ` AND ${column} = ?`).join('')
  const grouped = columns.filter((column) => by.includes(column))
  const parts = spans.map(
    ({ table }) =>
      `SELECT minute, ${[...grouped, 'n'].join(', ')} FROM ${table} WHERE minute >= ? AND minute < ?${where}`,
  )
  const shown = columns.map((column) => (by.includes(column) ? column : `'' AS ${column}`)).join(', ')
  const at = step === undefined ? '0' : `minute - minute % ${step}`
  const rows = db
    .prepare<unknown[], Omit<Count, 'at'> & { span: number }>(
      `SELECT ${at} AS span, ${shown}, sum(n) AS n FROM (${parts.join(' UNION ALL ')}) GROUP BY ${['span', ...grouped].join(', ')} ORDER BY span`,
    )
    .all(...spans.flatMap((span) => [span.from, span.to, ...tests.map((column) => query[column])]))
  return rows.map(({ span: minute, ...rest }) => ({ ...rest, at: step === undefined ? from : minute * minuteMs }))
}

/** Narrow steps are counted by the minute alone. */
function spansOf(
  { from, to }: { readonly from: number; readonly to: number },
  step: number | undefined,
): readonly Span[] {
  const [first, last] = [Math.ceil(from / hourMinutes) * hourMinutes, Math.floor(to / hourMinutes) * hourMinutes]
  if (first >= last || (step !== undefined && step % hourMinutes !== 0)) return [{ table: 'count', from, to }]
  return [
    { table: 'count', from, to: first },
    { table: 'count_hour', from: first, to: last },
    { table: 'count', from: last, to },
  ]
}
