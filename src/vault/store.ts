/** What the vault asks of the engine that keeps it. The engine sees names, numbers and sealed text, never a value. */

/** Who a secret is, as it is stored: `detail` is JSON of a `Head`, `seal` what shows that it was written by somebody with the master key. */
export interface StoredHead {
  readonly name: string
  /** Grows by one with every change. */
  readonly revision: number
  readonly detail: string
  readonly seal: string
}

/** One version of a secret, sealed; `detail` is JSON of a `SealedVersion`. */
export interface StoredVersion {
  readonly name: string
  readonly version: number
  readonly detail: string
}

/** All there is, as of one moment. */
export interface VaultRows {
  readonly generation: number
  readonly heads: readonly StoredHead[]
  readonly versions: readonly StoredVersion[]
}

/** How often one secret was used by one kind of call. Empty text where something is not known. Times in milliseconds since 1970. */
export interface UseCount {
  readonly name: string
  readonly version: number
  readonly workflow: string
  readonly operation: string
  readonly agent: string
  readonly count: number
  readonly last: number
}

/** Where secrets are kept. Shared by all nodes of a guard. Every engine passes test/vault/contract.ts. @throws {VaultError} `unavailable`. */
export interface VaultStore {
  /** Another number after every change of a secret, made by whomever. */
  generation(): Promise<number>
  read(): Promise<VaultRows>
  /**
   * Puts a secret in the place of what was stored under its name, all versions included, if that was at revision `expected` (0: nothing).
   *
   * @returns false when it was not, and nothing was changed.
   */
  replace(expected: number, head: StoredHead, versions: readonly StoredVersion[]): Promise<boolean>
  /** Adds to what was counted. */
  count(uses: readonly UseCount[]): Promise<void>
  uses(): Promise<readonly UseCount[]>
  close(): Promise<void>
}
