/** The types of objects that have a lifecycle, and the workflows that work on them. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Says } from '../../parts/says.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import './lifecycles.css'

export function Lifecycles(): ReactElement {
  const { data, error } = useAnswer('GET /api/lifecycles', {})
  return (
    <Page title="Lifecycles" question="What may happen to an object, and what does?">
      {error !== null && <Failure error={error} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Panel title="Objects" aside="as the charter has them">
            {data.objects.length === 0 && <Nothing>The charter has no object with states or moves.</Nothing>}
            <ul className="lifecycle-list">
              {data.objects.map(({ object, says, states }) => (
                <li key={object}>
                  <To href={`/lifecycles/${encodeURIComponent(object)}`} fw={600}>
                    {object}
                  </To>
                  <Text size="sm">
                    <Says text={says} />
                  </Text>
                  <Text size="sm" c="dimmed">
                    {states.join(' · ')}
                  </Text>
                </li>
              ))}
            </ul>
          </Panel>
          <Workflows />
        </>
      )}
    </Page>
  )
}

function Workflows(): ReactElement {
  const { data, error } = useAnswer('GET /api/workflows', {})
  return (
    <Panel title="Workflows" aside="which operations belong together, and in which order">
      {error !== null && <Failure error={error} />}
      {data?.workflows.length === 0 && <Nothing>The charter has no workflow.</Nothing>}
      <ul className="lifecycle-list">
        {(data?.workflows ?? []).map(({ name, says, operations }) => (
          <li key={name}>
            <To href={`/workflows/${encodeURIComponent(name)}`} fw={600}>
              {name}
            </To>
            <Text size="sm">
              <Says text={says.map((each) => each.says).join(' ')} />
            </Text>
            <Text size="sm" c="dimmed">
              {operations.join(' · ')}
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
