import type { ConstraintId, ObjectFact, OperationId, Principal, Slot } from '../charter/charter.ts'

/**
 * What was known before a call; never includes its effect. Plain JSON: a decision can be repeated from the stored text of its facts.
 *
 * In every map a missing entry means "not known", and whatever needs it cannot be evaluated and denies.
 */
export interface Facts {
  /** By slot; null for an object known not to exist. */
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  /** What the scope of this call has used already, for `once`, `limit` and `rate`. */
  readonly counters: Readonly<Record<ConstraintId, Counter>>
  /** Earlier effective uses in the scope of this call, oldest first, for `order` and `separation`. */
  readonly history: Readonly<Record<ConstraintId, readonly PastUse[]>>
  /** By the name of the approval: what was granted for the object of this call and is not yet used up. */
  readonly grants: Readonly<Record<string, readonly Grant[]>>
}

/** Earlier uses in one scope and window. `sum` is exact: a JS number, or decimal text. */
export interface Counter {
  readonly count: number
  readonly sum: number | string
}

/** One earlier effective use. `at` is milliseconds since 1970, UTC. */
export interface PastUse {
  /** Its operation; or its move, where that is what the rule names. */
  readonly operation: OperationId
  /** Absent when the caller was not signed in. */
  readonly principal?: string
  readonly at: number
}

/** One approval as it was given. */
export interface Grant {
  readonly by: Principal
  readonly at: number
  /** The representation of the object when it was granted. */
  readonly value: unknown
  readonly revoked?: boolean
}

/** Facts of a call that needs none. */
export const noFacts: Facts = { objects: {}, counters: {}, history: {}, grants: {} }
