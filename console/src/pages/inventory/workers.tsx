import { Badge, Group, Stack, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { Rows } from '../../parts/rows.tsx'
import { Nothing } from '../../parts/state.tsx'
import { SwitchOff } from '../../parts/switch-off.tsx'
import { To } from '../../parts/to.tsx'
import { address } from '../../search.ts'
import { Grants, listed, ToCopy, usedColumns } from './cells.tsx'
import type { TabProps } from './inventory.tsx'

const nameOf = ({ name }: { readonly name: string }): string => name
const named = (find: string) => (row: { readonly name: string }) => row.name.toLowerCase().includes(find)

export function Agents({ inventory, find }: TabProps): ReactElement {
  const rows = inventory.agents.filter(named(find))
  if (rows.length === 0) return <Nothing>No agent was seen {find === '' ? 'yet' : 'by that name'}.</Nothing>
  return (
    <Rows
      label="Agents"
      rows={rows}
      keyOf={nameOf}
      columns={[
        { head: 'Agent', cell: ({ name }) => <To href={address('/sessions', { principal: name })}>{name}</To> },
        { head: 'Workflows', cell: ({ workflows }) => listed(workflows) },
        ...usedColumns<(typeof rows)[number]>(({ name }) => ({ principal: name })),
        {
          head: 'Granted and used',
          cell: ({ name, operations }) => <Grants grants={operations} of={{ principal: name }} />,
        },
        { head: 'Switch', cell: ({ name }) => <SwitchOff of="agent" name={name} /> },
      ]}
    />
  )
}

export function Workflows({ inventory, find }: TabProps): ReactElement {
  const rows = inventory.workflows.filter(named(find))
  if (rows.length === 0) return <Nothing>The charter has no workflow {find === '' ? '' : 'by that name'}.</Nothing>
  return (
    <Rows
      label="Workflows"
      rows={rows}
      keyOf={nameOf}
      columns={[
        {
          head: 'Workflow',
          cell: ({ name, mode, agents, budgets }) => (
            <Stack gap={2}>
              <To href={`/workflows/${encodeURIComponent(name)}`}>{name}</To>
              {mode === 'observe' && (
                <Badge size="xs" variant="light" color="orange" tt="none">
                  observed only
                </Badge>
              )}
              {agents.length > 0 && <Text size="xs">run by {agents.join(', ')}</Text>}
              {budgets.map((each) => (
                <Text key={each} size="xs" c="dimmed">
                  {each}
                </Text>
              ))}
            </Stack>
          ),
        },
        { head: 'Owners', cell: ({ owners }) => <Owners owners={owners} /> },
        ...usedColumns<(typeof rows)[number]>(({ name }) => ({ workflow: name })),
        {
          head: 'Granted and used',
          cell: ({ name, operations }) => <Grants grants={operations} of={{ workflow: name }} />,
        },
        {
          head: 'Enough would be',
          cell: ({ name, least }) =>
            least === undefined ? null : <ToCopy text={least} what={`what would be enough for ${name}`} />,
        },
        { head: 'Switch', cell: ({ name }) => <SwitchOff of="workflow" name={name} /> },
      ]}
    />
  )
}

const duties = ['workflow', 'data', 'platform', 'security'] as const

function Owners({ owners }: { readonly owners: Readonly<Record<string, string>> }): ReactElement {
  return (
    <Stack gap={2}>
      {duties.map((duty) => (
        <Text key={duty} size="xs">
          {duty}: {owners[duty] ?? <strong>nobody</strong>}
        </Text>
      ))}
    </Stack>
  )
}

export function Operations({ inventory, find }: TabProps): ReactElement {
  const rows = inventory.operations.filter(named(find))
  const { tools, uncovered } = inventory
  return (
    <Stack gap="md">
      {tools.length > 0 && (
        <Text size="sm">
          Somebody should look at{' '}
          {tools.map(({ name, kind, held }) => `${name} (${kind}${held ? ', held' : ''})`).join(', ')}: lockstep mcp
          held.
        </Text>
      )}
      {uncovered.length > 0 && (
        <Text size="sm">
          {uncovered.length} operations of the descriptions are not in the charter and are refused:{' '}
          {uncovered.slice(0, 12).join(', ')}
          {uncovered.length > 12 ? ' …' : '.'}
        </Text>
      )}
      <Rows
        label="Operations and tools"
        rows={rows}
        keyOf={nameOf}
        columns={[
          {
            head: 'Operation',
            cell: ({ name, endpoint, format }) => (
              <Stack gap={0}>
                <To href={address('/ledger', { operation: name })}>{name}</To>
                <Text size="xs" c="dimmed">
                  {endpoint} · {format}
                </Text>
              </Stack>
            ),
          },
          {
            head: 'Does',
            cell: ({ does }) => (
              <Group gap={4}>
                {does.map((each) => (
                  <Badge
                    key={each}
                    size="sm"
                    variant="light"
                    color={each === 'reads' ? 'gray' : each === 'writes' ? 'blue' : 'orange'}
                    tt="none"
                    miw="max-content"
                  >
                    {each}
                  </Badge>
                ))}
              </Group>
            ),
          },
          { head: 'Who may', cell: ({ who }) => <To href="/charter">{listed(who)}</To> },
          { head: 'Workflows', cell: ({ workflows }) => listed(workflows) },
          { head: 'Tool', cell: ({ tool, held }) => (tool === undefined ? null : `${tool}${held ? ', held' : ''}`) },
          ...usedColumns<(typeof rows)[number]>(({ name }) => ({ operation: name })),
          { head: 'Switch', cell: ({ name }) => <SwitchOff of="operation" name={name} /> },
        ]}
      />
    </Stack>
  )
}
