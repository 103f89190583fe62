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
  /** Where the arguments that a `values` constraint speaks of came from. */
  readonly values?: Readonly<Record<ConstraintId, readonly TracedValue[]>>
  /** The classes of data the arguments carry. */
  readonly classes?: readonly ClassSeen[]
  /** How the server of a tool describes it now, beside what was approved. */
  readonly pins?: Readonly<Record<OperationId, Pin>>
}

/** `suspicious`: as it was approved, but what is said of it looks like an attack, and the charter holds such. */
export type Pin = 'pinned' | 'changed' | 'suspicious' | 'unknown'

/** Whose word a value is: the user's, an approver's, the system's of record, anybody's, or the model's alone. */
export type Trust = 'prompt' | 'endorsed' | 'trusted' | 'untrusted' | 'model'

/** One place where a value was seen before. */
export interface Origin {
  readonly trust: Trust
  /** Whose answer it was in, and where. */
  readonly operation?: OperationId
  readonly at?: string
  readonly call?: string
  /** How it was found again: written the same, in other letters, in another form, as a part, put together, encoded, or only looking the same. */
  readonly how?: 'same' | 'case' | 'form' | 'part' | 'joined' | 'encoded' | 'lookalike'
  /** It stands there whole, and the user's own words asked for the answer; `sole`: nothing else of its kind does. */
  readonly named?: 'among' | 'sole'
  /** Of what is endorsed: under which approval. */
  readonly approval?: string
  /** It was remembered from an earlier run. */
  readonly memory?: true
}

/** An argument, or one value in it, and where it was seen before; best first, empty when that cannot be told. */
export interface TracedValue {
  readonly at: string
  /** What of a longer text is meant, where it is not all of it. */
  readonly part?: 'account' | 'e-mail address' | 'host' | 'link' | 'number' | 'wallet'
  /** What is asked about, to be endorsed when it is approved; absent where the facts are not to hold it. */
  readonly value?: string | number
  readonly origins: readonly Origin[]
}

/** A class of data found in a call: where, and by which label or detector. */
export interface ClassSeen {
  readonly at: string
  readonly class: string
  readonly by: string
  /** Where the call goes, when that is no operation: the model. */
  readonly to?: { readonly kind: 'model'; readonly name: string }
  /** Where the source of the operation works on it, and who does: as its operator says. */
  readonly region?: string
  readonly provider?: string
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
