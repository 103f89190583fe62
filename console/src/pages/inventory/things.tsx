import { Badge, Stack, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { Rows } from '../../parts/rows.tsx'
import { Nothing } from '../../parts/state.tsx'
import { SwitchOff } from '../../parts/switch-off.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { address } from '../../search.ts'
import { type Inventory, listed, ToCopy, usedColumns } from './cells.tsx'
import type { TabProps } from './inventory.tsx'

export function Identities({ inventory, find }: TabProps): ReactElement {
  const seen = inventory.principals.filter(({ name }) => name.toLowerCase().includes(find))
  return (
    <Stack gap="md">
      <Title order={2} size="h5">
        Who is believed
      </Title>
      <Rows
        label="Providers of identities"
        rows={inventory.identities}
        keyOf={({ kind, name }) => `${kind} ${name}`}
        columns={[
          { head: 'Provider', cell: ({ name }) => name },
          { head: 'Kind', cell: ({ kind }) => kind },
          { head: 'What it takes', cell: ({ says }) => says },
        ]}
      />
      <Title order={2} size="h5">
        Who was seen
      </Title>
      {seen.length === 0 ? (
        <Nothing>Nobody was seen {find === '' ? 'yet' : 'by that name'}.</Nothing>
      ) : (
        <Rows
          label="Principals"
          rows={seen}
          keyOf={({ name }) => name}
          columns={[
            { head: 'Principal', cell: ({ name }) => <To href={address('/sessions', { principal: name })}>{name}</To> },
            { head: 'Operations', num: true, cell: ({ operations }) => operations },
            ...usedColumns<(typeof seen)[number]>(({ name }) => ({ principal: name })),
            { head: 'Switch', cell: ({ name }) => <SwitchOff of="principal" name={name} /> },
          ]}
        />
      )}
    </Stack>
  )
}

/** Never a value: what each may be used for, and was. */
export function Secrets({ inventory, find }: TabProps): ReactElement {
  if (inventory.secrets === undefined)
    return <Nothing>There is no vault. Add `vault` to the guard file to keep secrets from agents.</Nothing>
  const rows = inventory.secrets.filter(({ name }) => name.toLowerCase().includes(find))
  if (rows.length === 0) return <Nothing>The vault has no secret {find === '' ? 'yet' : 'by that name'}.</Nothing>
  return (
    <Rows
      label="Secrets"
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        {
          head: 'Secret',
          cell: ({ name, version }) => (
            <To href={address('/ledger', { kind: 'secret-use', any: name })}>
              {name}#{version}
            </To>
          ),
        },
        { head: 'Since', cell: ({ since }) => <When at={Date.parse(since)} /> },
        { head: 'Uses', num: true, cell: ({ count }) => count },
        { head: 'Last', cell: ({ last }) => (last === undefined ? 'never' : <When at={Date.parse(last)} />) },
        {
          head: 'Granted and used',
          cell: ({ scopes }) =>
            scopes.map(({ scope, count }) => (
              <Text key={scope} size="sm">
                {scope} × {count}
              </Text>
            )),
        },
        { head: 'By', cell: ({ workflows, agents }) => listed([...workflows, ...agents]) },
        { head: 'Worth a word', cell: ({ remarks }) => <Remarks remarks={remarks} /> },
        {
          head: 'Enough would be',
          cell: ({ name, least }) =>
            least === undefined ? null : (
              <ToCopy text={`lockstep vault scope ${name} --least`} what={`the command for ${name}`} />
            ),
        },
      ]}
    />
  )
}

type Remark = NonNullable<Inventory['secrets']>[number]['remarks'][number]

function Remarks({ remarks }: { readonly remarks: readonly Remark[] }): ReactElement {
  return (
    <Stack gap={2} align="flex-start">
      {remarks.map(({ code, says }) => (
        <Text key={says} size="xs">
          <Badge size="xs" variant="light" color="yellow" tt="none">
            {code}
          </Badge>{' '}
          {says}
        </Text>
      ))}
    </Stack>
  )
}

export function Models({ inventory, find }: TabProps): ReactElement {
  const rows = inventory.models.filter(({ source }) => source.toLowerCase().includes(find))
  const allowed = inventory.workflows.filter(({ models }) => models !== undefined)
  if (rows.length === 0) return <Nothing>No provider of models is behind this guard.</Nothing>
  return (
    <Stack gap="md">
      <Rows
        label="Providers of models"
        rows={rows}
        keyOf={({ source }) => source}
        columns={[
          { head: 'Source', cell: ({ source }) => source },
          { head: 'Provider', cell: ({ provider }) => provider },
          { head: 'Region', cell: ({ region }) => region ?? 'not said' },
          { head: 'Workflows', cell: ({ workflows }) => listed(workflows) },
          ...usedColumns<(typeof rows)[number]>(({ source }) => ({ operation: `${source}.generate` })),
        ]}
      />
      {allowed.map(({ name, models }) => (
        <Text key={name} size="sm">
          {name} may use {models?.join(', ')}.
        </Text>
      ))}
    </Stack>
  )
}

export function Data({ inventory, find }: TabProps): ReactElement {
  const { classes, labels, flows } = inventory.data
  if (classes.length === 0) return <Nothing>The charter names no class of data.</Nothing>
  return (
    <Rows
      label="Classes of data"
      rows={classes.filter((each) => each.toLowerCase().includes(find)).toReversed()}
      keyOf={(each) => each}
      columns={[
        { head: 'Class', cell: (each) => each },
        {
          head: 'Found at',
          cell: (each) => listed(labels.filter((label) => label.class === each).map(({ where }) => where)),
        },
        { head: 'May go to', cell: (each) => <Flows flows={flows.filter((flow) => flow.class === each)} /> },
        {
          head: 'Workflows that may receive it',
          cell: (each) =>
            listed(
              inventory.workflows.flatMap(({ name, data }) =>
                data === undefined || data.includes(each) ? [name] : [],
              ),
            ),
        },
      ]}
    />
  )
}

function Flows({ flows }: { readonly flows: Inventory['data']['flows'] }): ReactElement {
  if (flows.length === 0) return <>anywhere</>
  return (
    <>
      {flows.map(({ to, otherwise }) => (
        <Text key={to.join()} size="sm">
          {to.join(', ')}; otherwise {otherwise}
        </Text>
      ))}
    </>
  )
}

export function Actors({ inventory, find }: TabProps): ReactElement {
  const rows = inventory.actors.filter(({ name }) => name.toLowerCase().includes(find))
  if (rows.length === 0) return <Nothing>The charter has no actor by that name.</Nothing>
  return (
    <Rows
      label="Actors"
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        { head: 'Actor', cell: ({ name }) => <To href="/charter">{name}</To> },
        { head: 'Kind', cell: ({ kind }) => kind },
        { head: 'Workflow', cell: ({ workflow }) => workflow ?? '—' },
        { head: 'Acts for', cell: ({ actsFor }) => listed(actsFor) },
        { head: 'Named at operations', num: true, cell: ({ operations }) => operations },
      ]}
    />
  )
}
