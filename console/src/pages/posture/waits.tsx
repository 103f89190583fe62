/** What stands still until somebody does something. */
import type { ReactElement } from 'react'
import type { Answer } from '../../ask.ts'
import { Fact, Panel } from '../../parts/panel.tsx'
import { When } from '../../parts/when.tsx'

type Given = Pick<Answer<'GET /api/posture'>, 'approvals' | 'doubts' | 'switches'>

export function Waits({ posture: { approvals, doubts, switches } }: { readonly posture: Given }): ReactElement {
  return (
    <Panel title="Waiting" aside="now">
      <dl className="facts">
        <Fact
          label="Calls that wait for an approval"
          value={approvals.n}
          href="/approvals"
          bad={approvals.n > 0}
          detail={<Since at={approvals.oldest} />}
        />
        <Fact
          label="Calls of unknown outcome"
          value={doubts.n}
          href="/switches"
          bad={doubts.n > 0}
          detail={<Since at={doubts.oldest} />}
        />
        <Fact label="Switched off by somebody" value={switches} href="/switches" />
      </dl>
    </Panel>
  )
}

function Since({ at }: { readonly at: number | undefined }): ReactElement | null {
  if (at === undefined) return null
  return (
    <>
      the oldest <When at={at} />
    </>
  )
}
