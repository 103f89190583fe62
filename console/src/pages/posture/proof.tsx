/** What was proven against the running system: what is open, and how much of the charter was tried. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Fact, Panel } from '../../parts/panel.tsx'
import { When } from '../../parts/when.tsx'

const severities = ['critical', 'high', 'medium', 'low'] as const

export function Proof(): ReactElement | null {
  const found = useAnswer('GET /api/findings', {}, { everyMs: 30_000 }).data
  const coverage = useAnswer('GET /api/coverage', {}, { everyMs: 30_000 }).data
  if (found === undefined || coverage === undefined) return null
  const open = found.findings.filter(({ state }) => state === 'open' || state === 'came-back')
  const { proven, held, untried } = coverage.counts
  return (
    <Panel title="Proof" aside={found.runs === 0 ? undefined : `${found.runs} runs of prove`}>
      {found.runs === 0 && (
        <Text size="sm" c="dimmed">
          No proof was published yet: <code>lockstep prove --publish</code> does.
        </Text>
      )}
      {found.runs > 0 && (
        <dl className="facts">
          {open.length === 0 && <Fact label="Open findings" value={0} href="/findings" />}
          {severities.map((severity) => {
            const own = open.filter((each) => each.severity === severity)
            if (own.length === 0) return null
            const detail = (
              <>
                the oldest <When at={Math.min(...own.map(({ first }) => first))} />
              </>
            )
            const href = `/findings?state=open&severity=${severity}`
            return (
              <Fact key={severity} label={`Open, ${severity}`} value={own.length} href={href} bad detail={detail} />
            )
          })}
          <Fact label="Constraints proven broken" value={proven} href="/findings" bad={proven > 0} />
          <Fact label="Held" value={held} href="/findings" />
          <Fact label="Not reached or never tried" value={coverage.counts['not-reached'] + untried} href="/findings" />
        </dl>
      )}
    </Panel>
  )
}
