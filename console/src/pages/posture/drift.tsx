/** Where reality is not as it was written down. */
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { Fact, Panel } from '../../parts/panel.tsx'
import { When } from '../../parts/when.tsx'

type Day = Answer<'GET /api/posture'>['day']

export function Drift({ day }: { readonly day: Day }): ReactElement {
  const { toolsHeld, toolsNoted, charterRefused, astray, undescribed, from } = day
  const tools = '/inventory?tab=operations'
  const unknown = `/ledger?kind=decision&operation=undescribed&from=${from}`
  return (
    <Panel title="Drift" aside="last 24 hours">
      <dl className="facts">
        <Fact
          label="Objects in a state nothing leads to"
          value={astray}
          href={`/ledger?kind=outcome&rule=astray&from=${from}`}
          bad={astray > 0}
        />
        <Fact label="Tools held: not as approved" value={toolsHeld} href={tools} bad={toolsHeld > 0} />
        {toolsNoted > 0 && <Fact label="Tools to look at" value={toolsNoted} href={tools} bad />}
        <Fact
          label="Requests no description has, passed"
          value={undescribed.passed}
          href={`${unknown}&effect=allow`}
          bad={undescribed.passed > 0}
        />
        <Fact
          label="Requests no description has, refused"
          value={undescribed.refused}
          href={`${unknown}&effect=deny`}
        />
        {charterRefused !== undefined && (
          <Fact
            label={`Changed charter refused: ${charterRefused.says}`}
            value="see"
            href="/ledger?kind=charter"
            bad
            detail={<When at={charterRefused.at} />}
          />
        )}
      </dl>
    </Panel>
  )
}
