/** What the ledger asks of the engine that keeps it. The engine knows neither hashes nor entries: it stores rows. */
import type { HashSource } from '../proof.ts'
import type { SubjectKey } from '../seal.ts'
import type { TreeNode } from '../tree.ts'

/** How far the ledger reaches: the size of the tree, its right edge, and a seal over both that only the ledger can make. */
export interface StoredHead {
  readonly size: number
  readonly frontier: Buffer
  readonly seal: Buffer
}

/** By what an entry can be found; `at` in milliseconds since 1970. */
export interface Columns {
  readonly at: number
  readonly kind: string
  readonly call: string | null
  readonly operation: string | null
  readonly principal: string | null
  readonly effect: string | null
}

/** One entry as it is stored: its canonical text, undefined once it was pruned, and the hash of its leaf. */
export interface StoredEntry {
  readonly index: number
  readonly hash: Buffer
  readonly text: string | undefined
}

/** One new entry. */
export interface NewRow extends Columns {
  readonly index: number
  readonly hash: Buffer
  readonly text: string
}

/** What one commit adds. */
export interface Batch {
  readonly rows: readonly NewRow[]
  readonly nodes: readonly TreeNode[]
  readonly head: StoredHead
}

/** What to look for; everything absent is not asked. Times in milliseconds since 1970, `to` not included. */
export interface SearchQuery {
  readonly from?: number
  readonly to?: number
  readonly kind?: string
  readonly call?: string
  readonly operation?: string
  readonly principal?: string
  readonly effect?: string
  /** Default: newest first. */
  readonly order?: 'newest' | 'oldest'
  /** Go on after this index, in that order. */
  readonly past?: number
  /** At most 1,000; default 100. */
  readonly limit?: number
}

/** One page of what was found. `next` is given when there may be more: ask again with it as `past`. */
export interface SearchPage {
  readonly entries: readonly StoredEntry[]
  readonly next?: number
}

/** The ledger as it is read. Safe beside a writer. */
export interface LedgerReader {
  /** Undefined for a ledger nobody has written to. */
  head(): Promise<StoredHead | undefined>
  /** Entries from `from` up to, not including, `to`, in chunks; an entry that is missing is left out, not waited for. */
  entries(from: number, to: number): AsyncIterable<readonly StoredEntry[]>
  readonly hashes: HashSource
  search(query: SearchQuery): Promise<SearchPage>
  /** Index of the first entry not older than `at`, or the size of the ledger. */
  firstSince(at: number): Promise<number>
  /** Checkpoints over more than `size` entries, smallest first; all when no `limit` is given. */
  checkpoints(size: number, limit?: number): Promise<readonly string[]>
  lastCheckpoint(): Promise<string | undefined>
  close(): Promise<void>
}

/** The ledger as it is written. Every engine passes test/ledger/contract.ts. */
export interface Storage extends LedgerReader {
  /**
   * Adds what `build` makes of the head, in one transaction that excludes every other on any node; durable when it resolves.
   *
   * @throws whatever the engine throws; then it is not known whether the batch was kept, and the head must be read again.
   */
  append(build: (head: StoredHead | undefined) => Batch): Promise<void>
  keepCheckpoint(size: number, note: string): Promise<void>
  /** Drops some of the texts, and what they can be found by, of entries before index `upTo`; `at` and kind stay. True when there are more. */
  prune(upTo: number): Promise<boolean>
}

/** Where the keys to the private parts are: apart from the ledger, so that one can be dropped. */
export interface KeyStore {
  /** The key of each subject, made when there is none; durable when it resolves. */
  obtain(subjects: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>>
  find(id: string): Promise<SubjectKey | undefined>
  idsOf(subject: string): Promise<readonly string[]>
  /** Forgets every key of a subject, for good. */
  drop(subject: string): Promise<void>
  close(): Promise<void>
}

/** Where a ledger is kept. */
export type StorageConfig =
  | { readonly type: 'sqlite'; readonly file: string; readonly keys: string }
  | { readonly type: 'postgres'; readonly url: string }
