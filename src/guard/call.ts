/** What gateways and the guard say to each other about one call. No bytes and no sockets here: those are the gateways'. */
import type { CallRequest, OperationId, Principal, Run } from '../charter/charter.ts'
import type { RunHandle } from '../charter/run-handle.ts'
import type { Pin } from '../constraint/facts.ts'
import type { Decision, Reason } from '../decide/decision.ts'

/** A call as a gateway hands it over: operation resolved, principal verified, arguments parsed once. */
export interface Incoming {
  readonly operation: OperationId
  readonly principal: Principal
  readonly request: CallRequest
  /** The run it belongs to, as its caller showed it or `guard.runs` gave it. Without one, an agent has a run of its own that lasts as long as it keeps calling. */
  readonly run?: Run | RunHandle
  /** Whether another body can be sent than the one that came. Without it, a call of which part may not go there is refused. */
  readonly rewrites?: true
  /** How the server of a tool describes it now, beside what was approved. */
  readonly pin?: Pin
  /** Headers that prove who calls, to look at objects with the caller's eyes. Never recorded. */
  readonly credentials?: Readonly<Record<string, string>>
  /** The reference of a hold this call comes back for. */
  readonly hold?: string
  /**
   * Sends the call without its caller. Given when the guard is to send it itself once it is approved; it is then kept in memory, with the
   * credentials, until somebody decides or the question expires.
   */
  readonly later?: (call: string) => Promise<Outcome>
  readonly signal?: AbortSignal
}

/** What the guard says before anything is sent. */
export type Ruling =
  | {
      readonly kind: 'go'
      readonly call: string
      /** In observe mode this may be a deny: the call goes on, and the record says what would have been. */
      readonly decision: Decision
      /** Whether `settle` must be given the parsed body before any of the answer is passed on. */
      readonly inspect: boolean
      /** The body to be sent instead of the one that came: without data that may not go there, or with what tokens stand for. */
      readonly instead?: { readonly body: unknown }
      /** Must be called exactly once, whatever became of the call. */
      settle(outcome: Outcome): Promise<Release>
      /**
       * Instead of `settle`: keeps the call open for an outcome that comes with a later request, at whichever node (`guard.resume`). Rejects
       * when it cannot be kept; it must be settled then.
       */
      suspend(waiting: { readonly holder: string; readonly forMs: number }): Promise<void>
      /**
       * Takes in more of an answer that comes in parts, after it was settled with the first and before the caller sees it. Rejects when its run
       * cannot know of it.
       */
      more?(answer: Answer): Promise<void>
    }
  | { readonly kind: 'refused'; readonly call: string; readonly refusal: Refusal }
  /** The same idempotency key was answered before: this is that answer, nothing is sent. */
  | { readonly kind: 'answered'; readonly call: string; readonly answer: Answer }

/** What became of a call that was let through. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** It never left: no connection. */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** It left, and nobody knows: time-out, broken connection. */
  | { readonly kind: 'unknown'; readonly why: string }

/** An answer of the API. `body` is parsed JSON, absent when it was not parsed; `text` is what came, for answers that are kept. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly text?: string
  /** How many tokens of a model it took, all kinds together. */
  readonly tokens?: number
}

/** What may go back to the caller. */
export type Release =
  | { readonly kind: 'pass' }
  | { readonly kind: 'changed'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Stable codes of refusals; each has one HTTP status, in `refusal.ts`. */
export type RefusalCode =
  | 'denied'
  | 'approval-needed'
  | 'approval-refused'
  | 'switched-off'
  | 'undescribed'
  | 'unauthenticated'
  | 'run-over'
  | 'run-outdated'
  | 'malformed'
  | 'too-large'
  | 'object-busy'
  | 'outcome-unknown'
  | 'repeat-differs'
  | 'repeat-in-flight'
  | 'unavailable'
  | 'upstream-failed'

/** Why a call is not let through, for a machine to act on (RFC 9457). */
export interface Refusal {
  readonly code: RefusalCode
  readonly status: number
  readonly detail: string
  readonly reasons: readonly Reason[]
  /** What would make it pass, in one sentence. */
  readonly remedy?: string
  /** Where the question waits for somebody. */
  readonly hold?: {
    readonly reference: string
    readonly expires: number
    readonly approvals: readonly string[]
    /** Who sends it once it is granted: the caller, by repeating it; or the guard, which keeps the answer for the caller. */
    readonly sentBy: 'caller' | 'guard'
  }
  readonly retryAfterMs?: number
}
