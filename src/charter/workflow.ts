import type { Budget } from './agent.ts'
import type { OperationId, Position } from './charter.ts'

/** A named piece of business. Several may list one operation: whose a call of it is, its run says. */
export interface Workflow {
  readonly name: string
  readonly operations: ReadonlySet<OperationId>
  readonly owners: Readonly<Record<string, string>>
  /** `observe` lets everything through and records what would have been refused. */
  readonly mode: 'enforce' | 'observe'
  /** What the ledger keeps of arguments and objects. */
  readonly record: 'full' | 'redacted' | 'hash'
  readonly retainMs?: number
  readonly budgets: readonly Budget[]
  /** Which models its runs may use, as `anthropic/*`; absent: any. */
  readonly models?: readonly string[]
  /** The classes of data its runs may receive; absent: all. */
  readonly data?: readonly string[]
  /** What happens with parts of requests to models that nobody can read. */
  readonly unread: 'deny' | 'allow' | { readonly approval: string }
  /** What happens with an operation that is not on the list of a run that has one: refused, or asked under this approval. */
  readonly outsidePlan: 'deny' | { readonly approval: string }
  readonly position: Position
}
