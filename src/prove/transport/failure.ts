import { errors } from 'undici'
import type { Failure, FailureCode } from './exchange.ts'

const codeOf: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EINVAL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EPROTO: 'tls',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  HPE_HEADER_OVERFLOW: 'too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'not-http',
  UND_ERR_INVALID_ARG: 'not-http',
  ERR_HTTP2_ERROR: 'not-http',
  ERR_HTTP2_INVALID_HEADER_VALUE: 'not-http',
  ERR_INVALID_CHAR: 'not-http',
  ERR_INVALID_HTTP_TOKEN: 'not-http',
}

const codePatterns: readonly (readonly [RegExp, FailureCode])[] = [
  [/^(HPE_|Z_|ERR__ERROR|ERR_BROTLI|ERR_ZSTD|ZSTD_)/, 'not-http'],
  [/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CRL_|HOSTNAME_MISMATCH|INVALID_CA|ERROR_IN_CERT)/, 'tls'],
]

const words: Readonly<Record<FailureCode, string>> = {
  unreachable: 'no connection could be made',
  timeout: 'no complete answer in time',
  tls: 'the TLS connection could not be trusted or made',
  reset: 'the connection ended before the answer did',
  'not-http': 'not an exchange in valid HTTP',
  'too-large': 'the head of the answer is too large',
  budget: 'the budget is used up',
  scope: 'the host is not allowed',
  cancelled: 'the run was cancelled',
}

/** Names what went wrong on the wire; anything unknown after connecting is a `reset`. */
export function toFailure(error: unknown): Failure {
  const system = systemCode(error)
  const code = codeOf[system] ?? codePatterns.find(([pattern]) => pattern.test(system))?.[1] ?? 'reset'
  return wireFailure(code, system)
}

/** A failure in fixed words; `detail` is a system's error code, never text of the exchange. */
export function wireFailure(code: FailureCode, detail?: string): Failure {
  return { code, message: detail === undefined || detail === '' ? words[code] : `${words[code]} (${detail})` }
}

function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  // undici knows no number for an answer that does not even begin like HTTP.
  if (error instanceof errors.HTTPParserError) return 'HPE_INVALID'
  return 'cause' in error ? systemCode(error.cause) : ''
}
