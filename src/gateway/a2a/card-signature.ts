/** Whether a card was signed by a key we trust. */
import { createLocalJWKSet, flattenedVerify, type JSONWebKeySet } from 'jose'
import { isRecord } from '../../wire/to-http.ts'
import { canonicalForms } from './card-form.ts'

/** `signed`: by one of our keys. `unsigned`: by nobody. `unknown`: by keys that are not ours. `forged`: said to be by one of ours, and is not. */
export type Signed = 'signed' | 'unsigned' | 'unknown' | 'forged'

const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/**
 * Verifies the signatures of a card (JWS over its canonical form, A2A section 8.4.3).
 *
 * SECURITY: keys come from `keys` alone. `jku` is an address somebody else chose; it is never followed.
 */
export async function verifyCard(document: unknown, keys: JSONWebKeySet): Promise<Signed> {
  if (!isRecord(document) || !Array.isArray(document['signatures'])) return 'unsigned'
  const listed: readonly unknown[] = document['signatures']
  if (listed.length === 0) return 'unsigned'
  const forms = canonicalForms(document).map((text) => Buffer.from(text).toString('base64url'))
  let found: Signed = 'unknown'
  for (const each of listed.slice(0, 16)) {
    if (!isRecord(each)) continue
    const { protected: header, signature } = each
    if (typeof header !== 'string' || typeof signature !== 'string') continue
    const kid = kidOf(header)
    const own = keys.keys.filter((key) => key.kid !== undefined && key.kid === kid)
    if (own.length === 0) continue
    if (await fits({ header, signature }, forms, { keys: own })) return 'signed'
    found = 'forged'
  }
  return found
}

function kidOf(header: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    const kid = isRecord(parsed) ? parsed['kid'] : undefined
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

async function fits(
  { header, signature }: { readonly header: string; readonly signature: string },
  forms: readonly string[],
  keys: JSONWebKeySet,
): Promise<boolean> {
  for (const payload of forms) {
    try {
      await flattenedVerify({ protected: header, payload, signature }, createLocalJWKSet(keys), { algorithms })
      return true
    } catch {}
  }
  return false
}
