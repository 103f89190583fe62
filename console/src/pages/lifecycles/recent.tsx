/** The last calls at what is looked at. */
import { Group, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Effect } from '../../parts/effect.tsx'
import { Says } from '../../parts/says.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'

export interface RecentProps {
  readonly of: {
    readonly use?: string
    readonly state?: string
    readonly operation?: string
    readonly workflow?: string
  }
  readonly since: number | undefined
}

export function Recent({ of, since }: RecentProps): ReactElement | null {
  const query = { kind: 'decision' as const, ...of, ...(since === undefined ? {} : { from: since }), limit: 8 }
  const { data } = useAnswer('GET /api/entries', { query }, { keep: true })
  if (data === undefined) return null
  return (
    <>
      <Title order={3} size="h6" mt="sm">
        Last calls
      </Title>
      {data.entries.length === 0 && (
        <Text size="sm" c="dimmed">
          None in this time.
        </Text>
      )}
      <ul className="lifecycle-list">
        {data.entries.map(({ index, at, call, effect = '', principal, objects, says }) => (
          <li key={index}>
            <Group gap={6} wrap="wrap" fz="sm">
              <Effect of={effect} />
              <span>{principal}</span>
              <When at={at} />
            </Group>
            <To href={call === undefined ? `/ledger?any=${index}` : `/calls/${encodeURIComponent(call)}`} fz="sm">
              {objects?.[0] ?? 'call'}
            </To>
            {effect.endsWith('deny') && says !== undefined && (
              <Text size="xs">
                <Says text={says} />
              </Text>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
