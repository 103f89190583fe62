/** One lifecycle: drawn, with what happens on it, what was tried, and what nothing intends. */
import { Group } from '@mantine/core'
import { useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useCallback } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { Beside } from './beside.tsx'
import { Choices, useChange, usePulses } from './choices.tsx'
import { Drawing } from './drawing.tsx'
import './lifecycles.css'
import { Broken } from './pins.tsx'
import { type View, viewOf, whereOf } from './seen.ts'
import { MovesTable, Unintended } from './table.tsx'

const useOf = ({ use }: { readonly use?: string | undefined }): string | undefined => use

export function LifecyclePage(): ReactElement {
  const { object } = useParams({ strict: false })
  const view = viewOf(useSearch({ strict: false }))
  const parameters = { object: object ?? '' }
  const drawn = useAnswer('GET /api/lifecycles/{object}', { parameters })
  const traffic = useAnswer(
    'GET /api/lifecycles/{object}/traffic',
    { parameters, query: { span: view.span } },
    { keep: true },
  )
  const pulsing = usePulses(useOf)
  const change = useChange()
  const onLook = useCallback(
    ({ use, state }: Pick<View, 'use' | 'state'>) => change({ use: use ?? '', state: state ?? '' }),
    [change],
  )
  const { data } = drawn
  return (
    <Page title={object ?? ''} question={data?.says ?? 'What may happen to it, and what does?'} actions={<Others />}>
      {drawn.error !== null && <Failure error={drawn.error} />}
      {traffic.error !== null && <Failure error={traffic.error} />}
      {data === undefined && drawn.error === null && <Loading />}
      {data !== undefined && (
        <>
          <Choices view={view} change={change} dashed="dashed: not intended; dotted: not seen" />
          <div className="beside-each-other">
            <Drawing drawn={data} traffic={traffic.data} view={view} pulsing={pulsing} onLook={onLook} />
            {(view.use !== undefined || view.state !== undefined) && (
              <Beside drawn={data} traffic={traffic.data} view={view} onLook={onLook} onClose={() => onLook({})} />
            )}
          </div>
          <Broken pins={traffic.data?.pins ?? []} where={whereOf} />
          {traffic.data !== undefined && <Unintended traffic={traffic.data} />}
          <MovesTable drawn={data} traffic={traffic.data} />
        </>
      )}
    </Page>
  )
}

function Others(): ReactElement {
  const { data } = useAnswer('GET /api/lifecycles', {})
  return (
    <Group gap="sm" component="nav" aria-label="Lifecycles">
      {(data?.objects ?? []).map(({ object }) => (
        <To key={object} href={`/lifecycles/${encodeURIComponent(object)}`} fz="sm">
          {object}
        </To>
      ))}
    </Group>
  )
}
