/** Sessions page by page, the latest first. */
import { useMemo } from 'react'
import { type Answer, ask, type Question } from '../../ask.ts'
import { type Pages, usePages } from '../../paging.ts'

type SessionQuery = NonNullable<Question<'GET /api/sessions'>['query']>
type Sessions = Answer<'GET /api/sessions'>['sessions']

const perPage = 100

interface Cursor {
  readonly before: number
  readonly past: string
}

export interface SessionPages extends Omit<Pages<unknown>, 'pages'> {
  readonly sessions: Sessions
}

export function useSessionPages(query: SessionQuery): SessionPages {
  const { pages, ...rest } = usePages({
    key: ['session-pages', query],
    ask: (cursor: Cursor | undefined, signal) =>
      ask('GET /api/sessions', { query: { ...query, limit: perPage, ...cursor } }, signal),
    next: ({ sessions }) => {
      const last = sessions.at(-1)
      return last === undefined || sessions.length < perPage ? undefined : { before: last.last, past: last.id }
    },
    ages: ({ kinds }) => kinds.some((kind) => kind === 'decision' || kind === 'run'),
    follow: true,
  })
  const sessions = useMemo(() => pages.flatMap((each) => each.sessions), [pages])
  return { sessions, ...rest }
}
