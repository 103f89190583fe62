/** What is said instead of an answer, in the shape of the binding. */
import type { Refusal } from '../../guard/call.ts'
import { problemOf } from '../../guard/refusal.ts'
import { integrityCode, refusalCodes } from '../mcp/rpc-error.ts'
import type { Asked } from './asked.ts'

/** Codes of JSON-RPC and A2A (section 5.4) that are given here. */
export const codes = {
  parse: -32700,
  invalid: -32600,
  unknownMethod: -32601,
  params: -32602,
  internal: -32603,
  noTask: -32001,
  noPush: -32003,
  unsupported: -32004,
  badAnswer: -32006,
  version: -32009,
} as const

const reasonsOf: Readonly<Record<number, string>> = {
  [codes.noTask]: 'TASK_NOT_FOUND',
  [codes.noPush]: 'PUSH_NOTIFICATION_NOT_SUPPORTED',
  [codes.unsupported]: 'UNSUPPORTED_OPERATION',
  [codes.badAnswer]: 'INVALID_AGENT_RESPONSE',
  [codes.version]: 'VERSION_NOT_SUPPORTED',
}

interface Said {
  readonly code: number
  readonly message: string
  /** Of HTTP. */
  readonly status: number
  readonly data?: readonly Readonly<Record<string, unknown>>[]
  /** The `WWW-Authenticate` header. */
  readonly challenge?: string
}

/** A request that is not answered by the agent. */
export class Unanswered extends Error {
  readonly said: Said
  constructor(said: Said) {
    super(said.message)
    this.name = 'Unanswered'
    this.said = said
  }
}

/** An error of A2A itself. */
export function fault(code: number, message: string, status: number): Unanswered {
  const reason = reasonsOf[code]
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', domain: 'a2a-protocol.org' }
  return new Unanswered({ code, message, status, ...(reason === undefined ? {} : { data: [{ ...info, reason }] }) })
}

/** A refusal of the guard, with its problem details (RFC 9457) among the details. */
export function refusalFault(refusal: Refusal, call: string): Unanswered {
  const problem = problemOf(refusal, call)
  const broken = refusal.reasons.some(({ kind }) => kind === 'integrity')
  const reason = refusal.code.toUpperCase().replaceAll('-', '_')
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'lockstep', metadata: { call } }
  const details = { '@type': 'urn:lockstep:problem', ...problem }
  return new Unanswered({
    code: broken ? integrityCode : refusalCodes[refusal.code],
    message: refusal.detail === '' ? String(problem['title']) : refusal.detail,
    status: refusal.status,
    data: [info, details],
  })
}

/** The answer that carries an error. JSON-RPC says it within an answer of HTTP; signing in is HTTP's own matter. */
export function faultAnswer(
  { said }: Unanswered,
  asked: Pick<Asked, 'binding' | 'id'>,
): { readonly status: number; readonly type: string; readonly body: string } {
  const { code, message, status, data } = said
  if (asked.binding === 'HTTP+JSON') {
    const error = {
      code: status,
      status: statusNames[status] ?? 'UNKNOWN',
      message,
      ...(data === undefined ? {} : { details: data }),
    }
    return { status, type: 'application/a2a+json', body: JSON.stringify({ error }) }
  }
  const error = { code, message, ...(data === undefined ? {} : { data }) }
  // What is no message, or nobody's, was never a matter of JSON-RPC.
  const http = asked.id === null ? status : 200
  return { status: http, type: 'application/json', body: JSON.stringify({ jsonrpc: '2.0', id: asked.id, error }) }
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  422: 'FAILED_PRECONDITION',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
}
