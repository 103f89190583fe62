import type { ReactElement } from 'react'
import { Page } from '../parts/page.tsx'
import { useSession } from '../viewer.ts'

export function Posture(): ReactElement {
  return (
    <Page title="Posture" question="Is anything open that should not be?">
      {useSession()?.charter}
    </Page>
  )
}
