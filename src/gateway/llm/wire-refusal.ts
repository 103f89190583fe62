/** Refusals in the form of each API, so that its SDKs raise them as errors of their own. */
import type { OutgoingHttpHeaders } from 'node:http'
import type { Refusal } from '../../guard/call.ts'
import { problemOf } from '../../guard/refusal.ts'
import { type Reply, send } from '../http/reply.ts'
import type { Api } from './request.ts'

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
}

/** Kinds of constraints that are met again after a while. */
const paced: ReadonlySet<string> = new Set(['limit', 'rate'])

/**
 * The status an SDK knows what to do with: budgets that are used up are 429, as the providers' own are.
 */
export function statusOf({ code, status, reasons }: Refusal): number {
  const spent = code === 'denied' && reasons.length > 0 && reasons.every(({ kind }) => paced.has(kind))
  return spent ? 429 : status
}

/** The body of a refusal: `error.code` is the stable code, `error.lockstep` the problem details of the guard. */
export function bodyOf(api: Api, refusal: Refusal, call: string): unknown {
  const type = types[statusOf(refusal)] ?? 'api_error'
  const says = refusal.remedy === undefined ? refusal.detail : `${refusal.detail}. To have it pass: ${refusal.remedy}`
  const error = { type, code: refusal.code, message: `Lockstep: ${says}`, lockstep: problemOf(refusal, call) }
  return api === 'messages' ? { type: 'error', error, request_id: call } : { error: { ...error, param: null } }
}

/** Answers with a refusal. Only what may be different in a moment is to be tried again. */
export function sendWireRefusal(
  api: Api,
  reply: Reply,
  refusal: Refusal,
  call: string,
  { challenge, hangUp = false }: { readonly challenge?: string | undefined; readonly hangUp?: boolean } = {},
): void {
  const status = statusOf(refusal)
  const body = JSON.stringify(bodyOf(api, refusal, call))
  const again = refusal.retryAfterMs !== undefined
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'lockstep-call': call,
    'x-request-id': call,
    'request-id': call,
    'x-should-retry': String(again),
    ...(again ? { 'retry-after': String(Math.max(1, Math.ceil((refusal.retryAfterMs ?? 0) / 1000))) } : {}),
    ...(status === 401 ? { 'www-authenticate': challenge ?? 'Bearer' } : {}),
    ...(hangUp ? { connection: 'close' } : {}),
  }
  send(reply, status, headers, body)
}
