/** A call on its way to being decided. */
import type { Call, CallRequest } from '../charter/charter.ts'
import { plainRun } from '../charter/run-handle.ts'
import type { Decision } from '../decide/decision.ts'
import type { Incoming, Refusal } from './call.ts'
import type { Objects } from './gather.ts'
import { questionOf } from './question.ts'
import { refuse } from './refusal.ts'
import type { Ready } from './reserve.ts'
import type { InForce } from './runtime.ts'

export function callOf({ operation, principal, request, run }: Incoming, at: number): Call {
  return { operation, principal, request, at, ...(run === undefined ? {} : { run: plainRun(run) }) }
}

export function readyOf(id: string, force: InForce, call: Call, objects: Objects, held: Ready['held']): Ready {
  // Only who needs an approval ever asks.
  const question = force.traitsOf(call.operation).approvals ? questionOf(force, call) : ''
  return { id, force, call, objects, held, question, mode: 'enforce', began: performance.now(), aside: {} }
}

export function isAllowed(decision: Decision): boolean {
  return decision.effect === 'allow' || decision.effect === 'modify'
}

/** Constraints of agents and of data: what they speak of must not leave before it is decided. */
const beforeSending: ReadonlySet<string> = new Set(['delegation', 'values', 'flow', 'integrity'])

/** Whether a decision is about what has to be settled before anything is sent, also of a read. */
export function isAskedBefore({ reasons }: Decision): boolean {
  return reasons.some(({ kind }) => beforeSending.has(kind))
}

/** The body to be sent, where it is not the one that came; `cannot` where whoever sends it cannot send another. */
export function insteadOf(
  { request }: Call,
  incoming: Incoming,
): { readonly instead?: { readonly body: unknown } } | 'cannot' {
  if (request === incoming.request) return {}
  const isElsewhere = besideBody(request) !== besideBody(incoming.request)
  return incoming.rewrites === true && !isElsewhere ? { instead: { body: request.body } } : 'cannot'
}

/** Nothing but a body can be sent in another form. */
function besideBody({ body: _, ...parts }: CallRequest): string {
  return JSON.stringify(parts)
}

export function cannotRewrite(): Refusal {
  return refuse('denied', 'part of what is sent may not go there as it is, and cannot be replaced on this way')
}
