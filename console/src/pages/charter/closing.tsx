/** A change that was begun at a finding, to close it: the lines it takes are changed, and it says what is next. */
import { Alert, Text } from '@mantine/core'
import { type ReactElement, useEffect, useState } from 'react'
import { useAnswer } from '../../answers.ts'
import type { Answer } from '../../ask.ts'
import { Go } from '../../parts/go.tsx'
import type { Charter, Drafting, Files } from './draft.ts'

type Detail = Answer<'GET /api/findings/{fingerprint}'>
type Edit = Detail['guard']['enforcing'][number]

export interface Closing {
  /** Whether the editor may be shown: its text is as it is to begin with. */
  readonly isBegun: boolean
  readonly finding?: Detail['finding']
}

/** Makes the change once, when the page is opened for a finding. */
export function useClosing(charter: Charter, drafting: Drafting, fingerprint: string | undefined): Closing {
  const parameters = { fingerprint: fingerprint ?? '' }
  const isAsked = fingerprint !== undefined
  const { data, error } = useAnswer('GET /api/findings/{fingerprint}', { parameters }, { enabled: isAsked })
  const [begun, setBegun] = useState<string>()
  const isOpen = !drafting.isStale && data !== undefined && begun !== fingerprint
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed later is not changed again
  useEffect(() => {
    if (!isOpen) return
    if (data.guard.enforcing.length > 0)
      drafting.replace(amended(charter.files, drafting.draft.files, data.guard.enforcing))
    setBegun(fingerprint)
  }, [isOpen])
  if (!isAsked || error !== null) return { isBegun: true }
  return { isBegun: begun === fingerprint, ...(data === undefined ? {} : { finding: data.finding }) }
}

/** The draft with these lines changed, as far as they are there. Pure. */
export function amended(inForce: Files, draft: Files, edits: readonly Edit[]): Files {
  const files = { ...draft }
  for (const { file, line, before, after } of edits) {
    const lines = (files[file] ?? inForce[file] ?? '').split('\n')
    const at = lines[line - 1] === before ? line - 1 : lines.indexOf(before)
    if (at >= 0) files[file] = lines.with(at, after).join('\n')
  }
  return files
}

export function ClosingNote({ finding }: { readonly finding: Detail['finding'] }): ReactElement {
  const { fingerprint, title, guard } = finding
  const name = (
    <Go to="/findings/$fingerprint" params={{ fingerprint }} size="sm" underline="always">
      {title}
    </Go>
  )
  if (guard === 'refuses')
    return (
      <Alert color="green" p="xs" role="status">
        <Text size="sm">In force: the guard refuses it now. Verify it through the guard: {name}</Text>
      </Alert>
    )
  return (
    <Alert color="blue" p="xs">
      <Text size="sm">
        This change makes the guard refuse: {name}. See what it does under Difference, try it on recorded calls, then
        propose it.
      </Text>
    </Alert>
  )
}
