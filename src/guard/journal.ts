/** What the guard says to the ledger. Kept apart from how the ledger writes it down. */
import type { CallRequest, OperationId, Principal, Run, UseId } from '../charter/charter.ts'
import type { Obligation } from '../constraint/kind.ts'
import type { Decision, Reason } from '../decide/decision.ts'
import type { Astray } from './astray.ts'
import type { Objects } from './gather.ts'
import type { NotedTool } from './noted-tools.ts'
import type { HoldState, Mark, ObjectRef, Switch } from './store.ts'

/** Resolves when the entry cannot be lost any more. Rejects with the `code` `unwritable` or `full` when it may be tried again. */
export interface Journal {
  append(event: GuardEvent): Promise<unknown>
}

/** Whether what a journal could not write now may be written later. */
export function mayBeWrittenLater(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'unwritable' || error.code === 'full')
}

/** How much of the arguments and objects may be kept. */
export type Recording = 'full' | 'redacted' | 'hash'

/** Everything that must be on the record. `at` is milliseconds since 1970, UTC. */
export type GuardEvent = { readonly at: number } & (
  | DecisionEvent
  | {
      readonly kind: 'outcome'
      readonly call: string
      readonly operation: OperationId
      readonly effect: 'effective' | 'released' | 'in-doubt'
      readonly status?: number
      readonly why?: string
      /** Which object the API left where no use leads as which the call was allowed. */
      readonly astray?: Astray
      readonly created?: ObjectRef
      readonly recording: Recording
      readonly run?: string
      readonly principal?: string
      /** Whom it is about: the person behind an agent. */
      readonly subject?: string
      readonly answer?: unknown
    }
  | {
      readonly kind: 'hold'
      readonly hold: string
      readonly state: HoldState
      readonly call?: string
      readonly operation: OperationId
      readonly principal?: string
      readonly approvals: readonly string[]
      readonly question: string
      readonly expires: number
    }
  | {
      readonly kind: 'approval'
      readonly hold?: string
      readonly approval: string
      readonly by: string
      readonly verdict: 'approve' | 'refuse' | 'standing' | 'withdraw'
      readonly why?: string
      readonly question?: string
      /** A standing grant, and the calls it covers. */
      readonly grant?: string
      readonly bound?: unknown
    }
  | {
      readonly kind: 'run'
      /** `token` and `agent`: what was given before counts no more. */
      readonly of: 'run' | 'token' | 'agent' | 'person'
      readonly name: string
      readonly effect: 'started' | 'delegated' | 'renewed' | 'told' | 'ended' | 'revoked'
      /** Who has it, with those it acts for; or who told it something, or ended it. */
      readonly principal: Principal
      readonly workflow?: string
      readonly tools?: readonly OperationId[]
      readonly purpose?: string
      /** What its user said since it began. */
      readonly words?: string
      /** The id of the token that was made. */
      readonly token?: string
      readonly why?: string
    }
  | { readonly kind: 'switch'; readonly on: boolean; readonly switch: Switch }
  | {
      readonly kind: 'settled'
      readonly call: string
      readonly effect: 'effective' | 'released'
      readonly by: string
      readonly why: string
    }
  | { readonly kind: 'charter'; readonly name: string; readonly version: string; readonly node: string }
  | { readonly kind: 'node'; readonly node: string; readonly state: 'start' | 'stop' }
  | {
      readonly kind: 'sign-in'
      readonly call?: string
      readonly principal?: string
      readonly accepted: boolean
      /** Where: with a call, or at the control API. */
      readonly door: 'call' | 'control'
      /** In which of several ways. */
      readonly how?: string
      readonly why?: string
    }
  | {
      /** Something done at the console that is none of the above. */
      readonly kind: 'act'
      readonly effect: string
      readonly of: string
      readonly principal: string
      readonly why?: string
    }
  | (UndescribedRequest & { readonly charter: { readonly name: string; readonly digest: string } })
)

/** A request that no description has: refused, or passed on, as the charter says of such requests. */
export interface UndescribedRequest {
  readonly kind: 'undescribed'
  readonly call: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly passed: boolean
  readonly principal?: Principal
  /** Of a tool that somebody should look at: what was seen. */
  readonly tool?: NotedTool
}

/** What is no call. No `why` has a credential in it. */
export type Noted =
  | UndescribedRequest
  | { readonly kind: 'not-signed-in'; readonly call: string; readonly why: string }
  | { readonly kind: 'control-sign-in'; readonly principal: string; readonly how?: string }
  | { readonly kind: 'control-sign-in-refused'; readonly why: string; readonly how?: string }
  | {
      readonly kind: 'act'
      readonly effect: string
      readonly of: string
      readonly principal: string
      readonly why?: string
    }

/** One decision, with all an auditor needs to take it again. */
export interface DecisionEvent {
  readonly kind: 'decision'
  readonly call: string
  readonly operation: OperationId
  readonly principal: Principal
  readonly run?: Run
  readonly workflow?: string
  readonly charter: { readonly name: string; readonly digest: string }
  readonly mode: 'enforce' | 'observe'
  readonly effect: Decision['effect']
  readonly use?: UseId
  readonly reasons: readonly Reason[]
  readonly obligations: readonly Obligation['kind'][]
  readonly hold?: string
  readonly marks: readonly Mark[]
  readonly recording: Recording
  readonly request: CallRequest
  readonly objects: Objects
  /** What was counted, remembered and granted. */
  readonly facts: unknown
}
