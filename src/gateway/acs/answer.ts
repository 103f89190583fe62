/** What the guard says, as a disposition of ACS section 6. */
import type { Refusal } from '../../guard/call.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import type { AcsAgent } from './agent.ts'
import type { Members } from './envelope.ts'

/** A decision without its envelope. */
export interface Disposition {
  readonly decision: 'allow' | 'deny' | 'modify' | 'ask' | 'defer'
  readonly reasoning?: string
  readonly reason_codes?: readonly string[]
  readonly policy_references?: readonly Members[]
  readonly policy_data?: Members
  readonly modifications?: Members
  readonly ask_details?: Members
  readonly defer_details?: Members
  readonly payload?: Members
}

/** What an answer names beside the decision. */
export interface About {
  readonly charter: { readonly name: string }
  /** Where the control API is, for approvers. */
  readonly base: string
  readonly agent: AcsAgent
  readonly call: string
}

export function allowed(about?: { readonly call: string; readonly operation: string }): Disposition {
  return about === undefined ? { decision: 'allow' } : { decision: 'allow', policy_data: { lockstep: about } }
}

export function denied(code: string, reasoning: string, lockstep: Members = {}): Disposition {
  return { decision: 'deny', reasoning, reason_codes: [code], policy_data: { lockstep } }
}

/** A refusal of the guard. Whoever must approve first is asked the way the agent can. */
export function refusedAs(refusal: Refusal, about: About, mayDefer: boolean): Disposition {
  const { charter, call, agent } = about
  const { code, detail, reasons, remedy, hold, retryAfterMs } = refusal
  const said = {
    reasoning: remedy === undefined ? detail : `${detail}. To pass: ${remedy}`,
    reason_codes: [...new Set([code, ...reasons.map(({ kind }) => kind)])],
    policy_references: reasons.map(({ constraint, says }) => ({
      policy_id: charter.name,
      policy_name: says,
      rule_id: constraint,
    })),
    policy_data: {
      lockstep: {
        call,
        code,
        reasons,
        ...(remedy === undefined ? {} : { remedy }),
        ...(retryAfterMs === undefined ? {} : { retry_after: Math.ceil(retryAfterMs / 1000) }),
        ...(hold === undefined ? {} : { approval: { ...hold, expires: new Date(hold.expires).toISOString() } }),
      },
    },
  } as const
  if (hold === undefined) return { decision: 'deny', ...said }
  const leftMs = Math.max(1000, hold.expires - Date.now())
  const { onApproval = 'defer' } = agent
  if (onApproval === 'ask') {
    const endpoint = `${about.base}/v1/approvals/${encodeURIComponent(hold.reference)}`
    const approver = { type: 'human', id: hold.approvals.join(' '), endpoint }
    const timeout = { timeout_seconds: Math.ceil(leftMs / 1000), timeout_disposition: 'deny' }
    return { decision: 'ask', ...said, ask_details: { approver, question: detail, ...timeout } }
  }
  if (onApproval === 'defer' && mayDefer) {
    const wait = { reason: 'pending_dependency', resolution_method: 'human_approval' }
    const end = { resolution_timeout_ms: leftMs, timeout_decision: 'deny' }
    return { decision: 'defer', ...said, defer_details: { ...wait, ...end } }
  }
  return { decision: 'deny', ...said, reason_codes: ['approver_unavailable', ...said.reason_codes] }
}

/** A result of which not all may be seen. Whoever cannot change it does not see it (section 6.5). */
export function changedTo(body: unknown, wasText: boolean, about: Pick<About, 'agent' | 'call'>): Disposition {
  const reasoning = 'parts of the result must not be seen, and were taken out'
  const lockstep = { call: about.call }
  if (about.agent.modifies === false)
    return denied('modify_unsupported', `${reasoning}; this agent cannot take them out`, lockstep)
  const content = wasText && typeof body === 'string' ? body : printLosslessJson(body)
  return {
    decision: 'modify',
    reasoning,
    reason_codes: ['redacted'],
    policy_data: { lockstep },
    modifications: { modified_content: content },
  }
}

/** A call of which part may not go there, with what goes there instead. */
export function overriddenBy(overrides: Members, about: Pick<About, 'call'>): Disposition {
  return {
    decision: 'modify',
    reasoning: 'parts of the arguments may not go there, and are replaced',
    reason_codes: ['redacted'],
    policy_data: { lockstep: { call: about.call } },
    modifications: { parameter_overrides: overrides },
  }
}
