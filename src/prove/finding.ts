/** What a run of `prove` says: events while it goes on, findings, coverage. The shapes that reports, `verify` and baselines share. */
import type { ConstraintId, Position, UseId } from '../charter/charter.ts'
import type { Change } from './oracle/change.ts'
import type { AbuseCase, NotReached } from './plan/scenario.ts'
import type { Exchange } from './transport/exchange.ts'

/** One request of a transcript. Secrets are still in it: reports write it through the identities' `redact`. */
export interface Sent {
  /** The use of the charter it makes, or `read` for a look at the truth. */
  readonly use: UseId
  readonly operation: string
  /** The identity that sent it, `nobody` when not signed in. */
  readonly as: string
  readonly purpose: 'setup' | 'act' | 'abuse' | 'observe'
  readonly exchange: Exchange
  /** How many times at once; absent for once. */
  readonly times?: number
  /** Values taken from the answer that later requests use. */
  readonly captures: readonly { readonly name: string; readonly value: string; readonly from: string }[]
}

/** Evidence that an abuse case took effect. */
export interface Proof {
  readonly case: AbuseCase
  /** The shortest transcript found: setup, the abuse, and what the observer saw before and after. */
  readonly transcript: readonly Sent[]
  readonly changes: readonly Change[]
  /** What was disclosed, for reads: pointers whose value the caller may not have seen. */
  readonly disclosed: readonly string[]
  readonly observer: string
  /** In so many of so many runs on fresh objects. */
  readonly repeated: { readonly succeeded: number; readonly of: number }
  /** The rightful call, which shows that the test exercises something real. */
  readonly control: readonly Sent[]
  /** What happened, in one sentence. */
  readonly sentence: string
  /** For races: effects seen and effects allowed. */
  readonly overrun?: { readonly effects: number; readonly allowed: number }
}

export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** One missing check, however many ways it was seen. */
export interface Finding {
  /** Stable over runs and over changes elsewhere: made of class, operation and constraint. */
  readonly fingerprint: string
  readonly class: string
  readonly severity: Severity
  readonly because: string
  readonly title: string
  readonly operation: string
  /** `POST /orders/{id}/pay`. */
  readonly endpoint: string
  readonly constraint: ConstraintId
  /** The line of the charter that is broken. */
  readonly position: Position
  /** The constraint as a sentence. */
  readonly rule: string
  readonly rootCause: string
  readonly remedy: string
  readonly proof: Proof
  /** Other cases that show the same missing check. */
  readonly alsoSeen: readonly { readonly case: string; readonly class: string; readonly sentence: string }[]
}

export type Verdict = 'proven' | 'held' | 'not-reached'

/** One cell of the coverage matrix: actor × operation × state × constraint. */
export interface Cell {
  readonly use: UseId
  readonly operation: string
  readonly constraint: ConstraintId
  readonly actor: string
  readonly state: string
  readonly tactic: string
  readonly verdict: Verdict
  /** Why not reached, or how it was refused. */
  readonly why: string
}

/** Everything a finished (or interrupted) run knows. */
export interface Outcome {
  readonly charter: string
  readonly seed: string
  readonly findings: readonly Finding[]
  readonly cells: readonly Cell[]
  readonly requests: number
  readonly ms: number
  /** Set when the run ended before its plan did, and why. */
  readonly partial?: string
  /** Things a reader should know: a wobbling target, a description that lies, clean-up that failed. */
  readonly notes: readonly string[]
}

/** What a run tells while it goes on, in order. */
export type ProveEvent =
  | { readonly kind: 'planned'; readonly uses: number; readonly cases: number }
  | { readonly kind: 'use'; readonly use: UseId; readonly index: number; readonly of: number }
  | { readonly kind: 'control'; readonly use: UseId; readonly works: boolean; readonly why: string }
  | { readonly kind: 'case'; readonly case: AbuseCase; readonly verdict: Verdict; readonly why: string }
  | { readonly kind: 'skipped'; readonly skipped: NotReached }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'end'; readonly outcome: Outcome }
