import type { Expression } from '../cel/parse-cel.ts'
import type { Choice, Constraint, OperationId, Position } from './charter.ts'
import type { Pointer } from './pointer.ts'

/** Somebody else's consent that calls can need. */
export interface Approval {
  readonly name: string
  readonly neededWhen?: Expression
  readonly choices: readonly Choice[]
  /** `requester` (created it, owns it, or makes the call that needs it) or parties of the object. */
  readonly not: readonly string[]
  readonly quorum: number
  readonly validForMs?: number
  readonly binds?: readonly Pointer[]
  readonly grant?: OperationId
  readonly revoke?: OperationId
  /** A class of calls may be approved at once: no longer, no more often than this; `amount` is what a bound limits. */
  readonly standing?: { readonly validForMs: number; readonly uses: number; readonly amount?: Expression }
  readonly says?: string
  readonly position: Position
}

/** The approvals a constraint may ask for. */
export function approvalsOf(constraint: Constraint): readonly string[] {
  if (constraint.kind === 'approval') return [constraint.approval]
  return 'approvals' in constraint ? constraint.approvals : []
}
