/** What the tables of the inventory have in common: use, grants, and text to copy. */
import { Badge, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import type { Column } from '../../parts/rows.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { address, type Changes } from '../../search.ts'

export type Inventory = Answer<'GET /api/inventory'>
export type Grant = Inventory['workflows'][number]['operations'][number]

interface Used {
  readonly calls: number
  readonly refused: number
  readonly last?: number | undefined
}

/** Calls, refusals and the last one; each number leads to what it counts. */
export function usedColumns<Row extends Used>(query: (row: Row) => Changes): readonly Column<Row>[] {
  return [
    {
      head: 'Calls',
      num: true,
      cell: (row) =>
        row.calls === 0 ? 0 : <To href={address('/ledger', { kind: 'decision', ...query(row) })}>{row.calls}</To>,
    },
    {
      head: 'Refused',
      num: true,
      cell: (row) =>
        row.refused === 0 ? (
          0
        ) : (
          <To href={address('/ledger', { kind: 'decision', effect: 'deny', ...query(row) })}>{row.refused}</To>
        ),
    },
    { head: 'Last', cell: ({ last }) => (last === undefined ? 'never' : <When at={last} />) },
  ]
}

/** What was granted, and of it what was used: unused ones are marked by a word. */
export function Grants({ grants, of }: { readonly grants: readonly Grant[]; readonly of: Changes }): ReactElement {
  const unused = grants.filter((grant) => grant.unused)
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {grants.length} granted, {grants.length - unused.length} used
      </Text>
      {grants.map(({ name, calls, refused, unused: isUnused }) => (
        <Group key={name} gap={6}>
          <To href={address('/ledger', { kind: 'decision', operation: name, ...of })} className="wide">
            {name}
          </To>
          {isUnused ? (
            <Badge size="xs" variant="light" color="yellow" tt="none">
              {calls === 0 ? 'never used' : calls === refused ? 'only refused' : 'not lately'}
            </Badge>
          ) : (
            <Text size="xs" c="dimmed">
              × {calls}
            </Text>
          )}
        </Group>
      ))}
    </Stack>
  )
}

/** Charter text, or a command, to copy. */
export function ToCopy({ text, what }: { readonly text: string; readonly what: string }): ReactElement {
  return (
    <Stack gap={4} align="flex-start">
      <Code block>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy ${what}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Stack>
  )
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? '—' : names.join(', ')
}
