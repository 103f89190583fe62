/** The ledger as this browser verifies it: followed from checkpoint to checkpoint, and each entry proven in the tree it follows. */
import { useQuery } from '@tanstack/react-query'
import { useAnswer } from './answers.ts'
import { ask, Refused } from './ask.ts'
import { type ProofVerdict, verifyEntry } from './verify/entry-proof.ts'
import { type Course, follow } from './verify/remembered.ts'

/** Whether this browser can compute what is needed; pages over plain HTTP from elsewhere cannot. */
export function canVerify(): boolean {
  return globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined
}

async function prove(from: number, to: number): Promise<readonly string[]> {
  return (await ask('GET /api/ledger/consistency', { query: { from, to } })).path
}

// Two pages that verify at once would each see what the other remembers half way.
let turn: Promise<unknown> = Promise.resolve()

function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const next = turn.then(work, work)
  turn = next
  return next
}

export interface Followed {
  readonly course: Course | undefined
  readonly failed: boolean
}

/** How the ledger went on since this browser saw it last; undefined until that is known, or while there is no checkpoint. */
export function useCourse(): Followed {
  const { data: ledger } = useAnswer('GET /api/ledger', {}, { everyMs: 10_000 })
  const checkpoint = ledger?.checkpoint
  const { data, isError } = useQuery({
    queryKey: ['course', ledger?.key, checkpoint],
    queryFn: () =>
      inTurn(() => {
        const shown = { key: ledger?.key ?? '', checkpoint: checkpoint ?? '' }
        return follow(localStorage, shown, { prove, now: Date.now() })
      }),
    enabled: checkpoint !== undefined && canVerify(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
  })
  return { course: data, failed: isError }
}

/** What was found of one entry. `waiting`: no checkpoint covers it yet. `file` is the proof, to keep. */
export type EntryProof =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'verdict'; readonly verdict: ProofVerdict; readonly file: string }

/** Verifies one entry in the tree that this browser follows. */
export function useEntryProof(
  index: number,
  text: string | undefined,
): {
  readonly proof: EntryProof | undefined
  readonly course: Course | undefined
  readonly error: Refused | undefined
} {
  const { course, failed } = useCourse()
  const size = course !== undefined && 'key' in course ? course.head.size : undefined
  const { data, error } = useQuery<EntryProof, Refused>({
    queryKey: ['proof', index, text, size !== undefined && size > index],
    queryFn: async () => {
      if (course === undefined || !('key' in course) || course.head.size <= index) return { kind: 'waiting' }
      const { proof } = await ask('GET /api/ledger/entries/{index}/proof', {
        parameters: { index: String(index) },
        query: { size: course.head.size },
      })
      if (proof === undefined) return { kind: 'waiting' }
      return {
        kind: 'verdict',
        file: proof,
        verdict: await verifyEntry(proof, course.key, { index, text: text ?? '' }),
      }
    },
    enabled: text !== undefined && size !== undefined,
    refetchInterval: ({ state }) => (state.data?.kind === 'waiting' ? 2000 : false),
    gcTime: 30_000,
    retry: false,
  })
  const gone = failed ? new Refused(0, 'unverified', 'what is needed to verify did not come') : undefined
  return { proof: data, course, error: error ?? gone }
}
