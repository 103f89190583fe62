/** What is stopped, what is in doubt, who switched what, and who is told. */
import { Badge, Tabs } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { useSearch } from '../../search.ts'
import { Doubts } from './doubts.tsx'
import { History } from './history.tsx'
import { Notices } from './notices.tsx'
import { Off } from './off.tsx'

const tabs = { off: Off, doubts: Doubts, history: History, notifications: Notices } as const
type Tab = keyof typeof tabs
const labels: Readonly<Record<Tab, string>> = {
  off: 'Switched off',
  doubts: 'In doubt',
  history: 'History',
  notifications: 'Notifications',
}

export function Switches(): ReactElement {
  const search = useSearch()
  const asked = search.get('tab')
  const tab = isTab(asked) ? asked : 'off'
  const Shown = tabs[tab]
  return (
    <Page title="Switches" question="What is stopped right now, by whom, and why?">
      <Tabs
        value={tab}
        onChange={(value) => search.set({ tab: value === 'off' ? undefined : (value ?? undefined) }, 'push')}
      >
        <Tabs.List>
          {(Object.keys(tabs) as Tab[]).map((each) => (
            <Tabs.Tab key={each} value={each} rightSection={<Count of={each} />}>
              {labels[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Shown />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function isTab(text: string | undefined): text is Tab {
  return text !== undefined && Object.hasOwn(tabs, text)
}

/** How many things there want somebody. */
function Count({ of }: { readonly of: Tab }): ReactElement | null {
  const off = useAnswer('GET /api/switches', {}, { enabled: of === 'off' }).data?.switches.length
  const doubts = useAnswer('GET /api/doubts', {}, { enabled: of === 'doubts' }).data?.doubts.length
  const failing = useAnswer('GET /api/notices', {}, { enabled: of === 'notifications' }).data?.targets.filter(
    (target) => target.failing !== undefined,
  ).length
  const count = of === 'off' ? off : of === 'doubts' ? doubts : of === 'notifications' ? failing : undefined
  if (count === undefined || count === 0) return null
  return (
    <Badge size="sm" circle variant="light" color={of === 'off' ? 'red' : 'orange'}>
      {count}
    </Badge>
  )
}
