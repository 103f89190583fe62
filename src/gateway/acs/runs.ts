/** What the run of a session learns through hooks. Runs are kept by the guard; these are its ears here. */
import type { OperationId, Principal, Run } from '../../charter/charter.ts'

/** Something the agent came to know that is no word of its user. */
export interface Learnt {
  /** Whose answer it is, where the guard decided the call. */
  readonly operation?: OperationId
  /** The id under which the ledger has that call. */
  readonly call?: string
  /** The hook it came with. */
  readonly hook: string
  readonly value: unknown
}

/**
 * Told and asked for each session. What is thrown denies the step it was about: an agent must not go on with what its run does not know.
 * All may be left out: calls are then of no run.
 */
export interface AcsRuns {
  /** The run a session belongs to; asked for at its first step. */
  open?(session: { readonly principal: Principal; readonly purpose?: string }): Promise<Run | undefined>
  /** Words of the user. */
  prompt?(run: Run | undefined, text: string): Promise<void> | void
  learnt?(run: Run | undefined, learnt: Learnt): Promise<void> | void
  /** Words of the agent. */
  output?(run: Run | undefined, text: string): Promise<void> | void
  /** @param principal - Whose session it was. */
  end?(run: Run, principal: Principal): Promise<void> | void
}
