/** The same as the drawing, in rows: for whoever reads rather than looks. */
import { Table, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { Panel } from '../../parts/panel.tsx'
import { To } from '../../parts/to.tsx'
import { arrowsOf, type Drawn, numbersOf, recordOf, start, type Traffic } from './seen.ts'

export function MovesTable({
  drawn,
  traffic,
}: {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
}): ReactElement {
  return (
    <Panel title="Moves" aside="intended, and what came of them">
      <Table.ScrollContainer minWidth={620}>
        <Table verticalSpacing={4} className="moves">
          <Table.Thead>
            <Table.Tr>
              {['move', 'from', 'to', 'who', 'allowed', 'asked', 'refused'].map((each) => (
                <Table.Th key={each}>{each}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {arrowsOf(drawn).map(({ from, to, arrow }) => {
              const numbers = numbersOf(traffic, arrow, from)
              const narrow = { use: arrow.uses[0], ...(from === start ? {} : { state: from }) }
              return (
                <Table.Tr key={`${from} ${to} ${arrow.name} ${arrow.who}`}>
                  <Table.Td>
                    {arrow.name}
                    {arrow.marks.length > 0 && (
                      <Text size="xs" c="dimmed">
                        {arrow.marks.map(({ text }) => text).join(' · ')}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{from === start ? 'nothing' : from}</Table.Td>
                  <Table.Td>{to === from ? 'stays' : to}</Table.Td>
                  <Table.Td>{arrow.who}</Table.Td>
                  <Table.Td>
                    <To href={recordOf(traffic, { ...narrow, effect: 'allow' })}>{numbers.allowed}</To>
                  </Table.Td>
                  <Table.Td>
                    <To href={recordOf(traffic, { ...narrow, effect: 'ask' })}>{numbers.asked}</To>
                  </Table.Td>
                  <Table.Td>
                    <To href={recordOf(traffic, { ...narrow, effect: 'deny' })}>{numbers.refused}</To>
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  )
}

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
              ⚠ {use} led{from === undefined ? '' : ` from ${from}`} to {to},{' '}
              <To underline="always" href="/ledger?rule=astray">
                {timesOf(n)}
              </To>
            </Text>
            <Text size="sm">
              <To underline="always" href={`/calls/${encodeURIComponent(call)}`}>
                The last one
              </To>
              : {says}
            </Text>
          </li>
        ))}
        {tried.flatMap(({ from, uses }) =>
          uses.map(({ use, n }) => (
            <li key={`${use} ${from}`}>
              <Text size="sm">
                ✕ {use} was tried while {from}, and refused{' '}
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
