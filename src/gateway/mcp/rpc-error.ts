/** What is said instead of an answer: JSON-RPC errors with stable codes, each with all an agent needs to act on it. */
import type { Refusal, RefusalCode } from '../../guard/call.ts'
import { problemOf } from '../../guard/refusal.ts'
import type { MessageId } from './message.ts'

/** Codes of JSON-RPC and MCP that are given here. */
export const codes = {
  parse: -32700,
  invalid: -32600,
  unknownMethod: -32601,
  params: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

/** Codes of our own, from the range that MCP leaves to implementations. Stable: clients act on them. */
export const refusalCodes: Readonly<Record<RefusalCode, number>> = {
  denied: -32010,
  'approval-needed': -32011,
  'approval-refused': -32012,
  'switched-off': -32013,
  undescribed: -32015,
  unauthenticated: -32016,
  'run-over': -32016,
  'run-outdated': -32016,
  'object-busy': -32017,
  'outcome-unknown': -32017,
  'repeat-differs': -32017,
  'repeat-in-flight': -32017,
  unavailable: -32018,
  'upstream-failed': -32019,
  malformed: codes.invalid,
  'too-large': codes.invalid,
}

/** The tool is another one than was approved. */
export const integrityCode: number = -32014

export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** A message that is not passed on. `status` is that of HTTP. */
export class Unanswered extends Error {
  readonly error: RpcError
  readonly status: number
  /** The `WWW-Authenticate` header. */
  readonly challenge: string | undefined

  constructor({ status, challenge, ...error }: RpcError & { readonly status: number; readonly challenge?: string }) {
    super(error.message)
    this.name = 'Unanswered'
    this.error = error
    this.status = status
    this.challenge = challenge
  }
}

/** A refusal of the guard as a JSON-RPC error; `data` are its problem details (RFC 9457), with the call they are on record as. */
export function errorOf(refusal: Refusal, call: string): RpcError {
  const problem = problemOf(refusal, call)
  const broken = refusal.reasons.some(({ kind }) => String(kind) === 'integrity')
  const { detail } = refusal
  return {
    code: broken ? integrityCode : refusalCodes[refusal.code],
    message: detail === '' ? String(problem['title']) : detail,
    data: { ...problem, call, ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }) },
  }
}

/** The message that carries an error. */
export function errorBytes(id: MessageId | null, error: RpcError): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error }))
}

/** The message that carries a result. */
export function resultBytes(id: MessageId, result: string): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
}
