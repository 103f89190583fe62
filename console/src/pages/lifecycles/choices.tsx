/** What is shown of a drawing: kept in the address, chosen above it, and what lights up as calls come in. */
import { Group, SegmentedControl } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type ReactElement, useCallback, useState } from 'react'
import { type NewsItem, useNews } from '../../news.ts'
import { Legend } from './numbers.tsx'
import { spans, type View } from './seen.ts'

const pulseMs = 1200

export type Change = (next: Readonly<Record<string, string>>) => void

/** Changes what the address says; what is empty is left out. */
export function useChange(): Change {
  const navigate = useNavigate()
  return useCallback(
    (next) =>
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: (before: Readonly<Record<string, unknown>>) =>
          Object.fromEntries(Object.entries({ ...before, ...next }).filter(([, value]) => value !== '')),
      }),
    [navigate],
  )
}

export interface ChoicesProps {
  readonly view: View
  readonly change: Change
  /** What dashed lines are here. */
  readonly dashed: string
}

export function Choices({ view, change, dashed }: ChoicesProps): ReactElement {
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Span of time"
        data={[...spans]}
        value={view.span}
        onChange={(span) => change({ span })}
      />
      <SegmentedControl
        size="xs"
        aria-label="What is shown"
        data={[
          { value: 'all', label: 'All' },
          { value: 'never', label: 'Never seen' },
          { value: 'unintended', label: 'Not intended' },
        ]}
        value={view.show}
        onChange={(show) => change({ show })}
      />
      <Legend dashed={dashed} />
    </Group>
  )
}

type Summary = NewsItem['entries'][number]

/** What decisions that just came in are about. @param of - Must be stable; undefined where it is about something else. */
export function usePulses(of: (decision: Summary) => string | undefined): ReadonlySet<string> {
  const [pulsing, setPulsing] = useState<ReadonlySet<string>>(new Set())
  const hear = useCallback(
    ({ entries }: NewsItem) => {
      const seen = entries.flatMap((entry) => (entry.kind === 'decision' ? (of(entry) ?? []) : []))
      if (seen.length === 0) return
      setPulsing(new Set(seen))
      setTimeout(() => setPulsing(new Set()), pulseMs)
    },
    [of],
  )
  useNews(hear)
  return pulsing
}
