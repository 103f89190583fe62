/** One call, on a page of its own. */
import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Page } from '../../parts/page.tsx'
import { CallDetail } from './call-detail.tsx'
import './record.css'

export function CallPage(): ReactElement {
  const { call = '' } = useParams({ strict: false }) as { readonly call?: string }
  return (
    <Page title="Call" question="What was asked, what was decided, why, and what came of it?">
      <CallDetail call={call} />
    </Page>
  )
}
