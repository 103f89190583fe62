/** What many entries add up to, so that it is written once for all of them. Pure. */
import type { Summary } from './summary.ts'

export const minuteMs = 60_000
export const hourMinutes = 60

/** How often something was seen. `first` and `last` in milliseconds since 1970. */
export interface Sum {
  readonly key: readonly (string | number)[]
  readonly n: number
  readonly first: number
  readonly last: number
}

/** By kind, operation, use, effect, state and workflow in so many minutes; the first key is the first of them. */
export function countsOf(summaries: readonly Summary[], minutes: number): Iterable<Sum> {
  return addUp(summaries, ({ at, kind, operation = '', use = '', effect = '', state = '', workflow = '' }) => [
    [Math.floor(at / minuteMs / minutes) * minutes, kind, operation, use, effect, state, workflow],
  ])
}

/** By minute, kind and effect alone: for spans of many days. */
export function briefOf(summaries: readonly Summary[]): Iterable<Sum> {
  return addUp(summaries, ({ at, kind, effect = '' }) => [[Math.floor(at / minuteMs), kind, effect]])
}

/** By what is counted for good, beside what, with what came of it. */
export function talliesOf(summaries: readonly Summary[]): Iterable<Sum> {
  return addUp(summaries, (summary) => tallied(summary).map((key) => [...key, summary.effect ?? '']))
}

function addUp(
  summaries: readonly Summary[],
  keysOf: (summary: Summary) => readonly (readonly (string | number)[])[],
): Iterable<Sum> {
  const sums = new Map<string, Sum>()
  for (const summary of summaries)
    for (const key of keysOf(summary)) {
      const text = JSON.stringify(key)
      const { n, first, last } = sums.get(text) ?? { n: 0, first: summary.at, last: summary.at }
      sums.set(text, { key, n: n + 1, first: Math.min(first, summary.at), last: Math.max(last, summary.at) })
    }
  return sums.values()
}

/** Decisions by each who and what, and outcomes that no use leads to. */
function tallied(summary: Summary): readonly (readonly [of: string, name: string, beside: string])[] {
  const { kind, principal, principalKind, operation, workflow, tenant, constraint } = summary
  if (kind === 'outcome' && constraint !== undefined) return [['constraint', constraint, operation ?? '']]
  if (kind !== 'decision') return []
  const found: (readonly [string, string | undefined, string | undefined])[] = [
    [principalKind === 'agent' ? 'agent' : 'principal', principal, operation],
    ['operation', operation, workflow],
    ['workflow', workflow, operation],
    ['tenant', tenant, undefined],
    ['constraint', constraint, operation],
  ]
  return found.flatMap(([of, name, beside]) => (name === undefined ? [] : [[of, name, beside ?? ''] as const]))
}
