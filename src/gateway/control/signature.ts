/** Signed messages as Standard Webhooks has them: HMAC-SHA256 over id, time and body. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const toleranceSeconds = 300
const prefix = 'whsec_'

/**
 * The key in a secret as it is written (`whsec_` and base64).
 *
 * @throws {TypeError} when it is shorter than 24 bytes; the secret is not in the message.
 */
export function parseSecret(text: string): Buffer {
  const key = Buffer.from(text.startsWith(prefix) ? text.slice(prefix.length) : text, 'base64')
  if (key.length < 24) throw new TypeError('a webhook secret has at least 24 bytes, in base64')
  return key
}

/** The headers of a signed message. `at` in milliseconds since 1970. */
export function signMessage(key: Buffer, id: string, at: number, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${macOf(key, id, timestamp, body).toString('base64')}`,
  }
}

/** The id of a message if it was signed with the key, and lately; undefined when not. Any of several signatures may fit. */
export function verifyMessage(
  key: Buffer,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: number,
): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return undefined
  if (id === '' || id.length > 256 || !/^\d{1,12}$/.test(timestamp)) return undefined
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return undefined
  const expected = macOf(key, id, timestamp, body)
  const fits = signatures.split(' ').some((each) => {
    const given = each.startsWith('v1,') ? Buffer.from(each.slice(3), 'base64') : undefined
    return given?.length === expected.length && timingSafeEqual(given, expected)
  })
  return fits ? id : undefined
}

function macOf(key: Buffer, id: string, timestamp: string, body: Buffer | string): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}
