/** One workflow: its steps in the orders the charter has for them, with what its runs did, and tried. */
import { Group, Text } from '@mantine/core'
import { useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useCallback } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Says } from '../../parts/says.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { address } from '../../search.ts'
import { Choices, useChange, usePulses } from '../lifecycles/choices.tsx'
import '../lifecycles/lifecycles.css'
import { Broken } from '../lifecycles/pins.tsx'
import { viewOf } from '../lifecycles/seen.ts'
import { BesideStep } from './beside.tsx'
import { WorkflowDrawing } from './drawing.tsx'
import type { WorkflowPin } from './seen.ts'
import { OrdersTable, Outside, StepsTable } from './tables.tsx'

export function WorkflowPage(): ReactElement {
  const { workflow = '' } = useParams({ strict: false })
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const operation = typeof search['operation'] === 'string' ? search['operation'] : undefined
  const view = { ...viewOf(search), ...(operation === undefined ? {} : { operation }) }
  const parameters = { workflow }
  const { data: drawn, error } = useAnswer('GET /api/workflows/{workflow}', { parameters })
  const traffic = useAnswer(
    'GET /api/workflows/{workflow}/traffic',
    { parameters, query: { span: view.span } },
    { keep: true },
  )
  const operationOf = useCallback(
    (entry: { readonly workflow?: string | undefined; readonly operation?: string | undefined }) =>
      entry.workflow === workflow ? entry.operation : undefined,
    [workflow],
  )
  const pulsing = usePulses(operationOf)
  const change = useChange()
  const onLook = useCallback((at: string) => change({ operation: at }), [change])
  const shown = drawn === undefined ? undefined : { drawn, traffic: traffic.data }
  return (
    <Page
      title={workflow}
      question="What may its runs do, in which order, and what do they?"
      actions={<Elsewhere workflow={workflow} />}
    >
      {error !== null && <Failure error={error} />}
      {traffic.error !== null && <Failure error={traffic.error} />}
      {shown === undefined && error === null && <Loading />}
      {shown !== undefined && (
        <>
          <Text size="sm">
            <Says text={shown.drawn.says.map(({ says }) => says).join(' ')} />
          </Text>
          <Choices view={view} change={change} dashed="thick: a rule; dotted: where an argument comes from" />
          <div className="beside-each-other">
            <WorkflowDrawing {...shown} view={view} pulsing={pulsing} onLook={onLook} />
            {operation !== undefined && <BesideStep {...shown} operation={operation} onClose={() => onLook('')} />}
          </div>
          <Broken pins={shown.traffic?.pins ?? []} where={whereOf} />
          <Outside {...shown} />
          <StepsTable {...shown} />
          <OrdersTable {...shown} />
        </>
      )}
    </Page>
  )
}

function whereOf({ place }: WorkflowPin): string {
  return place.kind === 'step' ? `at ${place.operation}` : `at ${place.to}, which ${place.from} belongs before`
}

function Elsewhere({ workflow }: { readonly workflow: string }): ReactElement {
  return (
    <Group gap="sm" component="nav" aria-label="Of this workflow">
      <To href={address('/sessions', { workflow })} fz="sm">
        runs
      </To>
      <To href={address('/ledger', { kind: 'decision', workflow })} fz="sm">
        record
      </To>
      <To href={address('/inventory', { tab: 'workflows' })} fz="sm">
        grants
      </To>
    </Group>
  )
}
