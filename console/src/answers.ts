/** Answers of the API as React sees them: kept, shared between pages, asked for again when something happened. */
import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type Answer, ask, type EndpointName, type Question, Refused } from './ask.ts'

export const answers = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && error instanceof Refused && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: true,
    },
  },
})

export interface AnswerOptions {
  readonly enabled?: boolean
  readonly everyMs?: number
  /** Shows what was there before while something else is asked for. */
  readonly keep?: boolean
}

/** What an endpoint answers, kept up to date. */
export function useAnswer<Name extends EndpointName>(
  name: Name,
  question: Question<Name>,
  { enabled = true, everyMs, keep = false }: AnswerOptions = {},
): UseQueryResult<Answer<Name>, Refused> {
  return useQuery<Answer<Name>, Refused>({
    queryKey: [name, question],
    queryFn: async ({ signal }) => (await ask(name, question, signal)) ?? (null as Answer<Name>),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  })
}

/** Something to do. Once done, what these endpoints answered is asked for again. */
export function useAct<Name extends EndpointName>(
  name: Name,
  changes: readonly EndpointName[] = [],
): UseMutationResult<Answer<Name>, Refused, Question<Name>> {
  const client = useQueryClient()
  return useMutation<Answer<Name>, Refused, Question<Name>>({
    mutationFn: (question) => ask(name, question),
    onSettled: () => Promise.all(changes.map((each) => client.invalidateQueries({ queryKey: [each] }))),
  })
}
