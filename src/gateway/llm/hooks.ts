/** What a run learns from its model traffic, and what it may say about it. Runs are kept by the guard; these are its ears here. */
import type { OperationId, Principal, Run } from '../../charter/charter.ts'
import type { Output, ToolAsked, ToolVerdict, Usage } from './output.ts'

/** What a tool answered, as the client says when it gives it back to the model. */
export interface ToolResult {
  /** The operation the charter ties to the tool. Undefined where the call is not known: the text is then of unknown origin. */
  readonly operation?: OperationId
  readonly tool?: string
  /** The id of the tool call. */
  readonly call?: string
  /** Whether a model asked for that call through this gateway, in this run; otherwise only the client says which tool it was. */
  readonly issued: boolean
  readonly text: string
}

/** A call of a tool that a model asks for, before the client sees it. */
export interface ToolCall extends ToolAsked {
  /** The parsed arguments; undefined where they cannot be read in one way. */
  readonly args: unknown
  /** The operation the charter ties to the tool, if any. */
  readonly operation?: OperationId
  readonly run: Run | undefined
  readonly principal: Principal
  /** The id under which the ledger has the call of the model. */
  readonly call: string
}

/** One call of a model, by the id under which the ledger has it. */
export interface ModelCall {
  readonly call: string
  readonly source: string
  readonly provider: string
  readonly model: string
}

/** What was taken from budgets of tokens, and what was used. */
export interface TokensSettled extends ModelCall {
  readonly reserved: number
  readonly used: Usage
  /** The answer did not come to its end, or none came. */
  readonly cutShort: boolean
}

/**
 * Told and asked by the gateway. All may be left out: the guard's own runs are told then. One that throws before a request is sent keeps it from being sent; `onToolCall` that
 * throws keeps the call of the tool from the client; what `output` and `usage` throw is told as an event.
 */
export interface ModelHooks {
  /**
   * The run a request belongs to, instead of the one the guard knows. `handle` is its header `Lockstep-Run`. @throws {Refused} when there is no
   * such run, or it is not this principal's.
   */
  run?(presented: { readonly handle: string | undefined; readonly principal: Principal }): Promise<Run | undefined>
  /** Words of the user or of those who wrote the agent; each text once in a run, before the request is sent. */
  prompt?(run: Run | undefined, text: string, from: 'user' | 'system'): Promise<void> | void
  /** What a tool answered; each text once in a run, before the request is sent. */
  toolResult?(run: Run | undefined, result: ToolResult): Promise<void> | void
  /** Decides a call of a tool. Undefined leaves it to the charter: the operation tied to the tool is asked for, and nothing else. */
  onToolCall?(asked: ToolCall): Promise<ToolVerdict | undefined>
  /** What a model answered, as the client saw it. */
  output?(run: Run | undefined, output: Output, of: ModelCall): Promise<void> | void
  usage?(run: Run | undefined, settled: TokensSettled): Promise<void> | void
}
