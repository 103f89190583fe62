/** What the charter says of the move or state that is looked at, and the last calls there. */
import { Anchor, CloseButton, Group, List, Paper, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { Says } from '../../parts/says.tsx'
import { Recent } from './recent.tsx'
import { type Drawn, start, type Traffic, type View } from './seen.ts'

export interface BesideProps {
  readonly drawn: Drawn
  readonly traffic: Traffic | undefined
  readonly view: View
  readonly onLook: (at: Pick<View, 'use' | 'state'>) => void
  readonly onClose: () => void
}

export function Beside({ drawn, traffic, view, onLook, onClose }: BesideProps): ReactElement {
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
      {use === undefined && state !== undefined && <Ways drawn={drawn} state={state} onLook={onLook} />}
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing may be done here.
        </Text>
      )}
      {found.map((each) => (
        <Sentences key={each.id} use={each} titled={use === undefined} />
      ))}
      <Approvals approvals={drawn.approvals} uses={found} />
      {use !== undefined && <Recent of={state === undefined ? { use } : { use, state }} since={traffic?.from} />}
    </Paper>
  )
}

interface WaysProps extends Pick<BesideProps, 'drawn' | 'onLook'> {
  readonly state: string
}

/** Where one comes from here, and where to: neighbours may stand far away. */
function Ways({ drawn, state, onLook }: WaysProps): ReactElement {
  const moves = drawn.picture.moves.filter(({ from }) => from !== start)
  const ways = [
    ['comes from', moves.flatMap(({ from, to }) => (to === state ? [from] : []))],
    ['goes to', moves.flatMap(({ from, to }) => (from === state ? [to] : []))],
  ] as const
  return (
    <>
      {ways.map(([word, names]) =>
        names.length === 0 ? null : (
          <ul key={word} className="ways" aria-label={word}>
            <Text component="li" size="sm" c="dimmed">
              {word}
            </Text>
            {names.map((name) => (
              <li key={name}>
                <Anchor component="button" type="button" size="sm" onClick={() => onLook({ state: name })}>
                  {name}
                </Anchor>
              </li>
            ))}
          </ul>
        ),
      )}
    </>
  )
}

export interface SentencesProps {
  readonly use: Drawn['uses'][number]
  readonly titled: boolean
}

/** What the charter says of one way to use an operation. */
export function Sentences({ use, titled }: SentencesProps): ReactElement {
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
          May be used by <Says text={who} />
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

export interface ApprovalsProps {
  readonly approvals: Drawn['approvals']
  readonly uses: Drawn['uses']
}

/** Those of the approvals that the uses speak of. */
export function Approvals({ approvals, uses }: ApprovalsProps): ReactElement {
  const told = uses.flatMap(({ rules }) => rules.map(({ says }) => says))
  const needed = approvals.filter(({ constraint }) => {
    const name = constraint.replace(/^approvals\./, '')
    return told.some((says) => says.includes(name))
  })
  return (
    <>
      {needed.map(({ constraint, says }) => (
        <Text size="sm" key={constraint} mt={4}>
          <Says text={says} />
        </Text>
      ))}
    </>
  )
}
