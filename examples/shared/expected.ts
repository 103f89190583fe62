/** What a proof must say of a flaw: one finding, at one of these operations, of one of these classes. */
export interface Proven {
  readonly operations: readonly string[]
  readonly classes: readonly string[]
  /** Operations that must be proven before, so that there is something to work with. */
  readonly after?: readonly string[]
  /** One finding for each of several operations that share the missing check. */
  readonly each?: true
}

/** A flaw that is not proven yet, and why. */
export interface Missed {
  readonly missed: string
}
