/** What the guard in front makes of such calls now, and how to make it refuse them. */
import { Button, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Go } from '../../parts/go.tsx'
import { When } from '../../parts/when.tsx'
import { type Detail, GuardBadge } from './words.tsx'

const mostShown = 5

export function Guarded({ detail: { finding, guard } }: { readonly detail: Detail }): ReactElement {
  const { operation, constraint } = finding
  return (
    <Stack gap="xs" component="section" aria-label="Is it blocked now?">
      <Group gap="xs">
        <Title order={2} size="h5">
          Is it blocked now?
        </Title>
        <GuardBadge standing={finding.guard} />
      </Group>
      <Text size="sm">{wordsOf(finding)}</Text>
      {finding.guard === 'observes' && <Enforcing detail={{ finding, guard }} />}
      {guard.excerpt !== undefined && <Rule excerpt={guard.excerpt} />}
      {finding.guard === 'refuses' && <Refused constraint={constraint} operation={operation} />}
    </Stack>
  )
}

function wordsOf({ guard, state }: Detail['finding']): string {
  if (guard === 'lets-through')
    return 'No. The charter in force does not demand this any more: the guard lets such calls through. The line that was broken has to go back in.'
  if (guard === 'observes')
    return 'No. Its workflow is only observed: the guard lets such calls through, and records that they should not be.'
  const behind =
    state === 'fixed' ? '' : ' The API behind it still has the flaw: whoever reaches it past the guard can use it.'
  return `Yes, for every call that passes through the guard: it refuses what breaks this line of the charter.${behind}`
}

/** Leads to the change of the charter, ready to be tried and proposed. */
function Enforcing({
  detail: { finding, guard },
}: {
  readonly detail: Pick<Detail, 'finding' | 'guard'>
}): ReactElement {
  const [first] = guard.enforcing
  if (first === undefined)
    return <Text size="sm">Write `mode: enforce` at the workflow that has {finding.operation}.</Text>
  return (
    <Group gap="sm">
      <Button
        size="xs"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/charter"
            search={{ closes: finding.fingerprint, file: first.file, line: first.line, show: 'difference' }}
          />
        )}
      >
        Make the guard refuse it
      </Button>
      <Text size="xs" c="dimmed">
        Opens the charter with that line changed. Nothing is in force before somebody puts it there.
      </Text>
    </Group>
  )
}

function Rule({
  excerpt: { file, line, text },
}: {
  readonly excerpt: NonNullable<Detail['guard']['excerpt']>
}): ReactElement {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Go to="/charter" search={{ file, line }} size="xs" ff="monospace">
          {file}:{line}
        </Go>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy the rule'}
            </Button>
          )}
        </CopyButton>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre className="finding-box" tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}

function Refused({
  constraint,
  operation,
}: {
  readonly constraint: string
  readonly operation: string
}): ReactElement | null {
  const query = { kind: 'decision', effect: 'deny', rule: constraint, operation, limit: mostShown } as const
  const { data } = useAnswer('GET /api/entries', { query })
  if (data === undefined) return null
  if (data.entries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nobody tried it there yet: no call was refused for it.
      </Text>
    )
  return (
    <div>
      <Text size="sm">
        Refused for it last (
        <Go to="/ledger" search={{ rule: constraint, effect: 'deny' }} size="sm">
          all of them in the record
        </Go>
        ):
      </Text>
      <ul>
        {data.entries.map(({ index, at, call, principal, says }) => (
          <li key={index}>
            <Text size="sm">
              <When at={at} /> {principal ?? 'nobody'}:{' '}
              {call === undefined ? (
                says
              ) : (
                <Go to="/calls/$call" params={{ call }} size="sm">
                  {says}
                </Go>
              )}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
