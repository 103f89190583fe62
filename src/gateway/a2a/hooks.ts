/** What others do for the gateway: what the next agent is told of who asks. */
import type { OperationId, Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'

/** What an agent said. */
export interface Heard {
  readonly operation: OperationId
  /** The id under which the ledger has the call. */
  readonly call: string
  readonly value: unknown
  /** The state of its task, where it has one. `TASK_STATE_AUTH_REQUIRED` is a wish, and authorizes nothing. */
  readonly state?: string
}

/** All may be left out. What is thrown refuses what it was about. */
export interface A2aHooks {
  /** What an agent said, before its client sees it: each event of a stream. The run has it already. */
  heard?(heard: Heard): Promise<void> | void
  /**
   * The headers by which the next agent learns who asks: a token of ours, for it alone, that says whom it is for and may do no more than the
   * call. What callers signed in with is never sent on.
   */
  delegate?(asked: {
    readonly source: string
    readonly operation: OperationId
    readonly principal: Principal
    /** The run whose token the caller showed: what may be passed on of it (`guard.runs.delegate`). */
    readonly run: RunHandle | undefined
    readonly call: string
  }): Promise<Readonly<Record<string, string>> | undefined>
}
