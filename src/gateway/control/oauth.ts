/** What the endpoints of OAuth have in common: forms in, JSON with the error names of its RFCs out. */
import type { Given } from './route.ts'

/** RFC 6749 section 5.2, RFC 8693 section 2.2.2, RFC 8628 section 3.5. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'access_denied'
  | 'temporarily_unavailable'

/** A request of OAuth that is not answered as asked. The message names no secret. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly challenge: string | undefined
  constructor(code: OAuthErrorCode, why: string, challenge?: string) {
    super(why)
    this.name = 'OAuthError'
    this.code = code
    this.challenge = challenge
  }
}

/** Parameters that may come several times (RFC 8693 section 2.1). */
const several: ReadonlySet<string> = new Set(['resource', 'audience'])

/** Reads a form. @throws {OAuthError} for another type, a parameter that comes twice, or text that is none. */
export function formIn(bytes: Buffer, type: string | undefined): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(type ?? ''))
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded')
  const form = new URLSearchParams(textOf(bytes))
  const known = new Set<string>()
  for (const name of form.keys()) {
    if (known.has(name) && !several.has(name))
      throw new OAuthError('invalid_request', `the parameter ${name.slice(0, 40)} comes more than once`)
    known.add(name)
  }
  return form
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new OAuthError('invalid_request', 'the body is not text')
  }
}

/** A parameter; one without a value counts as left out (RFC 6749 section 3.2). */
export function parameterOf(form: URLSearchParams, name: string): string | undefined {
  return form.get(name) || undefined
}

/** The words of a parameter that is a list. */
export function wordsOf(form: URLSearchParams, name: string): readonly string[] | undefined {
  return parameterOf(form, name)
    ?.split(/ +/)
    .filter((each) => each !== '')
}

const plain = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g

/** An error as it goes over HTTP. */
export function errorGiven({ code, message, challenge }: OAuthError): Given {
  const status = code === 'invalid_client' ? 401 : code === 'temporarily_unavailable' ? 503 : 400
  return {
    status,
    body: { error: code, error_description: message.replaceAll(plain, "'") },
    headers: {
      pragma: 'no-cache',
      ...(status === 401 ? { 'www-authenticate': challenge ?? 'Basic realm="token"' } : {}),
    },
  }
}
