import type { ReactElement } from 'react'

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })

/** A moment in words, as `3 min. ago`; exactly when one looks closer. As large as what stands around it. `at` is milliseconds since 1970. */
export function When({ at, now = Date.now() }: { readonly at: number; readonly now?: number }): ReactElement {
  const date = new Date(at)
  const [unit, ms] = steps.find(([, step]) => Math.abs(now - at) >= step) ?? (['second', 1000] as const)
  return (
    <time className="nowrap" dateTime={date.toISOString()} title={date.toISOString()}>
      {relative.format(Math.round((at - now) / ms), unit)}
    </time>
  )
}
