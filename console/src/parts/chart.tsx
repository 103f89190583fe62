/** Counts over time. What draws them is loaded when the first one is shown. */
import { Skeleton } from '@mantine/core'
import { lazy, type ReactElement, Suspense } from 'react'
import type { ChartProps } from './chart-plot.tsx'

const Plot = lazy(() => import('./chart-plot.tsx'))

export function Chart(props: ChartProps): ReactElement {
  return (
    <Suspense fallback={<Skeleton height={props.height} animate={false} />}>
      <Plot {...props} />
    </Suspense>
  )
}
