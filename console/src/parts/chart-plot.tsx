/** Draws counts over time with uPlot, stacked as steps; to be loaded lazily, by `chart.tsx` alone. */
import { useComputedColorScheme, useMantineTheme } from '@mantine/core'
import { type ReactElement, useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clockTicks } from './ticks.ts'

export interface ChartProps {
  /** What one hears who cannot see it: the numbers that matter, in a sentence. */
  readonly label: string
  readonly height: number
  /** Milliseconds since 1970, evenly spaced. */
  readonly at: readonly number[]
  /** The first lies at the bottom. */
  readonly series: readonly {
    readonly name: string
    readonly color: 'green' | 'red' | 'yellow'
    readonly values: readonly number[]
  }[]
}

const whole = new Intl.NumberFormat('en')

// biome-ignore lint/style/noDefaultExport: what is loaded lazily is a default
export default function ChartPlot({ label, height, at, series }: ChartProps): ReactElement {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const scheme = useComputedColorScheme('light')
  const { colors } = useMantineTheme()
  const text = scheme === 'dark' ? '#c9c9c9' : '#343a40'
  const shade = scheme === 'dark' ? 5 : 7
  const looks = series.map(({ name, color }) => `${name} ${colors[color]?.[shade] ?? text}`).join('|')
  const data = useMemo(() => stacked(at, series), [at, series])
  const latest = useRef(data)
  latest.current = data
  useEffect(() => {
    const box = place.current
    if (box === null) return
    const made = new uPlot(optionsOf(box.clientWidth, height, text, looks), latest.current, box)
    plot.current = made
    const watcher = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }))
    watcher.observe(box)
    return () => {
      watcher.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [height, text, looks])
  useEffect(() => plot.current?.setData(data), [data])
  return <div ref={place} role="img" aria-label={label} style={{ height, overflow: 'hidden' }} />
}

/** The topmost is drawn first, so that each lies before what it adds to. */
function stacked(at: ChartProps['at'], series: ChartProps['series']): uPlot.AlignedData {
  const sums = series.map((_, upTo) =>
    at.map((_, index) => {
      const sum = series.slice(0, upTo + 1).reduce((all, { values }) => all + (values[index] ?? 0), 0)
      return sum === 0 ? null : sum
    }),
  )
  return [at.map((each) => each / 1000), ...sums.toReversed()]
}

function optionsOf(width: number, height: number, text: string, looks: string): uPlot.Options {
  const bars = uPlot.paths.bars?.({ size: [0.8, 24], align: 1 })
  const axis = { stroke: text, grid: { show: false }, ticks: { show: false }, font: '11px system-ui' }
  const series = looks.split('|').map((look): uPlot.Series => {
    const [label = '', color = text] = look.split(' ')
    const drawn = bars === undefined ? {} : { paths: bars }
    return { label, stroke: color, fill: color, points: { show: false }, ...drawn }
  })
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    series: [{}, ...series.toReversed()],
    axes: [
      { ...axis, size: 26, space: 80, values: clockTicks },
      { ...axis, size: 34, values: (_, ticks) => ticks.map((n) => (Number.isInteger(n) ? whole.format(n) : '')) },
    ],
    scales: {
      x: { range: (made, low, high) => [low, high + stepOf(made.data[0])] },
      y: { range: (_, __, high) => [0, Math.max(high ?? 0, 4)] },
    },
  }
}

/** The last bar needs its place too. */
function stepOf(at: ArrayLike<number>): number {
  return (at[1] ?? 60) - (at[0] ?? 0)
}
