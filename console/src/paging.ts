/** What an endpoint lists page by page, as far as somebody looks; the first page again as news come, while nobody has gone further. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Refused } from './ask.ts'
import { type NewsItem, useNews } from './news.ts'

/** However much happens, the first page is asked for again at most so often. */
const paceMs = 1000

export interface Paged<Page, Cursor> {
  /** What tells these pages from others. */
  readonly key: readonly unknown[]
  readonly ask: (cursor: Cursor | undefined, signal?: AbortSignal) => Promise<Page>
  /** Where the next page begins; undefined when there is none. */
  readonly next: (page: Page) => Cursor | undefined
  /** Whether the first page may be another one since. */
  readonly ages: (news: NewsItem) => boolean
  /** Whether it is asked for again by itself. */
  readonly follow: boolean
}

export interface Pages<Page> {
  readonly pages: readonly Page[]
  readonly error: Refused | null
  readonly isPending: boolean
  readonly hasMore: boolean
  readonly isLoading: boolean
  /** There is something newer that is not shown. */
  readonly isOld: boolean
  more(): void
  /** Shows the newest. */
  refresh(): void
}

export function usePages<Page, Cursor>({ key, ask, next, ages, follow }: Paged<Page, Cursor>): Pages<Page> {
  const client = useQueryClient()
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery<
    Page,
    Refused,
    InfiniteData<Page>,
    readonly unknown[],
    Cursor | undefined
  >({
    queryKey: key,
    // Its own type is not worked out where the cursor's is not known yet.
    queryFn: ({ pageParam, signal }) => ask(pageParam as Cursor | undefined, signal),
    initialPageParam: undefined,
    getNextPageParam: next,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 20_000,
  })
  const refresh = (): void => {
    void ask(undefined).then(
      (first) => client.setQueryData(key, { pages: [first], pageParams: [undefined] }),
      // What is shown stays; the next piece of news tries again.
      () => undefined,
    )
  }
  const isOld = useFollowing(refresh, ages, follow && (data?.pages.length ?? 0) <= 1)
  return {
    pages: useMemo(() => data?.pages ?? [], [data]),
    error,
    isPending,
    hasMore: hasNextPage,
    isLoading: isFetching,
    isOld,
    more: () => void fetchNextPage(),
    refresh,
  }
}

/** Refreshes as news come, while it may; otherwise says that there are some. */
function useFollowing(refresh: () => void, ages: (news: NewsItem) => boolean, may: boolean): boolean {
  const [isOld, setOld] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef({ refresh, ages, may })
  latest.current = { refresh, ages, may }
  useEffect(() => () => clearTimeout(timer.current), [])
  useNews(
    useCallback((news) => {
      if (!latest.current.ages(news)) return
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
