import type { Approval } from '../charter/approval.ts'
import type { Charter, OperationId } from '../charter/charter.ts'
import type { Decision, Reason } from '../decide/decision.ts'
import type { Refusal, RefusalCode } from './call.ts'
import type { Asked } from './question.ts'

/** The HTTP status and the title of each refusal. Stable: clients act on the code. */
export const refusals: Readonly<Record<RefusalCode, { readonly status: number; readonly title: string }>> = {
  denied: { status: 403, title: 'The charter does not allow this call' },
  'approval-needed': { status: 403, title: 'Somebody must approve this call first' },
  'approval-refused': { status: 403, title: 'This call was asked for and refused' },
  'switched-off': { status: 403, title: 'Switched off' },
  undescribed: { status: 404, title: 'No description has this request' },
  unauthenticated: { status: 401, title: 'The caller could not be verified' },
  'run-over': { status: 401, title: 'The run has come to its end' },
  'run-outdated': { status: 401, title: 'The run was given under another charter' },
  malformed: { status: 400, title: 'The request can be read in more than one way, or in none' },
  'too-large': { status: 413, title: 'The request is larger than what is judged' },
  'object-busy': { status: 409, title: 'Another call is using the same object' },
  'outcome-unknown': { status: 409, title: 'An earlier call on the same object is not settled' },
  'repeat-differs': { status: 422, title: 'The idempotency key was used for another request' },
  'repeat-in-flight': { status: 409, title: 'The first call with this idempotency key is on its way' },
  unavailable: { status: 503, title: 'The guard cannot decide now' },
  'upstream-failed': { status: 502, title: 'The API did not give a usable answer' },
}

/** A refusal with the status its code has. */
export function refuse(code: RefusalCode, detail: string, more: Partial<Refusal> = {}): Refusal {
  return { code, status: refusals[code].status, detail, reasons: [], ...more }
}

/** Says a decision that does not allow a call, and what would. */
export function refusalOf(charter: Charter, operation: OperationId, decision: Decision): Refusal {
  const reasons = shown(decision.reasons)
  // Several uses of one operation may say the same.
  const detail = [...new Set(reasons.map((reason) => reason.says))].join('; ')
  const unknown = reasons.filter((reason) => reason.outcome === 'unknown')
  if (decision.effect === 'ask') {
    return refuse('approval-needed', detail, { reasons, remedy: approvalRemedy(charter, decision, operation) })
  }
  const remedy =
    unknown.length === reasons.length && unknown.length > 0
      ? 'nothing in the call is known to be wrong: what it depends on could not be looked up'
      : remedyOf(reasons)
  return refuse('denied', detail, { reasons, ...(remedy === undefined ? {} : { remedy }) })
}

/** Whoever may not act on an object learns that, and nothing of the object; that a tool is another one tells nothing of any. */
function shown(reasons: readonly Reason[]): readonly Reason[] {
  const isOfWho = ({ kind, outcome }: Reason): boolean => kind === 'by' && outcome !== 'ask'
  return reasons.some(isOfWho) ? reasons.filter((each) => isOfWho(each) || each.kind === 'integrity') : reasons
}

function approvalRemedy(charter: Charter, decision: Decision, operation: OperationId): string {
  const grant = approvalsAsked(charter, operation, decision).find((each) => each.grant !== undefined)?.grant
  return grant === undefined
    ? 'repeat the call once it is approved'
    : `have it approved with \`${grant}\`, then repeat the call`
}

/** The approvals whose lack a decision is about. */
export function approvalsAsked(charter: Charter, operation: OperationId, decision: Decision): readonly Approval[] {
  const constraints = (charter.operations.get(operation)?.uses ?? []).flatMap((use) => use.constraints)
  const names = new Set(
    decision.reasons.flatMap((reason) => {
      const found = constraints.find((each) => each.id === reason.constraint)
      if (reason.outcome !== 'ask') return []
      return reason.approval ?? (found?.kind === 'approval' ? found.approval : [])
    }),
  )
  return [...names].flatMap((name) => charter.approvals.get(name) ?? [])
}

const remedies: Readonly<Partial<Record<Reason['kind'], string>>> = {
  by: 'make the call as somebody the charter entitles',
  from: 'make the call when the object is in a state that allows it',
  there: 'name one that is there',
  when: 'change the arguments so that the rule holds',
  'set-by': 'leave out the field',
  limit: 'ask for less, or wait until the limit has room',
  rate: 'wait, then repeat the call',
  once: 'do not repeat it: it can happen once',
  order: 'take the steps in their order',
  separation: 'have somebody else do it',
  idempotency: 'send an idempotency key',
  delegation: 'use what the workflow of the agent lists, as it is described, for somebody it may act for',
  values: 'take the value from where the charter lets it come from, or have the user name it',
  flow: 'leave out the data, or send it where its class may go',
  integrity: 'have the tool approved as it is now',
}

function remedyOf(reasons: readonly Reason[]): string | undefined {
  const texts = new Set(
    reasons.flatMap(({ kind, lookUp }) => (lookUp === undefined ? (remedies[kind] ?? []) : lookUpRemedy(lookUp))),
  )
  return texts.size === 0 ? undefined : [...texts].join('; ')
}

function lookUpRemedy(operations: readonly OperationId[]): string {
  return `look the value up with ${operations.map((each) => `\`${each}\``).join(' or ')}, then repeat the call with what it says`
}

/** The problem details of a refusal (RFC 9457), as they go over HTTP. `instance` is the call. */
export function problemOf(refusal: Refusal, call: string): Readonly<Record<string, unknown>> {
  return {
    type: `urn:lockstep:refusal:${refusal.code}`,
    title: refusals[refusal.code].title,
    status: refusal.status,
    detail: refusal.detail,
    instance: `urn:uuid:${call}`,
    code: refusal.code,
    ...(refusal.reasons.length === 0 ? {} : { reasons: refusal.reasons }),
    ...(refusal.remedy === undefined ? {} : { remedy: refusal.remedy }),
    ...(refusal.hold === undefined
      ? {}
      : { approval: { ...refusal.hold, expires: new Date(refusal.hold.expires).toISOString() } }),
  }
}

/** The refusal of a call that waits for somebody. */
export function heldRefusal(refusal: Refusal, { reference, expires }: Asked, asked: readonly Approval[]): Refusal {
  return { ...refusal, hold: { reference, expires, approvals: asked.map((each) => each.name), sentBy: 'caller' } }
}

/** The same where the guard sends the call itself. */
export function sentLater(refusal: Refusal): Refusal {
  if (refusal.hold === undefined) return refusal
  const remedy = 'once it is approved, the guard sends it; repeat it with `Lockstep-Hold` to get the answer'
  return { ...refusal, remedy, hold: { ...refusal.hold, sentBy: 'guard' } }
}
