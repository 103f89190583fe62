/** What the charter says of the move or state that is looked at, and the last calls there. */
import { CloseButton, Group, List, Paper, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Effect } from '../../parts/effect.tsx'
import { Says } from '../../parts/says.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import type { Drawn, Traffic, View } from './seen.ts'

export interface BesideProps {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
  readonly view: View
  readonly onClose: () => void
}

export function Beside({ drawn, traffic, view, onClose }: BesideProps): ReactElement {
  const { use, state } = view
  const found = drawn.uses.filter(
    (each) => each.id === use || (use === undefined && state !== undefined && each.from.includes(state)),
  )
  return (
    <Paper withBorder p="sm" component="aside" aria-label="What is looked at" className="beside">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5">
          {use ?? state}
          {use !== undefined && state !== undefined && (
            <Text span c="dimmed" size="sm">
              {' '}
              while {state}
            </Text>
          )}
        </Title>
        <CloseButton onClick={onClose} aria-label="Close" />
      </Group>
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing may be done here.
        </Text>
      )}
      {found.map((each) => (
        <Sentences key={each.id} use={each} titled={use === undefined} />
      ))}
      {drawn.approvals
        .filter(({ constraint }) =>
          found.some(({ rules }) => rules.some(({ says }) => says.includes(constraint.replace(/^approvals\./, '')))),
        )
        .map(({ constraint, says }) => (
          <Text size="sm" key={constraint} mt={4}>
            <Says text={says} />
          </Text>
        ))}
      {use !== undefined && <Recent use={use} state={state} since={traffic?.from} />}
    </Paper>
  )
}

function Sentences({ use, titled }: { readonly use: Drawn['uses'][number]; readonly titled: boolean }): ReactElement {
  const { id, method, path, operation, who, from, to, rules } = use
  return (
    <>
      {titled && (
        <Text fw={600} size="sm" mt="xs">
          {id}
        </Text>
      )}
      <Text size="xs" c="dimmed" ff="monospace">
        {operation} · {method} {path}
      </Text>
      <List size="sm" mt={2}>
        <List.Item>
          May be used by {who}
          {from.length > 0 && ` while it is ${from.join(' or ')}`}
          {to.length > 0 && `; it is ${to.join(' or ')} afterwards`}.
        </List.Item>
        {rules.map(({ constraint, says }) => (
          <List.Item key={constraint}>
            <Says text={says} />
          </List.Item>
        ))}
      </List>
    </>
  )
}

interface RecentProps {
  readonly use: string
  readonly state: string | undefined
  readonly since: number | undefined
}

function Recent({ use, state, since }: RecentProps): ReactElement | null {
  const query = {
    kind: 'decision' as const,
    use,
    ...(state === undefined ? {} : { state }),
    ...(since === undefined ? {} : { from: since }),
    limit: 8,
  }
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
            <Group gap={6} wrap="wrap">
              <Effect of={effect} />
              <To href={call === undefined ? `/ledger?any=${index}` : `/calls/${encodeURIComponent(call)}`} fz="sm">
                {objects?.[0] ?? 'call'}
              </To>
              <Text size="sm">{principal}</Text>
              <When at={at} />
            </Group>
            {effect.endsWith('deny') && <Text size="xs">{says}</Text>}
          </li>
        ))}
      </ul>
    </>
  )
}
