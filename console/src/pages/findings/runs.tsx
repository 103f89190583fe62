/** Where findings come from: runs of prove, and what each tried. */
import { Code, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useParams, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Go } from '../../parts/go.tsx'
import { Page } from '../../parts/page.tsx'
import { Scroll } from '../../parts/scroll.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { verdictIn, verdicts } from './search.ts'

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
      <Scroll label="Runs of prove">
        <Table miw={640} verticalSpacing={6} fz="sm">
          <Table.Thead>
            <Table.Tr>
              {['when', 'target', 'commit', 'findings', 'attempts', 'reported by'].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.runs.slice(0, mostRuns).map(({ id, startedAt, target, commit, findings, cells, by, partial }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Go to="/proofs/$run" params={{ run: id }} size="sm">
                    <When at={startedAt} />
                  </Go>
                  {partial !== undefined && <Text size="xs">not finished</Text>}
                </Table.Td>
                <Table.Td>{target === '' ? 'not told' : target}</Table.Td>
                <Table.Td>{commit === '' ? 'not told' : <Code title={commit}>{commit.slice(0, 10)}</Code>}</Table.Td>
                <Table.Td>
                  <Go to="/proofs/$run" params={{ run: id }} search={{ verdict: 'proven' }} size="sm">
                    {findings.length}
                  </Go>
                </Table.Td>
                <Table.Td>
                  <Attempts run={id} cells={cells} />
                </Table.Td>
                <Table.Td>{by}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Stack>
  )
}

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
      <Scroll label="Attempts">
        <Table miw={760} verticalSpacing={4} fz="xs">
          <Table.Thead>
            <Table.Tr>
              {['verdict', 'constraint', 'tried by', 'actor', 'state', 'why'].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.slice(0, mostCells).map((cell) => (
              <Table.Tr key={`${cell.use} ${cell.constraint} ${cell.tactic} ${cell.actor} ${cell.state} ${cell.why}`}>
                <Table.Td fw={cell.verdict === 'proven' ? 700 : 400}>{words[cell.verdict]}</Table.Td>
                <Table.Td ff="monospace">{cell.constraint}</Table.Td>
                <Table.Td>{cell.tactic}</Table.Td>
                <Table.Td>{cell.actor}</Table.Td>
                <Table.Td>{cell.state}</Table.Td>
                <Table.Td>{cell.why}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Page>
  )
}
