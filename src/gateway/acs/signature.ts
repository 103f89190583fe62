/** Signatures of ACS section 10: HMAC-SHA256 over the whole envelope, with a key of the session. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import canonicalize from 'canonicalize'
import { isRecord } from '../../wire/to-http.ts'

export const algorithm = 'HMAC-SHA256'

/**
 * The key of one session. The standard leaves the inputs of HKDF open; reference implementations take no salt and the session as info.
 */
export function sessionKey(secret: Uint8Array, session: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), Buffer.from(session), 32))
}

/** Where an envelope carries its signature. */
type Part = 'params' | 'result' | 'error'

/** The signature over an envelope; one it already carries does not count. */
export function signatureOf(key: Uint8Array, envelope: unknown, part: Part): string {
  return createHmac('sha256', key).update(signedInput(envelope, part)).digest('base64')
}

/** Whether a value is the signature of an envelope; its time tells nothing. */
export function isSignedBy(key: Uint8Array, envelope: unknown, value: string): boolean {
  const expected = Buffer.from(signatureOf(key, envelope, 'params'), 'base64')
  const given = Buffer.from(value, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** RFC 8785 over the envelope without the member `signature`. */
function signedInput(envelope: unknown, part: Part): string {
  if (!isRecord(envelope)) return ''
  const holder = envelope[part]
  if (!isRecord(holder)) return canonicalize(envelope) ?? ''
  const { signature: _, ...unsigned } = holder
  return canonicalize({ ...envelope, [part]: unsigned }) ?? ''
}
