/** What the guard in front makes of such calls now. */
import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Go } from '../../parts/go.tsx'
import { When } from '../../parts/when.tsx'
import type { Detail } from './words.tsx'

const mostShown = 5

export function Guarded({ detail: { finding, guard } }: { readonly detail: Detail }): ReactElement {
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        At the guard
      </Title>
      <Text size="sm">{wordsOf(guard)}</Text>
      {guard.excerpt !== undefined && <Rule excerpt={guard.excerpt} />}
      {guard.demands && <Refused constraint={finding.constraint} operation={finding.operation} />}
    </Stack>
  )
}

function wordsOf({ demands, observed }: Detail['guard']): string {
  if (!demands)
    return 'The charter in force does not demand this any more: the guard lets such calls through. The line that was broken has to go back in.'
  if (observed)
    return 'The guard demands this of calls that pass through it, but a workflow that is only observed may use the operation: there it only records.'
  return 'The guard closes it for calls that pass through it: it refuses what breaks this line of the charter.'
}

function Rule({
  excerpt: { file, line, text },
}: {
  readonly excerpt: NonNullable<Detail['guard']['excerpt']>
}): ReactElement {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Code>
          {file}:{line}
        </Code>
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
        {data.entries.map(({ index, at, principal, says }) => (
          <li key={index}>
            <Text size="sm">
              <When at={at} /> {principal ?? 'nobody'}: {says}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
