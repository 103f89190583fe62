import { Badge } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { address } from '../../search.ts'

/** What was switched off and on, and what was settled, from the record. */
export function History(): ReactElement {
  const switched = useAnswer('GET /api/entries', { query: { kind: 'switch', limit: 100 } })
  const settled = useAnswer('GET /api/entries', { query: { kind: 'settle', limit: 100 } })
  const error = switched.error ?? settled.error
  if (error !== null) return <Failure error={error} />
  if (switched.data === undefined || settled.data === undefined) return <Loading />
  const entries = [...switched.data.entries, ...settled.data.entries].toSorted((a, b) => b.index - a.index)
  if (entries.length === 0) return <Nothing>Nothing was ever switched off, and no doubt was settled.</Nothing>
  return (
    <Rows
      label="What was switched and settled"
      rows={entries}
      keyOf={({ index }) => String(index)}
      columns={[
        { head: 'When', cell: ({ at }) => <When at={at} /> },
        {
          head: 'What',
          cell: ({ kind, effect }) => (
            <Badge tt="none" variant="light" color={effect === 'off' ? 'red' : 'gray'}>
              {kind === 'settle' ? `settled: ${effect}` : `switched ${effect}`}
            </Badge>
          ),
        },
        { head: 'Which, and why', cell: ({ says }) => says },
        { head: 'By', cell: ({ principal }) => principal },
        {
          head: 'Entry',
          num: true,
          cell: ({ index, kind }) => <To href={address('/ledger', { kind, entry: String(index) })}>{index}</To>,
        },
      ]}
    />
  )
}
