/** Entries of the ledger, page by page. */
import { useMemo } from 'react'
import { type Answer, ask, type Question } from './ask.ts'
import { type Pages, usePages } from './paging.ts'

export type EntryQuery = NonNullable<Question<'GET /api/entries'>['query']>
export type Line = Answer<'GET /api/entries'>['entries'][number]

export interface EntryPages extends Omit<Pages<unknown>, 'pages'> {
  readonly lines: readonly Line[]
}

/** @param follow - Whether newer ones are shown by themselves. */
export function useEntryPages(
  query: EntryQuery,
  { limit = 100, follow = false }: { limit?: number; follow?: boolean },
): EntryPages {
  const { pages, ...rest } = usePages({
    key: ['entry-pages', query, limit],
    ask: (past: number | undefined, signal) =>
      ask('GET /api/entries', { query: { ...query, limit, ...(past === undefined ? {} : { past }) } }, signal),
    next: (page) => page.next,
    ages: ({ entries }) => entries.length > 0,
    follow,
  })
  const lines = useMemo(() => pages.flatMap(({ entries }) => entries), [pages])
  return { lines, ...rest }
}
