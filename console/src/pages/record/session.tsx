/** One session or run as a timeline: what was asked, decided and done, in order, with the time between. */
import { Anchor, Badge, Group, Stack, Text } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useMemo } from 'react'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { useEntryPages } from '../../entry-pages.ts'
import { Ident } from '../../parts/ident.tsx'
import { LongList } from '../../parts/long-list.tsx'
import { OrderChoice } from '../../parts/order.tsx'
import { Page } from '../../parts/page.tsx'
import { Side } from '../../parts/side.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { CallDetail } from './call-detail.tsx'
import { lengthWords } from './length.ts'
import { StepRow } from './step-row.tsx'
import { stepsOf } from './steps.ts'
import './record.css'

const count = new Intl.NumberFormat('en')

export function SessionPage(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string }
  const search = useSearch({ strict: false }) as { readonly order?: string; readonly call?: string }
  const navigate = useNavigate()
  const to = `/sessions/${encodeURIComponent(id)}`
  const { data, error } = useAnswer('GET /api/sessions/{id}', { parameters: { id } }, { everyMs: 5000 })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const { session, switches } = data
  const order = search.order === 'newest' ? 'newest' : 'oldest'
  const go = (next: typeof search): void => void navigate({ to, search: next, resetScroll: false } as never)
  const { call: _, ...closed } = search
  return (
    <Page
      title={
        session.run === undefined
          ? `Session of ${session.principal ?? 'somebody'}`
          : `Run of ${session.principal ?? 'somebody'}`
      }
      question="What happened, in which order, and what came of it?"
      actions={<OrderChoice order={order} onChange={(next) => go({ ...search, order: next })} />}
    >
      <About session={session} />
      <Timeline session={session} switches={switches} order={order} to={to} search={closed} />
      <Side title="One call" opened={search.call !== undefined} onClose={() => go(closed)} closing="Close the call">
        {search.call !== undefined && <CallDetail call={String(search.call)} />}
      </Side>
    </Page>
  )
}

type Shown = Answer<'GET /api/sessions/{id}'>

function About({ session }: { readonly session: Shown['session'] }): ReactElement {
  const { id, person, principal, workflow, state, first, last, calls, refused, asked } = session
  const ledger = (more: Record<string, string>): never => ({ session: id, kind: 'decision', ...more }) as never
  return (
    <Group gap="md">
      <Text size="sm">
        <Ident id={id} what={session.run === undefined ? 'session' : 'run'} />
      </Text>
      {person !== undefined && person !== principal && <Text size="sm">for {person}</Text>}
      {workflow !== undefined && (
        <To href={`/workflows/${encodeURIComponent(workflow)}`} fz="sm">
          {workflow}
        </To>
      )}
      {state !== undefined && (
        <Badge variant="outline" color="gray" radius="sm" tt="none">
          {state}
        </Badge>
      )}
      <Text size="sm">
        <When at={first} />, over {lengthWords(last - first)}
      </Text>
      <Anchor component={Link} to="/ledger" search={ledger({})} size="sm">
        {count.format(calls)} calls
      </Anchor>
      {refused > 0 && (
        <Anchor component={Link} to="/ledger" search={ledger({ effect: 'deny' })} size="sm">
          {count.format(refused)} refused
        </Anchor>
      )}
      {asked > 0 && (
        <Anchor component={Link} to="/ledger" search={ledger({ effect: 'ask' })} size="sm">
          {count.format(asked)} asked
        </Anchor>
      )}
    </Group>
  )
}

interface TimelineProps extends Shown {
  readonly order: 'oldest' | 'newest'
  readonly to: string
  readonly search: Readonly<Record<string, string>>
}

function Timeline({ session, switches, order, to, search }: TimelineProps): ReactElement {
  const pages = useEntryPages(
    { session: session.id, order },
    { limit: 500, follow: order === 'newest' || session.calls < 200 },
  )
  const { data: sorts } = useAnswer('GET /api/operations', {})
  const kinds = useMemo(() => new Map(sorts?.operations.map(({ name, sort }) => [name, sort])), [sorts])
  const steps = useMemo(() => {
    const all = stepsOf([...pages.lines, ...switches].sort((a, b) => a.index - b.index))
    return order === 'oldest' ? all : [...all].reverse()
  }, [pages.lines, switches, order])
  if (pages.error !== null) return <Failure error={pages.error} />
  if (pages.isPending) return <Loading />
  return (
    <Stack gap={0}>
      {steps.length === 0 && <Nothing>The entries of this session were dropped as old; its counts stay.</Nothing>}
      <LongList
        items={steps}
        label="Timeline"
        height={40}
        keyOf={({ key }) => key}
        row={(step) => <StepRow step={step} sort={kinds.get(step.line.operation ?? '')} to={to} search={search} />}
        onEnd={() => {
          if (pages.hasMore && !pages.isLoading) pages.more()
        }}
      />
      {pages.isLoading && <Loading />}
    </Stack>
  )
}
