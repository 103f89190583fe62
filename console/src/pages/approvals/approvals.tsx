/** The inbox: what waits for somebody, and what became of the rest. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconKeyboard } from '@tabler/icons-react'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useEffect, useState } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import './approvals.css'
import { QuestionView } from './detail.tsx'
import { Help } from './help.tsx'
import { useKeys } from './keys.ts'
import { QuestionList } from './list.tsx'
import { type Tab, tabs } from './search.ts'
import { Standing } from './standing.tsx'
import { Together } from './together.tsx'
import type { Brief } from './words.ts'

const nothing: Readonly<Record<Tab, string>> = {
  waiting: 'Nothing waits. Calls that need an approval show here as they are made.',
  approved: 'Nothing was approved in the last day. Older answers are on the record.',
  refused: 'Nothing was refused in the last day. Older answers are on the record.',
  over: 'No question ran out of time in the last day.',
}

export function Approvals(): ReactElement {
  const { reference } = useParams({ strict: false })
  const { state = 'waiting', operation, by } = useSearch({ from: '/inside/approvals' })
  const { data, error } = useAnswer('GET /api/approvals', { query: { state } }, { keep: true })
  const [said, setSaid] = useState('')
  const [help, setHelp] = useState(false)
  const go = useNavigate()
  const questions = (data?.questions ?? []).filter(
    (each) =>
      (operation === undefined || each.operation === operation) && (by === undefined || each.callers[0]?.id === by),
  )
  const show = (next: Brief | undefined): void => {
    if (next === undefined) void go({ to: '/approvals', search: (search) => search })
    else void go({ to: '/approvals/$reference', params: { reference: next.reference }, search: (search) => search })
  }
  // Where the list leaves room beside it, the first question that the viewer may answer stands there at once, and stays.
  const hasRoom = useMediaQuery('(min-width: 62.01em)') === true
  const first = (questions.find(({ may }) => may) ?? questions[0])?.reference
  useEffect(() => {
    if (!hasRoom || state !== 'waiting' || reference !== undefined || first === undefined) return
    void go({ to: '/approvals/$reference', params: { reference: first }, search: (search) => search, replace: true })
  }, [hasRoom, state, reference, first, go])
  const at = questions.findIndex((each) => each.reference === reference)
  const step = (by: 1 | -1): void => {
    if (questions.length > 0) show(questions[Math.min(questions.length - 1, Math.max(0, at === -1 ? 0 : at + by))])
  }
  useKeys([
    ['j', () => step(1)],
    ['k', () => step(-1)],
    ['?', () => setHelp(true)],
  ])
  const onSaid = (words: string): void => {
    setSaid(words)
    const rest = questions.filter(({ reference: other, may }) => other !== reference && may)
    show(rest.find((each) => questions.indexOf(each) > at) ?? rest[0])
  }
  const kind = questions[at]?.group
  const alike = questions.filter(({ group, may }) => group === kind && may)
  return (
    <Page
      title="Approvals"
      question="What waits for a person, and may it happen?"
      actions={<Keys onOpen={() => setHelp(true)} />}
    >
      <Help opened={help} onClose={() => setHelp(false)} />
      <Group justify="space-between">
        <Tabs state={state} counts={data?.counts} />
        <Text size="sm" role="status" fw={600} className="approvals-said">
          {said}
        </Text>
      </Group>
      {(operation !== undefined || by !== undefined) && <Filtered operation={operation} by={by} />}
      {error !== null && <Failure error={error} />}
      {data === undefined && error === null && <Loading />}
      <div className="approvals" data-open={reference === undefined ? undefined : true}>
        <div className="approvals-master">
          {data !== undefined && questions.length === 0 && <Nothing>{nothing[state]}</Nothing>}
          <QuestionList questions={questions} selected={reference} />
          <Standing />
        </div>
        <div>
          {reference === undefined && questions.length > 0 && (
            <Text size="sm" c="dimmed" visibleFrom="sm">
              Choose a call: what it would do, for whom, and why somebody is asked shows here.
            </Text>
          )}
          {reference !== undefined && (
            <Stack gap="xs">
              <Link to="/approvals" search={(search) => search} className="approvals-link approvals-back">
                All questions
              </Link>
              <QuestionView
                key={reference}
                reference={reference}
                onSaid={onSaid}
                together={alike.length > 1 && <Together key={kind} questions={alike} onSaid={onSaid} />}
              />
            </Stack>
          )}
        </div>
      </div>
    </Page>
  )
}

function Keys({ onOpen }: { readonly onOpen: () => void }): ReactElement {
  return (
    <Button size="xs" variant="default" onClick={onOpen} leftSection={<IconKeyboard size={16} aria-hidden />}>
      Keys
    </Button>
  )
}

const labels: Readonly<Record<Tab, string>> = {
  waiting: 'Waiting',
  approved: 'Approved',
  refused: 'Refused',
  over: 'Out of time',
}

function Tabs({
  state,
  counts,
}: {
  readonly state: Tab
  readonly counts: Readonly<Record<Tab, number>> | undefined
}): ReactElement {
  return (
    <Group component="nav" gap="md" aria-label="By state">
      {tabs.map((tab) => (
        <Link
          key={tab}
          to="/approvals"
          search={tab === 'waiting' ? {} : { state: tab }}
          className="approvals-link"
          data-active={tab === state || undefined}
          aria-current={tab === state ? 'page' : undefined}
        >
          {labels[tab]} {counts?.[tab] ?? ''}
        </Link>
      ))}
    </Group>
  )
}

function Filtered({
  operation,
  by,
}: {
  readonly operation: string | undefined
  readonly by: string | undefined
}): ReactElement {
  return (
    <Group gap="xs">
      {[operation, by].map(
        (each) =>
          each !== undefined && (
            <Badge key={each} variant="light" color="gray" tt="none" ff="monospace">
              {each}
            </Badge>
          ),
      )}
      <Link to="/approvals" search={({ state }) => (state === undefined ? {} : { state })} className="approvals-link">
        show all
      </Link>
    </Group>
  )
}
