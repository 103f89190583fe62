/** What others do for the gateway: runs, and what the next agent is told of who asks. */
import type { OperationId, Principal, Run } from '../../charter/charter.ts'

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
  /** The run a request belongs to, by the handle in its header `Lockstep-Run`. */
  run?(presented: { readonly handle: string | undefined; readonly principal: Principal }): Promise<Run | undefined>
  /** What an agent said, after what it said first: later events of a stream, also. */
  heard?(run: Run | undefined, heard: Heard): Promise<void> | void
  /**
   * The headers by which the next agent learns who asks: a token of ours, for it alone, that says whom it is for and may do no more than the
   * call. What callers signed in with is never sent on.
   */
  delegate?(asked: {
    readonly source: string
    readonly operation: OperationId
    readonly principal: Principal
    readonly run: Run | undefined
    readonly call: string
  }): Promise<Readonly<Record<string, string>>>
}
