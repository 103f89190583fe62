const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Reads `15m`, `24h`, `7d` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d|w)$/.exec(text)
  const unit = unitMs[match?.[2] ?? '']
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit
}

/** Reads `5 per 1m` or `5 per m` as a number of calls in a time. */
export function parsePace(text: string): { count: number; withinMs: number } | undefined {
  const match = /^(\d+) per (\d*(?:ms|s|m|h|d|w))$/.exec(text)
  const span = match?.[2] ?? ''
  const withinMs = parseDuration(/^\d/.test(span) ? span : `1${span}`)
  return match === null || withinMs === undefined ? undefined : { count: Number(match[1]), withinMs }
}

/** Writes milliseconds as people do: the largest unit that divides them. */
export function printDuration(ms: number): string {
  const unit = ['w', 'd', 'h', 'm', 's'].find((each) => ms >= (unitMs[each] ?? 0) && ms % (unitMs[each] ?? 1) === 0)
  return unit === undefined ? `${ms}ms` : `${ms / (unitMs[unit] ?? 1)}${unit}`
}
