/** The same as the drawing, in rows: for whoever reads rather than looks. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { Panel } from '../../parts/panel.tsx'
import { Rows } from '../../parts/rows.tsx'
import { To } from '../../parts/to.tsx'
import { address } from '../../search.ts'
import { effects } from '../lifecycles/seen.ts'
import { type DrawnWorkflow, type Order, orderTimes, type Step, timesOf, type WorkflowTraffic } from './seen.ts'

export interface WorkflowTablesProps {
  readonly drawn: DrawnWorkflow
  readonly traffic: WorkflowTraffic | undefined
}

/** Decisions on the record, as narrow as the number that leads there. */
function recordOf({ drawn, traffic }: WorkflowTablesProps, operation: string, effect: string): string {
  const from = traffic === undefined ? undefined : String(traffic.from)
  return address('/ledger', { kind: 'decision', workflow: drawn.workflow, operation, effect, from })
}

export function StepsTable(props: WorkflowTablesProps): ReactElement {
  const { drawn, traffic } = props
  return (
    <Panel title="Steps" aside="what it may use, and what came of it">
      <Rows
        label="Steps"
        rows={drawn.picture.steps}
        keyOf={({ operation }) => operation}
        columns={[
          { head: 'Operation', cell: ({ operation }: Step) => operation },
          { head: 'Does', cell: ({ lines }: Step) => linesOf(lines, 'does') },
          { head: 'Who', cell: ({ lines }: Step) => linesOf(lines, 'who') },
          { head: 'Under', cell: ({ lines }: Step) => linesOf(lines, 'mark') },
          ...effects.map(([head, name, effect]) => ({
            head,
            num: true as const,
            cell: ({ operation }: Step) => (
              <To href={recordOf(props, operation, effect)}>{timesOf(traffic, operation)[name]}</To>
            ),
          })),
        ]}
      />
    </Panel>
  )
}

function linesOf(lines: Step['lines'], kind: Step['lines'][number]['kind']): string {
  return lines.flatMap((line) => (line.kind === kind ? [line.text] : [])).join('; ')
}

const kindWords: Readonly<Record<Order['kind'], string>> = {
  before: 'rule',
  after: 'rule',
  never: 'rule',
  apart: 'rule',
  state: 'lifecycle',
  value: 'argument',
}

export function OrdersTable({ drawn, traffic }: WorkflowTablesProps): ReactElement | null {
  if (drawn.picture.orders.length === 0) return null
  const looked = traffic?.looked ?? 0
  return (
    <Panel title="Orders" aside={`seen among the last ${looked} calls`}>
      <Rows
        label="Orders"
        rows={drawn.picture.orders}
        keyOf={({ from, to }) => `${from} ${to}`}
        columns={[
          { head: 'First', cell: ({ from }) => from },
          { head: 'Then', cell: ({ to }) => to },
          {
            head: 'Why',
            cell: ({ orders }) => orders.map(({ kind, text }) => `${text} (${kindWords[kind]})`).join('; '),
          },
          { head: 'Seen', num: true, cell: (order) => orderTimes(traffic, order).allowed },
          { head: 'Refused', num: true, cell: (order) => orderTimes(traffic, order).refused },
        ]}
      />
    </Panel>
  )
}

/** What its runs tried that is no part of it. */
export function Outside(props: WorkflowTablesProps): ReactElement | null {
  const outside = props.traffic?.outside ?? []
  if (outside.length === 0) return null
  return (
    <Panel title="Not intended" aside="tried by its runs, and no part of it">
      <ul className="lifecycle-list">
        {outside.map(({ operation, refused }) => (
          <li key={operation}>
            <Text size="sm">
              {operation} is no part of it, and was refused{' '}
              <To href={address('/ledger', { kind: 'decision', operation, effect: 'deny' })} underline="always">
                {refused === 1 ? 'once' : `${refused} times`}
              </To>
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
