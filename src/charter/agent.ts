/** What a charter says of agents: where values may come from, which data may go where, and what a run may spend. */
import type { OperationId, Position } from './charter.ts'

/** A JSON pointer in steps; `*` stands for each item or member. */
export type Pattern = readonly string[]

/** The parts of an answer that only the system of record writes: all of it, or these places. */
export type Trusted = 'all' | readonly Pattern[]

/** Whom a value can come from. A run has seen it in the words of its user, in an answer, or nowhere: then the model made it. */
export type ValueSource =
  | { readonly kind: 'prompt' | 'trusted' | 'untrusted' | 'model' }
  /** A trusted place of an answer of this operation; with `at`, this place. */
  | { readonly kind: 'operation'; readonly operation: OperationId; readonly at?: Pattern }
  /** An address in an answer of this operation that the user's own words asked for; `sole`: the only one of its kind there. */
  | { readonly kind: 'named' | 'sole'; readonly operation: OperationId }

/** Where one argument may come from. */
export interface ValueRule {
  /** The argument, in the request body. */
  readonly at: Pattern
  readonly from: readonly ValueSource[]
  /** `addresses`: not the text, but what in it can be sent to, called or opened. */
  readonly of?: 'addresses'
  /** How people write it, in the syntax of RE2: what it catches in the user's words is what it catches in the argument. */
  readonly written?: string
  /** Otherwise: refused, or asked under this approval; what is approved is endorsed for the rest of the run. */
  readonly otherwise: 'deny' | { readonly approval: string }
  /** Operations that tell the right value: one that nobody said as it stands is refused, and looked up there, instead of asked about. */
  readonly lookUp: readonly OperationId[]
  /** What an approval is good for, for the rest of the run: this value, or for this argument whatever the same answer says. */
  readonly approves: 'value' | 'source'
}

/** A budget of a workflow. Money and calls are reserved before a call; tokens are reserved and settled when the model has answered. */
export interface Budget {
  readonly of: 'calls' | 'tokens' | 'money'
  /** Exact decimal text. */
  readonly amount: string
  /** The currency of money. */
  readonly currency?: string
  readonly per: 'run' | 'agent' | 'workflow' | 'person'
  readonly withinMs?: number
  readonly position: Position
}

/** Which values are sensitive, and where they may go. */
export interface DataPolicy {
  /** Least sensitive first. */
  readonly classes: readonly string[]
  readonly labels: readonly DataLabel[]
  readonly flows: readonly DataFlow[]
}

/** Why a value is of a class: where it stands, or what it looks like. */
export type DataLabel = { readonly class: string; readonly position: Position } & (
  | { readonly kind: 'field'; readonly object: string; readonly field: string; readonly at: Pattern }
  | { readonly kind: 'place'; readonly operation: OperationId; readonly at: Pattern }
  | { readonly kind: 'detector'; readonly detector: string }
  | { readonly kind: 'pattern'; readonly name: string; readonly keyword: string; readonly regex: string }
)

/** Where values of a class may go; a class with flows goes nowhere else. */
export interface DataFlow {
  readonly class: string
  readonly to: readonly Destination[]
  /** What happens to one that would go elsewhere. */
  readonly otherwise: 'deny' | 'redact' | 'token' | { readonly approval: string }
  readonly position: Position
}

/**
 * `desk.*`, `desk.send_email#/to=*@example.com`, `model:anthropic/*`, `region:eu`, `provider:acme`; `*` in texts stands for anything.
 */
export type Destination =
  | { readonly kind: 'operation'; readonly glob: string; readonly at?: Pattern; readonly value?: string }
  | { readonly kind: 'model' | 'region' | 'provider'; readonly glob: string }
