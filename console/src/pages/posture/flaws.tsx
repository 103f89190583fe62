/** What is wrong, in words: each proven flaw that is open, what somebody did with it, and whether the guard refuses that now. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { Go } from '../../parts/go.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Says } from '../../parts/says.tsx'
import { When } from '../../parts/when.tsx'
import { type Finding, GuardBadge, isOpen, SeverityBadge, severities } from '../findings/words.tsx'

const mostShown = 5

export function Flaws({ findings }: { readonly findings: readonly Finding[] }): ReactElement | null {
  const open = findings
    .filter(isOpen)
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.first - b.first)
  if (open.length === 0) return null
  return (
    <Panel
      title="What is wrong"
      aside={
        <Go to="/findings" search={{ state: 'there' }} size="xs">
          {open.length > mostShown ? `all ${open.length} open flaws` : 'all of it, with proof'}
        </Go>
      }
    >
      <Text size="xs" c="dimmed">
        Found by <code>lockstep prove</code>, which tries with accounts of its own what the charter forbids.
      </Text>
      <ul className="flaws">
        {open.slice(0, mostShown).map((finding) => (
          <Flaw key={finding.fingerprint} finding={finding} />
        ))}
      </ul>
    </Panel>
  )
}

function Flaw({ finding }: { readonly finding: Finding }): ReactElement {
  const { fingerprint, because, sentence, severity, guard, first } = finding
  return (
    <li className="flaw">
      <SeverityBadge severity={severity} />
      <div>
        <Go to="/findings/$fingerprint" params={{ fingerprint }} fw={600} size="sm">
          {because.replace(/\.$/, '')}
        </Go>
        <Text size="sm">
          <Says text={sentence} />
        </Text>
      </div>
      <div>
        <GuardBadge standing={guard} />
        <Text size="xs" c="dimmed" component="div" mt={4}>
          found <When at={first} />
        </Text>
      </div>
    </li>
  )
}
