import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Rows } from '../../parts/rows.tsx'
import { Failure, Loading, Nothing } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { Why } from '../../parts/why.tsx'
import { address } from '../../search.ts'
import { useMay } from '../../viewer.ts'

type Doubt = Answer<'GET /api/doubts'>['doubts'][number]
type Effect = 'effective' | 'released'

/** Calls of which nobody knows whether they took effect. */
export function Doubts(): ReactElement {
  const { data, error } = useAnswer('GET /api/doubts', {}, { everyMs: 10_000 })
  const [settling, setSettling] = useState<{ readonly doubt: Doubt; readonly effect: Effect }>()
  const may = useMay('operate')
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  if (data.doubts.length === 0)
    return <Nothing>No call is in doubt: of each, it is known whether it took effect.</Nothing>
  return (
    <Stack gap="md">
      <Text size="sm">
        These calls were sent and nobody knows whether they took effect. The guard keeps looking; until then, what they
        are about cannot be used. Say what became of a call only when you have looked yourself.
      </Text>
      <Rows
        label="Calls in doubt"
        rows={data.doubts}
        keyOf={({ call }) => call}
        columns={[
          {
            head: 'Operation',
            cell: ({ call, operation }) => <To href={address('/ledger', { call })}>{operation}</To>,
          },
          { head: 'By', cell: ({ principal }) => principal ?? 'not signed in' },
          { head: 'Keeps', cell: ({ objects }) => objects.join(', ') || 'nothing' },
          {
            head: 'Sent',
            cell: ({ request }) => (request === undefined ? null : <Code className="wide">{request}</Code>),
          },
          { head: 'Since', cell: ({ at }) => <When at={at} /> },
          ...(may
            ? [
                {
                  head: 'Settle',
                  cell: (doubt: Doubt) => (
                    <Verdicts doubt={doubt} onSettle={(effect) => setSettling({ doubt, effect })} />
                  ),
                },
              ]
            : []),
        ]}
      />
      {settling !== undefined && <Settle {...settling} onClose={() => setSettling(undefined)} />}
    </Stack>
  )
}

interface VerdictProps {
  readonly doubt: Doubt
  readonly onSettle: (effect: Effect) => void
}

function Verdicts({ doubt, onSettle }: VerdictProps): ReactElement {
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onSettle('effective')}
        aria-label={`${doubt.operation} took effect`}
      >
        Took effect
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onSettle('released')}
        aria-label={`${doubt.operation} did not take effect`}
      >
        Did not
      </Button>
    </Group>
  )
}

interface SettleProps {
  readonly doubt: Doubt
  readonly effect: Effect
  readonly onClose: () => void
}

function Settle({ doubt, effect, onClose }: SettleProps): ReactElement {
  const { mutate, isPending, error } = useAct('POST /api/doubts/{call}', ['GET /api/doubts'])
  const { call, operation, objects } = doubt
  return (
    <Why
      title={effect === 'effective' ? `${operation} took effect` : `${operation} did not take effect`}
      act="Settle"
      busy={isPending}
      error={error}
      onClose={onClose}
      onDo={(why) => mutate({ parameters: { call }, body: { effect, why } }, { onSuccess: onClose })}
    >
      <Text size="sm">
        {effect === 'effective'
          ? 'What it took is spent: it counts in every limit, and the object is where it leads.'
          : 'What it took is given back: it counts nowhere, and may be done again.'}{' '}
        {objects.length > 0 && <>{objects.join(', ')} can be used again.</>}
      </Text>
    </Why>
  )
}
