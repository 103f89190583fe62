/** Why something of the vault cannot be had. Stable; the message never has a value in it. */
export type VaultErrorCode =
  /** The master key is missing, unfit, readable by others, or not the one that was used. */
  | 'master-key'
  /** What is stored is not what was sealed: changed, cut, moved from another row. */
  | 'altered'
  /** What is stored is older than what is on the record. */
  | 'replayed'
  | 'disabled'
  | 'unknown'
  /** It is not where or what it should be: a value that cannot stand in a header, a body that is no JSON. */
  | 'unplaceable'
  /** Two secrets want the same place of one call. */
  | 'ambiguous'
  /** Somebody else changed it at the same time. */
  | 'conflict'
  /** The store, the key command or the other vault does not answer, or the use cannot be put on the record. */
  | 'unavailable'
  /** The other vault answered, and does not give it. */
  | 'refused'

/** What the vault throws. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  /** Which secret it is about. */
  readonly secret: string | undefined

  constructor(
    code: VaultErrorCode,
    message: string,
    { secret, cause }: { readonly secret?: string; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.secret = secret
  }
}
