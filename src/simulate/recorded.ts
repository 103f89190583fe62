/** What the past looks like to a simulation: plain values, however they were kept. */
import type { CallRequest, ObjectFact, OperationId, Principal, Slot } from '../charter/charter.ts'
import type { Facts } from '../constraint/facts.ts'
import type { Decision } from '../decide/decision.ts'

/** One thing that happened, in the order in which it was recorded. */
export type Recorded = RecordedDecision | RecordedOutcome | RecordedSettling

/** A call that was decided. */
export interface RecordedDecision {
  readonly kind: 'decision'
  readonly call: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly operation: OperationId
  readonly principal?: string
  readonly effect: Decision['effect']
  readonly mode: 'enforce' | 'observe'
  readonly reasons: readonly { readonly constraint: string; readonly says: string }[]
  readonly obligations: readonly string[]
  /** Refused by a switch, whatever the charter says. */
  readonly switchedOff: boolean
  /** What it was decided on, or why nobody can know that any more. */
  readonly content: RecordedContent | { readonly unreadable: Unreadable }
}

/** Why the content of an entry cannot be used: `not-kept` by rule, `redacted` to its shape, or `erased` (or its keys are not here). */
export type Unreadable = 'not-kept' | 'redacted' | 'erased'

export interface RecordedContent {
  readonly request: CallRequest
  readonly principal: Principal
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  readonly facts?: Facts
}

/** What became of it. `answer` is absent when it was not kept. */
export interface RecordedOutcome {
  readonly kind: 'outcome'
  readonly call: string
  readonly at: number
  readonly effect: 'effective' | 'released' | 'in-doubt'
  readonly status?: number
  readonly answer?: unknown
}

/** What somebody found out later. */
export interface RecordedSettling {
  readonly kind: 'settled'
  readonly call: string
  readonly at: number
  readonly effect: 'effective' | 'released'
}

/** Whether parsed JSON has the form of facts. */
export function isFacts(value: unknown): value is Facts {
  return isMap(value) && ['objects', 'counters', 'history', 'grants'].every((name) => isMap(Reflect.get(value, name)))
}

/** Whether parsed JSON has the form of objects by slot. */
export function isObjects(value: unknown): value is RecordedContent['objects'] {
  return isMap(value) && Object.values(value).every((each) => each === null || isFact(each))
}

/** Whether parsed JSON has the form of a principal. */
export function isPrincipal(value: unknown): value is Principal {
  return isMap(value) && (!('id' in value) || typeof value.id === 'string')
}

/** Whether parsed JSON has the form of the arguments of a call. */
export function isRequest(value: unknown): value is CallRequest {
  return (
    isMap(value) &&
    ['path', 'query', 'header'].every((name) => !Object.hasOwn(value, name) || isMap(Reflect.get(value, name)))
  )
}

function isFact(value: unknown): value is ObjectFact {
  return (
    isMap(value) && 'type' in value && typeof value.type === 'string' && 'key' in value && typeof value.key === 'string'
  )
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
