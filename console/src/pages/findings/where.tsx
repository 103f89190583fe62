/** Where in the life of its object a finding broke it: the drawing of the lifecycle, with this finding alone on it. */
import { Text, Title } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { address } from '../../search.ts'
import { Drawing } from '../lifecycles/drawing.tsx'
import { arrowsOf, type Drawn, type Pin, start, type View, whereOf } from '../lifecycles/seen.ts'
import type { Finding } from './words.tsx'

/** Nothing for what is about no object, or about one that the charter has no lifecycle of. */
export function Where({ finding }: { readonly finding: Finding }): ReactElement | null {
  const { data } = useAnswer('GET /api/lifecycles', {})
  const { object } = finding
  const isDrawn = data?.objects.some((each) => each.object === object) === true
  return object === undefined || !isDrawn ? null : <OnLifecycle object={object} finding={finding} />
}

interface OnLifecycleProps {
  readonly object: string
  readonly finding: Finding
}

function OnLifecycle({ object, finding }: OnLifecycleProps): ReactElement | null {
  const { history } = useRouter()
  const parameters = { object }
  const { data: drawn } = useAnswer('GET /api/lifecycles/{object}', { parameters })
  const { data: traffic } = useAnswer('GET /api/lifecycles/{object}/traffic', { parameters, query: {} })
  if (drawn === undefined || traffic === undefined) return null
  const pins = traffic.pins.filter(({ fingerprint }) => fingerprint === finding.fingerprint)
  const [pin] = pins
  const looked = pin === undefined ? beginOf(drawn, finding) : placeOf(pin)
  if (looked === undefined) return null
  return (
    <div>
      <Title order={2} size="h5">
        Where in the life of {object}
      </Title>
      {pin !== undefined && (
        <Text size="sm" mb={4}>
          {whereOf(pin)}
        </Text>
      )}
      <Drawing
        drawn={drawn}
        traffic={{ ...traffic, tried: [], astray: [], pins }}
        view={{ span: '24h', show: 'all', ...looked }}
        pulsing={nothing}
        onLook={(at) => history.push(address(`/lifecycles/${encodeURIComponent(object)}`, { ...at }))}
      />
    </div>
  )
}

const nothing: ReadonlySet<string> = new Set()

/** What is looked at. */
function placeOf({ place, use }: Pin): Pick<View, 'use' | 'state'> {
  switch (place.kind) {
    case 'move':
      return place.from === start ? { use } : { use, state: place.from }
    case 'unintended':
      return { state: place.from }
    case 'state':
      return { state: place.state }
    case 'object':
      return {}
  }
}

/** What is fixed has no place any more: where its use begins. Undefined where that is not drawn. */
function beginOf(drawn: Drawn, { use }: Finding): Pick<View, 'use' | 'state'> | undefined {
  const found = arrowsOf(drawn).find(({ arrow }) => arrow.uses.includes(use))
  if (found === undefined) return undefined
  return found.from === start ? { use } : { use, state: found.from }
}
