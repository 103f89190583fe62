import type { Entry, PrincipalSummary } from '../entry.ts'
import type { LedgerReader, SearchQuery, StoredEntry } from '../storage/storage.ts'

/** One entry to hand on: its place, the hash of its leaf, and what it says. */
export interface LedgerEvent {
  readonly index: number
  readonly hash: Buffer
  readonly entry: Entry
}

/** Where the events come from. */
export interface EventSource {
  /** Name of the ledger. */
  readonly origin: string
  readonly version: string
}

/** The entries a search finds, oldest first, all pages of it; those whose text was pruned are left out. */
export async function* readEvents(
  reader: LedgerReader,
  query: Omit<SearchQuery, 'order'> = {},
): AsyncGenerator<LedgerEvent> {
  for (let past = query.past; ; ) {
    const page = await reader.search({
      ...query,
      limit: 1000,
      order: 'oldest',
      ...(past === undefined ? {} : { past }),
    })
    for (const stored of page.entries) yield* eventOf(stored)
    if (page.next === undefined) return
    past = page.next
  }
}

/** Who an entry is about; nobody for the records of a node itself. */
export function principalOf(entry: Entry): PrincipalSummary | undefined {
  return 'principal' in entry ? entry.principal : undefined
}

/** Which operation an entry is about, if any. */
export function operationOf(entry: Entry): string | undefined {
  return 'operation' in entry ? entry.operation : undefined
}

/** What was said or came of it: the effect of a decision or an answer, the outcome of a call. */
export function effectOf(entry: Entry): string | undefined {
  if ('effect' in entry) return entry.effect
  return 'outcome' in entry ? entry.outcome : undefined
}

function* eventOf({ index, hash, text }: StoredEntry): Generator<LedgerEvent> {
  if (text === undefined) return
  const entry: Entry = JSON.parse(text)
  yield { index, hash, entry }
}
