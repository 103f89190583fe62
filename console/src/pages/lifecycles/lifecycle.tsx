/** One lifecycle: drawn, with what happens on it, what was tried, and what nothing intends. */
import { Group, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, type ReactElement, Suspense, useCallback, useState } from 'react'
import { useAnswer } from '../../answers.ts'
import { type NewsItem, useNews } from '../../news.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { Beside } from './beside.tsx'
import './lifecycles.css'
import { spans, type View, viewOf } from './seen.ts'
import { MovesTable, Unintended } from './table.tsx'

const Drawing = lazy(() => import('./drawing.tsx'))
const pulseMs = 1200

export function LifecyclePage(): ReactElement {
  const { object } = useParams({ strict: false })
  const view = viewOf(useSearch({ strict: false }))
  const parameters = { object: object ?? '' }
  const drawn = useAnswer('GET /api/lifecycles/{object}', { parameters })
  const traffic = useAnswer(
    'GET /api/lifecycles/{object}/traffic',
    { parameters, query: { span: view.span } },
    { keep: true },
  )
  const pulsing = usePulses()
  const change = useChange()
  const onLook = useCallback(
    ({ use, state }: Pick<View, 'use' | 'state'>) => change({ use: use ?? '', state: state ?? '' }),
    [change],
  )
  const { data } = drawn
  return (
    <Page title={object ?? ''} question={data?.says ?? 'What may happen to it, and what does?'} actions={<Others />}>
      {drawn.error !== null && <Failure error={drawn.error} />}
      {traffic.error !== null && <Failure error={traffic.error} />}
      {data === undefined && drawn.error === null && <Loading />}
      {data !== undefined && (
        <>
          <Choices view={view} change={change} />
          <div className="beside-each-other">
            <Suspense fallback={<Skeleton height={420} animate={false} />}>
              <Drawing drawn={data} traffic={traffic.data} view={view} pulsing={pulsing} onLook={onLook} />
            </Suspense>
            {(view.use !== undefined || view.state !== undefined) && (
              <Beside drawn={data} traffic={traffic.data} view={view} onClose={() => onLook({})} />
            )}
          </div>
          {traffic.data !== undefined && <Unintended traffic={traffic.data} />}
          <MovesTable drawn={data} traffic={traffic.data} />
        </>
      )}
    </Page>
  )
}

type Change = (next: Readonly<Record<string, string>>) => void

/** Changes what the address says; what is empty is left out. */
function useChange(): Change {
  const navigate = useNavigate()
  return useCallback(
    (next) =>
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: (before: Readonly<Record<string, unknown>>) =>
          Object.fromEntries(Object.entries({ ...before, ...next }).filter(([, value]) => value !== '')),
      }),
    [navigate],
  )
}

function Choices({ view, change }: { readonly view: View; readonly change: Change }): ReactElement {
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Span of time"
        data={[...spans]}
        value={view.span}
        onChange={(span) => change({ span })}
      />
      <SegmentedControl
        size="xs"
        aria-label="What is shown"
        data={[
          { value: 'all', label: 'All' },
          { value: 'never', label: 'Never seen' },
          { value: 'unintended', label: 'Not intended' },
        ]}
        value={view.show}
        onChange={(show) => change({ show })}
      />
      <Text size="xs" c="dimmed">
        × allowed, ? asked, ✕ refused; dashed: not intended
      </Text>
    </Group>
  )
}

function Others(): ReactElement {
  const { data } = useAnswer('GET /api/lifecycles', {})
  return (
    <Group gap="sm" component="nav" aria-label="Lifecycles">
      {(data?.objects ?? []).map(({ object }) => (
        <To key={object} href={`/lifecycles/${encodeURIComponent(object)}`} fz="sm">
          {object}
        </To>
      ))}
    </Group>
  )
}

/** The uses of calls that just came in. */
function usePulses(): ReadonlySet<string> {
  const [pulsing, setPulsing] = useState<ReadonlySet<string>>(new Set())
  const hear = useCallback(({ entries }: NewsItem) => {
    const uses = entries.flatMap(({ kind, use }) => (kind === 'decision' && use !== undefined ? [use] : []))
    if (uses.length === 0) return
    setPulsing(new Set(uses))
    setTimeout(() => setPulsing(new Set()), pulseMs)
  }, [])
  useNews(hear)
  return pulsing
}
