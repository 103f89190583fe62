/** What was proven against the running system: what is open since when, and how much of the charter was tried. */
import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { counted } from '../../parts/counted.ts'
import { Fact, Panel } from '../../parts/panel.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import { isOpen, severities } from '../findings/words.tsx'

export interface ProofProps {
  readonly found: Answer<'GET /api/findings'>
  readonly coverage: Answer<'GET /api/coverage'>
}

export function Proof({ found, coverage }: ProofProps): ReactElement {
  const open = found.findings.filter(isOpen)
  const { proven, held, untried } = coverage.counts
  return (
    <Panel
      title="Proof"
      aside={
        found.runs === 0 ? undefined : (
          <To href="/findings#runs" fz="xs">
            {counted(found.runs, 'run of prove', 'runs of prove')}
          </To>
        )
      }
    >
      {found.runs === 0 && (
        <Text size="sm" c="dimmed">
          No proof was published yet: <code>lockstep prove --publish</code> does.
        </Text>
      )}
      {found.runs > 0 && (
        <dl className="facts">
          {open.length === 0 && <Fact label="Open flaws" value={0} href="/findings?state=there" />}
          {severities.map((severity) => {
            const own = open.filter((each) => each.severity === severity)
            if (own.length === 0) return null
            const detail = (
              <>
                the oldest <When at={Math.min(...own.map(({ first }) => first))} />
              </>
            )
            const href = `/findings?state=there&severity=${severity}`
            return (
              <Fact
                key={severity}
                label={`Open flaws, ${severity}`}
                value={own.length}
                href={href}
                bad
                detail={detail}
              />
            )
          })}
          <Fact label="Demands of the charter broken" value={proven} href="/coverage?verdict=proven" bad={proven > 0} />
          <Fact label="Demands that held" value={held} href="/coverage?verdict=held" />
          <Fact
            label="Tried, not reached"
            value={coverage.counts['not-reached']}
            href="/coverage?verdict=not-reached"
          />
          <Fact label="Not tried in these runs" value={untried} href="/coverage?verdict=untried" />
        </dl>
      )}
    </Panel>
  )
}
