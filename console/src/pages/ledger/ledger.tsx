/** Every entry of the ledger: found, opened, verified here, and taken along. */
import { Group, Stack } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, type ReactElement, Suspense, useCallback } from 'react'
import { Page } from '../../parts/page.tsx'
import { Side } from '../../parts/side.tsx'
import { LedgerTrust } from '../../parts/trust.tsx'
import { EntryDetail } from './entry.tsx'
import { ExportMenu } from './export.tsx'
import { isNumber, type LedgerSearch, readSearch, writeSearch } from './fields.ts'
import { Filter } from './filter.tsx'
import { Found } from './found.tsx'
import { Places } from './places.tsx'
import '../record/record.css'

const Histogram = lazy(() => import('./histogram.tsx'))

export function Ledger(): ReactElement {
  const search = readSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const change = useCallback(
    (next: LedgerSearch) => void navigate({ to: '/ledger', search: writeSearch(next), resetScroll: false }),
    [navigate],
  )
  const { entry: open, ...rest } = search
  return (
    <Page
      title="Ledger"
      question="What happened, and can it be believed?"
      actions={
        <Group gap="xs">
          <Places />
          <ExportMenu search={search} />
        </Group>
      }
    >
      <LedgerTrust />
      <Stack gap="xs">
        <Filter search={search} change={change} />
        <Suspense fallback={<div className="histogram" />}>
          <Histogram search={search} change={change} />
        </Suspense>
      </Stack>
      <Found search={search} change={change} />
      <Side title={`Entry ${open}`} opened={isNumber(open)} onClose={() => change(rest)} closing="Close the entry">
        {isNumber(open) && <EntryDetail index={Number(open)} />}
      </Side>
    </Page>
  )
}
