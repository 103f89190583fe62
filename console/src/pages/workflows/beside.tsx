/** What the charter says of the step that is looked at, what comes before and after it, and the last calls of it. */
import { CloseButton, Group, Paper, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { Says } from '../../parts/says.tsx'
import { Approvals, Sentences } from '../lifecycles/beside.tsx'
import { Recent } from '../lifecycles/recent.tsx'
import type { DrawnWorkflow, WorkflowTraffic } from './seen.ts'

export interface BesideStepProps {
  readonly operation: string
  readonly drawn: DrawnWorkflow
  readonly traffic: WorkflowTraffic | undefined
  readonly onClose: () => void
}

export function BesideStep({ operation, drawn, traffic, onClose }: BesideStepProps): ReactElement {
  const uses = drawn.uses.filter((each) => each.operation === operation)
  const orders = drawn.picture.orders.filter(({ from, to }) => from === operation || to === operation)
  const rules = new Set(orders.flatMap((each) => each.orders.flatMap(({ constraints }) => constraints)))
  return (
    <Paper withBorder p="sm" component="aside" aria-label="What is looked at" className="beside">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5">
          {operation}
        </Title>
        <CloseButton onClick={onClose} aria-label="Close" />
      </Group>
      {uses.length === 0 && (
        <Text size="sm" c="dimmed">
          It is no part of this workflow.
        </Text>
      )}
      {uses.map((each) => (
        <Sentences key={each.id} use={each} titled={uses.length > 1} />
      ))}
      <Approvals approvals={drawn.approvals} uses={uses} />
      {drawn.rules
        .filter(({ constraint }) => rules.has(constraint))
        .map(({ constraint, says }) => (
          <Text size="sm" key={constraint} mt={4}>
            <Says text={says} />
          </Text>
        ))}
      <Recent of={{ operation, workflow: drawn.workflow }} since={traffic?.from} />
    </Paper>
  )
}
