import type { ConstraintId, ConstraintKind, OperationId, UseId } from '../charter/charter.ts'
import type { Obligation } from '../constraint/kind.ts'

/** Why a call is not allowed: one demand, and how it is not met. */
export interface Reason {
  /** Or why no demand was looked at: nothing permits the operation, or the charter does not know it. */
  readonly constraint: ConstraintId | 'not-permitted' | 'unknown-operation'
  /** `by` when nothing permits the operation. */
  readonly kind: ConstraintKind
  /** `broken`: false of this call. `unknown`: cannot be evaluated. `ask`: an approval is lacking. */
  readonly outcome: 'broken' | 'unknown' | 'ask'
  /** One plain sentence: the rule, in its owner's words where there are any, and what is the matter. */
  readonly says: string
  /** The approval that would make up for it, where that is not the constraint itself. */
  readonly approval?: string
  /** Operations to look up what to say instead, where the charter names some. */
  readonly lookUp?: readonly OperationId[]
}

/** The answer for one call. `deny` and `ask` have reasons, `modify` has obligations. `defer` is never decided here: a guard says it. */
export interface Decision {
  readonly effect: 'allow' | 'deny' | 'ask' | 'modify' | 'defer'
  /** The use that is allowed, or that came nearest. */
  readonly use?: UseId
  readonly reasons: readonly Reason[]
  readonly obligations: readonly Obligation[]
}
