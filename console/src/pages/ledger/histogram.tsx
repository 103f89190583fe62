/** How much happened when: drawn by uPlot, narrowed by dragging over it. */
import { Group, SegmentedControl, Text, useComputedColorScheme, useMantineTheme } from '@mantine/core'
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { clockTicks } from '../../parts/ticks.ts'
import { isNumber, queryOf } from './fields.ts'
import type { SearchProps } from './filter.tsx'

const minute = 60_000
const spans = [
  ['1h', 60 * minute, minute],
  ['24h', 24 * 60 * minute, 15 * minute],
  ['7d', 7 * 24 * 60 * minute, 120 * minute],
  ['30d', 30 * 24 * 60 * minute, 480 * minute],
] as const
type SpanName = (typeof spans)[number][0]
type Counts = Answer<'GET /api/counts'>['counts']
const refusing = ['deny', 'ask', 'would-deny', 'would-ask', 'refused', 'unknown']
const count = new Intl.NumberFormat('en')

// biome-ignore lint/style/noDefaultExport: what is loaded lazily is a default
export default function Histogram({ search, change }: SearchProps): ReactElement {
  const [name, setName] = useState<SpanName>('24h')
  const { from, to, step } = useSpan(search, name)
  const { kind, operation, effect, use } = queryOf(search)
  const narrowed = { ...(kind === undefined ? {} : { kind }), ...given({ operation, effect, use }) }
  const { data } = useAnswer(
    'GET /api/counts',
    { query: { from, to, step, by: 'effect,kind', ...narrowed } },
    { keep: true },
  )
  const series = useMemo(() => seriesOf(data?.counts ?? [], from, to, step), [data, from, to, step])
  const sum = (of: readonly number[]): number => of.reduce((all, n) => all + n, 0)
  const [all, bad] = [sum(series[1]), sum(series[2])]
  const ranged = search.from !== undefined || search.to !== undefined
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {count.format(all)} entries, <b>{count.format(bad)} refused, asked or in doubt</b>
          {ranged ? ' in this time' : ` in the last ${name}`}
        </Text>
        {!ranged && (
          <SegmentedControl
            size="xs"
            aria-label="Span of time"
            data={spans.map(([each]) => each)}
            value={name}
            onChange={(next) => setName(next as SpanName)}
          />
        )}
      </Group>
      <Plot
        series={series}
        label={`Entries over time: ${all}, of which ${bad} were refused, asked or in doubt`}
        onRange={(low, high) => change({ ...search, from: String(low), to: String(Math.max(high, low + step)) })}
      />
    </div>
  )
}

function given(query: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** The span that is looked at, in whole steps, so that the same answer serves for a while. */
function useSpan(search: SearchProps['search'], name: SpanName) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minute)
    return () => clearInterval(timer)
  }, [])
  const [, width, step] = spans.find(([each]) => each === name) ?? spans[1]
  const to = isNumber(search.to) ? Number(search.to) : Math.ceil((now + 1) / step) * step
  const from = isNumber(search.from) ? Number(search.from) : to - width
  if (search.from === undefined && search.to === undefined) return { from, to, step }
  return { from, to, step: Math.max(minute, Math.ceil((to - from) / 96 / minute) * minute) }
}

type Series = readonly [at: readonly number[], all: readonly number[], refused: readonly number[]]

function seriesOf(counts: Counts, from: number, to: number, step: number): Series {
  const first = Math.floor(from / step) * step
  const at = Array.from({ length: Math.max(1, Math.ceil((to - first) / step)) }, (_, index) => first + index * step)
  const all = at.map(() => 0)
  const bad = at.map(() => 0)
  for (const { at: when, effect, n } of counts) {
    const index = Math.floor((when - first) / step)
    if (all[index] === undefined || bad[index] === undefined) continue
    all[index] += n
    if (refusing.includes(effect)) bad[index] += n
  }
  return [at.map((each) => each / 1000), all, bad]
}

/** Where there is nothing, there is no bar. */
function dataOf([at, all, bad]: Series): uPlot.AlignedData {
  const bars = (of: readonly number[]): (number | null)[] => of.map((n) => (n === 0 ? null : n))
  return [[...at], bars(all), bars(bad)]
}

interface PlotProps {
  readonly series: Series
  readonly label: string
  readonly onRange: (from: number, to: number) => void
}

function Plot({ series, label, onRange }: PlotProps): ReactElement {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef({ onRange, series })
  latest.current = { onRange, series }
  const scheme = useComputedColorScheme('light')
  const { colors } = useMantineTheme()
  const look =
    scheme === 'dark'
      ? { text: '#c9c9c9', all: colors.blue[4], bad: colors.red[4] }
      : { text: '#343a40', all: colors.blue[5], bad: colors.red[7] }
  const { text, all, bad } = look
  useEffect(() => {
    const at = place.current
    if (at === null) return
    const made = new uPlot(optionsOf(at.clientWidth, { text, all, bad }, latest), dataOf(latest.current.series), at)
    plot.current = made
    const watcher = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: 124 }))
    watcher.observe(at)
    return () => {
      watcher.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [text, all, bad])
  useEffect(() => plot.current?.setData(dataOf(series)), [series])
  return <div ref={place} className="histogram" role="img" aria-label={label} />
}

/** The last bar needs its place too. */
function stepOf([first = 0, second = first + 60]: ArrayLike<number> & Iterable<number>): number {
  return second - first
}

interface Look {
  readonly text: string
  readonly all: string | undefined
  readonly bad: string | undefined
}

function optionsOf(width: number, look: Look, latest: { readonly current: Pick<PlotProps, 'onRange'> }): uPlot.Options {
  const bars = uPlot.paths.bars?.({ size: [0.85, 40], align: 1 })
  const series = (label: string, color: string | undefined): uPlot.Series => ({
    label,
    ...(color === undefined ? {} : { stroke: color, fill: color }),
    ...(bars === undefined ? {} : { paths: bars }),
    points: { show: false },
  })
  const axis = { stroke: look.text, grid: { show: false }, ticks: { show: false }, font: '11px system-ui' }
  return {
    width,
    height: 124,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false } },
    series: [{}, series('all', look.all), series('refused', look.bad)],
    axes: [
      { ...axis, size: 26, space: 64, values: clockTicks },
      { ...axis, size: 44, values: (_, ticks) => ticks.map((n) => count.format(n)) },
    ],
    scales: {
      x: { range: (made, low, high) => [low, high + stepOf(made.data[0])] },
      y: { range: (_, __, high) => [0, Math.max(high, 1)] },
    },
    hooks: {
      setSelect: [
        (made) => {
          const { left, width } = made.select
          if (width < 4) return
          const [low, high] = [left, left + width].map((x) => Math.round(made.posToVal(x, 'x') * 1000))
          made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          latest.current.onRange(Math.floor((low ?? 0) / minute) * minute, Math.ceil((high ?? 0) / minute) * minute)
        },
      ],
    },
  }
}
