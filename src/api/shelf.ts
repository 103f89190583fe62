/** What the console asks of whoever keeps things for it that neither the guard nor the ledger needs: sessions, reports, messages to be told. */

/** One thing on the shelf. `version` grows with each change. Times in milliseconds since 1970. */
export interface Item {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly at: number
  /** From then on it is not found. */
  readonly expires?: number
  /** JSON, kept as given. */
  readonly content: unknown
}

export type NewItem = Omit<Item, 'version'>

/** Shared by every node that opens the same one. Durable when a promise resolves. */
export interface Shelf {
  get(kind: string, id: string): Promise<Item | undefined>
  /** By id, from the one after `after`; at most `limit` (100 by default, 1,000 at most). */
  list(kind: string, options?: { readonly after?: string; readonly limit?: number }): Promise<readonly Item[]>
  /**
   * Keeps it, whatever was there. With `version`, only while that is the version of what is there; 0 stands for nothing.
   *
   * @returns false when there is another version: then nothing was kept.
   */
  put(item: NewItem, version?: number): Promise<boolean>
  /** @returns false when it was not there. */
  drop(kind: string, id: string): Promise<boolean>
  /** Drops what expired before `now`. */
  forget(now: number): Promise<void>
  close(): Promise<void>
}
