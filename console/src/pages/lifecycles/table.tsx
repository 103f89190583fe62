/** The same as the drawing, in rows: for whoever reads rather than looks. */
import { Text } from '@mantine/core'
import { IconAlertTriangle, IconX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import { Panel } from '../../parts/panel.tsx'
import { Rows } from '../../parts/rows.tsx'
import { Says } from '../../parts/says.tsx'
import { To } from '../../parts/to.tsx'
import { arrowsOf, type Drawn, effects, numbersOf, recordOf, start, type Traffic } from './seen.ts'

export function MovesTable({
  drawn,
  traffic,
}: {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
}): ReactElement {
  const rows = arrowsOf(drawn)
  return (
    <Panel title="Moves" aside="intended, and what came of them">
      <Rows
        label="Moves"
        rows={rows}
        keyOf={({ from, to, arrow }) => `${from} ${to} ${arrow.name} ${arrow.who}`}
        columns={[
          {
            head: 'Move',
            cell: ({ arrow }) => (
              <div>
                {arrow.name}
                {arrow.marks.length > 0 && (
                  <Text size="xs" c="dimmed">
                    {arrow.marks.map(({ text }) => text).join(' · ')}
                  </Text>
                )}
              </div>
            ),
          },
          { head: 'From', cell: ({ from }) => (from === start ? 'nothing' : from) },
          { head: 'To', cell: ({ from, to }) => (to === from ? 'stays' : to) },
          { head: 'Who', cell: ({ arrow }) => arrow.who },
          ...effects.map(([head, name, effect]) => ({
            head,
            num: true as const,
            cell: ({ from, arrow }: MoveRow) => {
              const narrow = { use: arrow.uses[0], ...(from === start ? {} : { state: from }), effect }
              return <To href={recordOf(traffic, narrow)}>{numbersOf(traffic, arrow, from)[name]}</To>
            },
          })),
        ]}
      />
    </Panel>
  )
}

type MoveRow = ReturnType<typeof arrowsOf>[number]

function timesOf(n: number): string {
  return n === 1 ? 'once' : `${n} times`
}

/** What nothing intends: tried and refused, or seen all the same. */
export function Unintended({ traffic }: { readonly traffic: Traffic }): ReactElement | null {
  const { tried, astray, moves } = traffic
  const unplaced = moves.filter(({ from }) => from === undefined)
  if (tried.length + astray.length + unplaced.length === 0) return null
  return (
    <Panel title="Not intended" aside="what was tried, and what was seen all the same">
      <ul className="lifecycle-list">
        {astray.map(({ use, from, to, n, call, says }) => (
          <li key={`${use} ${from} ${to}`}>
            <Text size="sm" fw={600}>
              <IconAlertTriangle size={14} aria-label="Astray" className="inline-icon" /> {use} led
              {from === undefined ? '' : ` from ${from}`} to {to},{' '}
              <To underline="always" href="/ledger?rule=astray">
                {timesOf(n)}
              </To>
            </Text>
            <Text size="sm">
              <To underline="always" href={`/calls/${encodeURIComponent(call)}`}>
                The last one
              </To>
              {': '}
              <Says text={says} />
            </Text>
          </li>
        ))}
        {tried.flatMap(({ from, uses }) =>
          uses.map(({ use, n }) => (
            <li key={`${use} ${from}`}>
              <Text size="sm">
                <IconX size={14} aria-hidden className="inline-icon" /> {use} was tried while {from}, and refused{' '}
                <To underline="always" href={recordOf(traffic, { use, state: from, effect: 'deny' })}>
                  {timesOf(n)}
                </To>
              </Text>
            </li>
          )),
        )}
        {unplaced.map(({ use, allowed, refused, asked }) => (
          <li key={use}>
            <Text size="sm" c="dimmed">
              {use}: from which state is not on the record for{' '}
              <To underline="always" href={recordOf(traffic, { use })}>
                {allowed + refused + asked} calls
              </To>
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
