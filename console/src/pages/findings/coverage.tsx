import { Group, Text } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Go } from '../../parts/go.tsx'
import { Page } from '../../parts/page.tsx'
import { type Column, Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'
import { coverageIn, coverages } from './search.ts'

type Line = Answer<'GET /api/coverage'>['constraints'][number]

const words: Readonly<Record<Line['verdict'], string>> = {
  proven: 'broken',
  held: 'held',
  'not-reached': 'not reached',
  untried: 'never tried',
}

/** Every demand of the charter in force, and what the last run that reached it made of it. */
export function Coverage(): ReactElement {
  const { verdict } = coverageIn(useSearch({ strict: false }))
  const { data, error } = useAnswer('GET /api/coverage', {})
  const shown = data?.constraints.filter((each) => verdict === undefined || each.verdict === verdict)
  return (
    <Page title="What was tried" question="Which demands of the charter hold, as far as somebody tried to break them?">
      {error !== null && <Failure error={error} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <Group gap="md">
          {coverages.map((each) => (
            <Go key={each} to="/coverage" search={{ verdict: each }} size="sm" fw={each === verdict ? 700 : 400}>
              {data.counts[each]} {words[each]}
            </Go>
          ))}
          <Go to="/coverage" search={{}} size="sm" fw={verdict === undefined ? 700 : 400}>
            all {data.constraints.length}
          </Go>
        </Group>
      )}
      {shown?.length === 0 && <Nothing>No demand of the charter is so.</Nothing>}
      {shown !== undefined && shown.length > 0 && (
        <Rows label="Demands" columns={columns} rows={shown} keyOf={({ use, constraint }) => `${use} ${constraint}`} />
      )}
    </Page>
  )
}

const columns: readonly Column<Line>[] = [
  { head: 'Demand', cell: ({ constraint }) => <code>{constraint}</code> },
  { head: 'Operation', cell: ({ operation }) => <code>{operation}</code> },
  {
    head: 'Verdict',
    cell: ({ verdict, findings: [first] }) =>
      first === undefined ? (
        <span className="nowrap">{words[verdict]}</span>
      ) : (
        <Go to="/findings/$fingerprint" params={{ fingerprint: first }} size="sm" fw={600}>
          {words[verdict]}
        </Go>
      ),
  },
  {
    head: 'Tried',
    cell: ({ at, run }) =>
      at === undefined || run === undefined ? (
        ''
      ) : (
        <Go to="/proofs/$run" params={{ run }} size="sm">
          <When at={at} />
        </Go>
      ),
  },
  { head: 'Why', cell: ({ why }) => (why === '' ? '' : <Text size="xs">{why}</Text>) },
]
