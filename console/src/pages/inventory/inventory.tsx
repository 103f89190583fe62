/** Everything the guard knows of: what was granted, and what was made of it. */
import { Group, Select, Tabs, TextInput } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { useSearch } from '../../search.ts'
import type { Inventory as Answer } from './cells.tsx'
import { Actors, Data, Identities, Models, Secrets } from './things.tsx'
import { Agents, Operations, Workflows } from './workers.tsx'

export interface TabProps {
  readonly inventory: Answer
  /** Only what has this in its name. */
  readonly find: string
}

const tabs = {
  agents: Agents,
  workflows: Workflows,
  operations: Operations,
  identities: Identities,
  secrets: Secrets,
  models: Models,
  data: Data,
  actors: Actors,
} as const
type Tab = keyof typeof tabs

export function Inventory(): ReactElement {
  const search = useSearch()
  const asked = search.get('tab') ?? ''
  const tab = (Object.hasOwn(tabs, asked) ? asked : 'agents') as Tab
  const days = search.get('days') ?? '30'
  const { data, error } = useAnswer(
    'GET /api/inventory',
    { query: { days: Number(days) } },
    { keep: true, everyMs: 15_000 },
  )
  const Shown = tabs[tab]
  const find = search.get('find') ?? ''
  return (
    <Page
      title="Inventory"
      question="What is there, what may it do, and what of that does it use?"
      actions={
        <Group gap="xs">
          <TextInput
            size="xs"
            aria-label="Find by name"
            placeholder="find by name"
            value={find}
            onChange={(event) => search.set({ find: event.currentTarget.value })}
          />
          <Select
            size="xs"
            w={150}
            aria-label="Used within"
            data={[
              { value: '1', label: 'used within a day' },
              { value: '7', label: 'within 7 days' },
              { value: '30', label: 'within 30 days' },
              { value: '90', label: 'within 90 days' },
            ]}
            value={days}
            allowDeselect={false}
            onChange={(value) => search.set({ days: value === '30' ? undefined : (value ?? undefined) })}
          />
        </Group>
      }
    >
      <Tabs value={tab} onChange={(value) => search.set({ tab: value ?? undefined }, 'push')}>
        <Tabs.List>
          {(Object.keys(tabs) as Tab[]).map((each) => (
            <Tabs.Tab key={each} value={each} tt="capitalize">
              {each}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          {error !== null ? (
            <Failure error={error} />
          ) : data === undefined ? (
            <Loading />
          ) : (
            <Shown inventory={data} find={find.toLowerCase()} />
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
