/** The charter in force, and what somebody would make of it. */
import { lazy, type ReactElement, Suspense } from 'react'
import { useAnswer } from '../../answers.ts'
import { Page } from '../../parts/page.tsx'
import { Failure, Loading } from '../../parts/state.tsx'

// The editor is the largest part of all pages: it comes while the charter is asked for, and the page is there meanwhile.
const coming = import('./bench.tsx')
const Begun = lazy(() => coming)

export function Charter(): ReactElement {
  const { data, error } = useAnswer('GET /api/charter', {})
  return (
    <Page title="Charter" question="What is the intended process, and what would a change of it do?">
      {error !== null && <Failure error={error} />}
      {error === null && (
        <Suspense fallback={<Loading />}>{data === undefined ? <Loading /> : <Begun charter={data} />}</Suspense>
      )}
    </Page>
  )
}
