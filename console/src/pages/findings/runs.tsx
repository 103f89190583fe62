/** Where findings come from: runs of prove, and what each tried. */
import { Code, Group, Stack, Text, Title } from '@mantine/core'
import { useParams, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Go } from '../../parts/go.tsx'
import { Page } from '../../parts/page.tsx'
import { type Column, Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { verdictIn, verdicts } from './search.ts'

type Run = Answer<'GET /api/proofs'>['runs'][number]
type Cell = Answer<'GET /api/proofs/{run}'>['cells'][number]

const words = { proven: 'proven', held: 'held', 'not-reached': 'not reached' } as const
const mostRuns = 10
const mostCells = 500

export function ProofRuns(): ReactElement | null {
  const { data, error } = useAnswer('GET /api/proofs', {})
  if (error !== null) return <Failure error={error} />
  if (data === undefined || data.runs.length === 0) return null
  return (
    <Stack gap="xs">
      <Title order={2} size="h5" id="runs">
        Runs of prove
      </Title>
      <Rows label="Runs of prove" columns={runColumns} rows={data.runs.slice(0, mostRuns)} keyOf={({ id }) => id} />
    </Stack>
  )
}

const runColumns: readonly Column<Run>[] = [
  {
    head: 'When',
    cell: ({ id, startedAt, partial }) => (
      <>
        <Go to="/proofs/$run" params={{ run: id }} size="sm">
          <When at={startedAt} />
        </Go>
        {partial !== undefined && <Text size="xs">not finished</Text>}
      </>
    ),
  },
  { head: 'Target', cell: ({ target }) => (target === '' ? 'not told' : target) },
  {
    head: 'Commit',
    cell: ({ commit }) => (commit === '' ? 'not told' : <Code title={commit}>{commit.slice(0, 10)}</Code>),
  },
  {
    head: 'Findings',
    cell: ({ id, findings }) => (
      <Go to="/proofs/$run" params={{ run: id }} search={{ verdict: 'proven' }} size="sm">
        {findings.length}
      </Go>
    ),
  },
  { head: 'Attempts', cell: ({ id, cells }) => <Attempts run={id} cells={cells} /> },
  { head: 'Reported by', cell: ({ by }) => by },
]

type Counts = Readonly<Record<(typeof verdicts)[number], number>>

function Attempts({ run, cells }: { readonly run: string; readonly cells: Counts }): ReactElement {
  return (
    <Group gap="xs">
      {verdicts.map((verdict) => (
        <Go key={verdict} to="/proofs/$run" params={{ run }} search={{ verdict }} size="sm">
          {cells[verdict]} {words[verdict]}
        </Go>
      ))}
    </Group>
  )
}

const cellColumns: readonly Column<Cell>[] = [
  {
    head: 'Verdict',
    cell: ({ verdict }) =>
      verdict === 'proven' ? <b>{words.proven}</b> : <span className="nowrap">{words[verdict]}</span>,
  },
  { head: 'Demand', cell: ({ constraint }) => <code>{constraint}</code> },
  { head: 'Tried by', cell: ({ tactic }) => tactic },
  { head: 'Actor', cell: ({ actor }) => actor },
  { head: 'State', cell: ({ state }) => state },
  { head: 'Why', cell: ({ why }) => (why === '' ? '' : <Text size="xs">{why}</Text>) },
]

function keyOf({ use, constraint, tactic, actor, state, why }: Cell): string {
  return [use, constraint, tactic, actor, state, why].join(' ')
}

/** One run with each of its attempts. */
export function ProofRun(): ReactElement {
  const { run } = useParams({ from: '/inside/proofs/$run' })
  const { verdict } = verdictIn(useSearch({ strict: false }))
  const { data, error } = useAnswer('GET /api/proofs/{run}', { parameters: { run } })
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const shown = data.cells.filter((cell) => verdict === undefined || cell.verdict === verdict)
  return (
    <Page title="Run of prove" question="What was tried, and what came of each attempt?">
      <Text size="sm">
        <When at={data.run.startedAt} /> at {data.run.target === '' ? 'a target that was not told' : data.run.target},{' '}
        {data.run.requests} requests, reported by {data.run.by}
        {data.run.partial === undefined ? '' : `; not finished: ${data.run.partial}`}
      </Text>
      <Attempts run={run} cells={data.run.cells} />
      {shown.length === 0 && <Nothing>No such attempt, or they are kept no more.</Nothing>}
      {shown.length > mostCells && <Text size="sm">The first {mostCells} are shown.</Text>}
      <Rows label="Attempts" columns={cellColumns} rows={shown.slice(0, mostCells)} keyOf={keyOf} />
    </Page>
  )
}
