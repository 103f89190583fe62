import type { ReactElement } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading } from '../../parts/state.tsx'
import { Drift } from './drift.tsx'
import { Flaws } from './flaws.tsx'
import { Health } from './health.tsx'
import { LastHour } from './last-hour.tsx'
import './posture.css'
import { Proof } from './proof.tsx'
import { Ranking } from './ranking.tsx'
import { Verdict } from './verdict.tsx'
import { Waits } from './waits.tsx'

export function Posture(): ReactElement {
  const { data, error } = useAnswer('GET /api/posture', {}, { everyMs: 15_000 })
  const found = useAnswer('GET /api/findings', {}, { everyMs: 30_000 }).data
  const coverage = useAnswer('GET /api/coverage', {}, { everyMs: 30_000 }).data
  return (
    <Page title="Posture" question="Is anything open that should not be?">
      {error !== null && <Failure error={error} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Verdict verdict={data.verdict} />
          {found !== undefined && <Flaws findings={found.findings} />}
          <div className="posture">
            {found !== undefined && coverage !== undefined && <Proof found={found} coverage={coverage} />}
            <LastHour hour={data.hour} />
            <Waits posture={data} />
            <Drift day={data.day} />
            <Health ledger={data.ledger} />
          </div>
          <Ranking title="Agents by risk" of="agent" ranked={data.agents} />
          <Ranking title="Workflows by risk" of="workflow" ranked={data.workflows} />
        </>
      )}
    </Page>
  )
}
