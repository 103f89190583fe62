/** Sessions page by page; the latest again as news come, while nobody has gone further. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { type Answer, ask, type Question, type Refused } from '../../ask.ts'
import { useNews } from '../../news.ts'

type SessionQuery = NonNullable<Question<'GET /api/sessions'>['query']>
type Sessions = Answer<'GET /api/sessions'>['sessions']

const perPage = 100
const paceMs = 1500

interface Cursor {
  readonly before: number
  readonly past: string
}

export interface SessionPages {
  readonly sessions: Sessions
  readonly error: Refused | null
  readonly isPending: boolean
  readonly hasMore: boolean
  readonly isLoading: boolean
  more(): void
}

export function useSessionPages(query: SessionQuery): SessionPages {
  const client = useQueryClient()
  const text = JSON.stringify(query)
  const key = useMemo(() => ['session-pages', text], [text])
  const page = useCallback(
    (cursor: Cursor | undefined, signal?: AbortSignal): Promise<{ readonly sessions: Sessions }> =>
      ask('GET /api/sessions', { query: { ...JSON.parse(text), limit: perPage, ...cursor } }, signal),
    [text],
  )
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: undefined as Cursor | undefined,
    getNextPageParam: ({ sessions }) => {
      const last = sessions.at(-1)
      return last === undefined || sessions.length < perPage ? undefined : { before: last.last, past: last.id }
    },
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 20_000,
  })
  const refresh = useCallback(() => {
    void page(undefined).then(
      (first) => client.setQueryData(key, { pages: [first], pageParams: [undefined] }),
      // What is shown stays; the next piece of news tries again.
      () => undefined,
    )
  }, [client, key, page])
  useFollowing(refresh, (data?.pages.length ?? 0) <= 1)
  const sessions = useMemo(() => data?.pages.flatMap((each) => each.sessions) ?? [], [data])
  const more = (): void => void fetchNextPage()
  return { sessions, error: error as Refused | null, isPending, hasMore: hasNextPage, isLoading: isFetching, more }
}

function useFollowing(refresh: () => void, may: boolean): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ refresh, may })
  latest.current = { refresh, may }
  useEffect(() => () => clearTimeout(timer.current), [])
  useNews(
    useCallback(({ kinds }) => {
      if (!latest.current.may || !kinds.some((kind) => kind === 'decision' || kind === 'run')) return
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        latest.current.refresh()
      }, paceMs)
    }, []),
  )
}
