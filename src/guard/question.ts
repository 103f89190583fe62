/** What is asked when a call waits for somebody. */
import type { Call, CallRequest } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { holderOf } from '../charter/run-handle.ts'
import type { ClassSeen } from '../constraint/facts.ts'
import { foldCounted } from '../constraint/same-text.ts'
import type { Reason } from '../decide/decision.ts'
import type { ArgumentOrigin } from '../session/provenance/arguments.ts'
import { formsOf, keysOf } from '../session/provenance/form/form.ts'
import type { Answer, RefusalCode } from './call.ts'
import type { Objects } from './gather.ts'
import { digestOf } from './id.ts'
import type { GuardEvent } from './journal.ts'
import type { InForce } from './runtime.ts'
import type { Hold, HoldState } from './store.ts'

/** What was asked, to whom it is open, and what was said so far: as it will run. Plain JSON. */
export interface HoldDetail {
  readonly call: Call
  readonly objects: Objects
  readonly use: string
  readonly charter: string
  readonly approvals: readonly { readonly name: string; readonly quorum: number; readonly says: string }[]
  readonly answers: readonly Answered[]
  /** Why it was asked. */
  readonly reasons?: readonly Reason[]
  /** Of an agent's call: where each argument was seen before. */
  readonly origins?: readonly ArgumentOrigin[]
  /** The classes of data it carries. */
  readonly classes?: readonly ClassSeen[]
  /** Where the guard was to send it itself when it was asked. */
  readonly sentBy?: 'guard'
  /** Who is sending it, as which call. */
  readonly sending?: { readonly node: string; readonly call: string }
  /** What became of it, where the guard sent it itself. */
  readonly result?: Result
}

/** What became of a call that the guard sent once it was approved. The answer is what its caller may see. */
export type Result =
  | { readonly kind: 'answered'; readonly call: string; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly call: string; readonly code: RefusalCode }
  | { readonly kind: 'not-sent' | 'unknown'; readonly call: string }

/** Where a question waits. */
export interface Asked {
  readonly reference: string
  readonly state: HoldState
  readonly expires: number
  readonly why?: string
}

/** One person's answer. */
export interface Answered {
  readonly approval: string
  readonly by: string
  /** Of whoever answered. */
  readonly tenant?: string
  readonly at: number
  readonly verdict: 'approve' | 'refuse'
  readonly why?: string
}

/** A question as approvers see it. */
export interface Question extends HoldDetail {
  readonly reference: string
  readonly state: HoldState
  readonly group: string
  /** Digest of what is asked: of the call as it will run, whose it is, and the charter. */
  readonly question: string
  readonly at: number
  readonly expires: number
}

/** What a grant is bound to: who asks, for which operation, with which arguments, under which charter. */
export function questionOf(force: InForce, { operation, principal, request, run }: Call): string {
  const { path = {}, query = {}, header = {}, body } = request
  const keys = (force.charter.operations.get(operation)?.uses ?? []).flatMap((use) =>
    use.constraints.flatMap((each) =>
      each.kind === 'idempotency' && each.key.in === 'header' ? [each.key.name.toLowerCase()] : [],
    ),
  )
  const headers = Object.fromEntries(Object.entries(header).filter(([name]) => !keys.includes(name.toLowerCase())))
  const { id, kind, tenant, chain } = principal
  const caller = {
    id,
    kind,
    tenant,
    ...(chain === undefined ? {} : { for: holderOf(principal) }),
  }
  const asked = { charter: force.version, operation, principal: caller, path, query, headers, body }
  return digestOf(run === undefined ? asked : { ...asked, run: run.id })
}

/** Whether two calls ask the same, whichever way their values are written: what somebody said no to is not asked again in another notation. */
export function asksTheSame(force: InForce, one: Call, other: Call): boolean {
  const [left, right] = [one, other].map((call) => questionOf(force, { ...call, request: aside(call.request) }))
  const { query, body } = one.request
  return left === right && isAlike(query, other.request.query) && isAlike(body, other.request.body)
}

function aside({ query: _, body: __, ...request }: CallRequest): CallRequest {
  return request
}

function isAlike(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((each, index) => isAlike(each, right[index]))
  // One text may stand for a list of it.
  if (Array.isArray(left)) return left.length === 1 && isAlike(left[0], right)
  if (Array.isArray(right)) return isAlike(right, left)
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    const [mine, theirs] = [new Map(Object.entries(left)), new Map(Object.entries(right))]
    return (
      mine.size === theirs.size &&
      [...mine].every(([name, each]) => theirs.has(name) && isAlike(each, theirs.get(name)))
    )
  }
  const [one, other] = [textOf(left), textOf(right)]
  if (one === undefined || other === undefined) return left === right
  const keys = new Set(spellings(one))
  return spellings(other).some((key) => keys.has(key))
}

function spellings(text: string): readonly string[] {
  return [...formsOf(text), ...keysOf(foldCounted(text))]
}

/** A hold as a question; undefined when something else stored it. */
export function questionIn(hold: Hold, now: number): Question | undefined {
  const detail = detailOfHold(hold)
  if (detail === undefined) return undefined
  const state = hold.state === 'pending' && hold.expires <= now ? 'expired' : hold.state
  const { id, group, question, at, expires } = hold
  return { ...detail, reference: id, state, group, question, at, expires }
}

export function detailOfHold(hold: Pick<Hold, 'detail'>): HoldDetail | undefined {
  return isHoldDetail(hold.detail) ? hold.detail : undefined
}

function isHoldDetail(value: unknown): value is HoldDetail {
  return typeof value === 'object' && value !== null && 'call' in value && 'approvals' in value && 'answers' in value
}

/** A question, or what became of it, for the record. `call` is the one that asked. */
export function holdEvent(hold: Hold, at: number, call?: string): GuardEvent {
  const detail = detailOfHold(hold)
  const { principal, operation } = detail?.call ?? {}
  return {
    at,
    kind: 'hold',
    hold: hold.id,
    state: hold.state,
    operation: operation ?? '',
    approvals: detail?.approvals.map((each) => each.name) ?? [],
    question: hold.question,
    expires: hold.expires,
    ...(call === undefined ? {} : { call }),
    ...(principal?.id === undefined ? {} : { principal: principal.id }),
  }
}
