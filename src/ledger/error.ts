/**
 * The ledger failed. `code` is stable:
 *
 * - `unwritable`: the storage refused. Whether the entry was kept is not known; the caller may try again, which may record it twice.
 * - `full`: too many entries wait; nothing was kept.
 * - `unrecordable`: this entry cannot be written as JSON; nothing was kept, and trying again is no use.
 * - `forged`: what is stored is not what this ledger wrote. `index` is the first entry in doubt, when it is known.
 * - `key`: the signing key is lost, unreadable, or of another ledger.
 * - `closed`: the ledger was closed.
 */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode
  readonly index?: number
  constructor(code: LedgerErrorCode, message: string, options: ErrorOptions & { readonly index?: number } = {}) {
    super(message, options)
    this.name = 'LedgerError'
    this.code = code
    if (options.index !== undefined) this.index = options.index
  }
}

/** The closed list of what can go wrong. */
export type LedgerErrorCode = 'unwritable' | 'full' | 'unrecordable' | 'forged' | 'key' | 'closed'
