/** Entries page by page, as far as somebody looks; the newest again whenever there are newer ones and nobody has gone further. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Answer, ask, type Question, type Refused } from './ask.ts'
import { useNews } from './news.ts'

export type EntryQuery = NonNullable<Question<'GET /api/entries'>['query']>
export type Line = Answer<'GET /api/entries'>['entries'][number]

export interface EntryPages {
  readonly lines: readonly Line[]
  readonly error: Refused | null
  readonly isPending: boolean
  readonly hasMore: boolean
  readonly isLoading: boolean
  /** There are newer ones that are not shown. */
  readonly isOld: boolean
  more(): void
  /** Shows the newest. */
  refresh(): void
}

const paceMs = 1000

/** @param follow - Whether newer ones are shown by themselves. */
export function useEntryPages(
  query: EntryQuery,
  { limit = 100, follow = false }: { limit?: number; follow?: boolean },
): EntryPages {
  const client = useQueryClient()
  const text = JSON.stringify(query)
  const key = useMemo(() => ['entry-pages', text, limit], [text, limit])
  const page = useCallback(
    (past: number | undefined, signal?: AbortSignal) =>
      ask(
        'GET /api/entries',
        { query: { ...JSON.parse(text), limit, ...(past === undefined ? {} : { past }) } },
        signal,
      ),
    [text, limit],
  )
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next,
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
  const isOld = useFollowing(refresh, follow && (data?.pages.length ?? 0) <= 1)
  const lines = useMemo(() => data?.pages.flatMap(({ entries }) => entries) ?? [], [data])
  return {
    lines,
    error: error as Refused | null,
    isPending,
    hasMore: hasNextPage,
    isLoading: isFetching,
    isOld,
    more: () => void fetchNextPage(),
    refresh,
  }
}

/** Refreshes at most once a second as news come, while it may; otherwise says that there are some. */
function useFollowing(refresh: () => void, may: boolean): boolean {
  const [isOld, setOld] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ refresh, may })
  latest.current = { refresh, may }
  useEffect(() => () => clearTimeout(timer.current), [])
  useNews(
    useCallback(({ entries }) => {
      if (entries.length === 0) return
      if (!latest.current.may) return setOld(true)
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        setOld(false)
        latest.current.refresh()
      }, paceMs)
    }, []),
  )
  return isOld && !may
}
