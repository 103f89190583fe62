/** Who deserves a look, and what makes it so. */
import { Badge, Group, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { counted } from '../../parts/counted.ts'
import { Panel } from '../../parts/panel.tsx'
import { Nothing } from '../../parts/state.tsx'
import { To } from '../../parts/to.tsx'
import { When } from '../../parts/when.tsx'
import './ranking.css'

type Ranked = Answer<'GET /api/posture'>['agents'][number] & { readonly mode?: 'enforce' | 'observe' }

const levels = {
  high: { color: 'red', word: 'high' },
  some: { color: 'yellow', word: 'some' },
  none: { color: 'gray', word: 'none' },
} as const

export interface RankingProps {
  readonly title: string
  readonly of: 'agent' | 'workflow'
  readonly ranked: readonly Ranked[]
}

export function Ranking({ title, of, ranked }: RankingProps): ReactElement {
  return (
    <Panel title={title} aside="since the record began">
      {ranked.length === 0 && <Nothing>{`No ${of} made a call yet.`}</Nothing>}
      <ul className="ranking">
        {ranked.map((each) => (
          <Row key={each.name} of={of} ranked={each} />
        ))}
      </ul>
    </Panel>
  )
}

function Row({ of, ranked }: { readonly of: RankingProps['of']; readonly ranked: Ranked }): ReactElement {
  const { name, level, mode, calls, refused, asked, last, risks } = ranked
  const { color, word } = levels[level]
  const who = `${of === 'agent' ? 'principal' : 'workflow'}=${encodeURIComponent(name)}`
  const decisions = `/ledger?kind=decision&${who}`
  return (
    <li>
      <Group gap="xs" className="ranking-name">
        <To href={of === 'agent' ? `/sessions?${who}` : `/workflows/${encodeURIComponent(name)}`} fw={600}>
          {name}
        </To>
        <Badge color={color} variant="light" radius="sm" tt="none" title="How risky">
          {word === 'none' ? 'no risk known' : `${word} risk`}
        </Badge>
        {mode === 'observe' && (
          <Badge color="orange" variant="light" radius="sm" tt="none" title="Nothing of it is refused">
            observed only
          </Badge>
        )}
      </Group>
      <Text size="sm" component="div" className="ranking-risks">
        {risks.length === 0 && (
          <Text span c="dimmed" size="sm">
            nothing stands out
          </Text>
        )}
        {risks.map(({ says, of: operations }) => (
          <div key={says}>
            {says}
            {operations.length > 0 && ': '}
            {operations.slice(0, 4).map((operation, index) => (
              <span key={operation}>
                {index > 0 && ', '}
                <To
                  underline="always"
                  href={`${decisions}&operation=${encodeURIComponent(operation)}`}
                  ff="monospace"
                  fz="xs"
                >
                  {operation}
                </To>
              </span>
            ))}
            {operations.length > 4 && ` and ${operations.length - 4} more`}
          </div>
        ))}
      </Text>
      <Text size="sm" component="div" className="ranking-numbers">
        <To underline="always" href={decisions}>
          {counted(calls, 'call')}
        </To>
        ,{' '}
        <To underline="always" href={`${decisions}&effect=deny`}>
          {refused} refused
        </To>
        ,{' '}
        <To underline="always" href={`${decisions}&effect=ask`}>
          {asked} asked
        </To>
        , last <When at={last} />
      </Text>
    </li>
  )
}
