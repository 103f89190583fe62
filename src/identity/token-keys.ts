/** The keys that sign tokens of ours. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { IdentitySetupError } from './not-identified.ts'

/** The first key of the file signs; all of them verify, so that a new one can be put before an old one. */
export interface TokenKeys {
  readonly signing: { readonly kid: string; readonly key: KeyObject }
  /** The public keys, as they are published. */
  readonly jwks: JSONWebKeySet
  readonly find: JWTVerifyGetKey
}

/** What tokens are signed with: P-256 keys. */
export const tokenAlgorithm = 'ES256'

/**
 * Reads the keys of a file, or makes a file with one, readable by its owner only. Nodes of one guard share the file.
 *
 * @throws {IdentitySetupError} when it cannot be read or written, or holds anything but private P-256 keys (PKCS #8, PEM).
 */
export async function openTokenKeys(path: string): Promise<TokenKeys> {
  try {
    return await keysIn(await textOf(path))
  } catch {
    // Without the cause: what parsers say of a key may quote it.
    throw new IdentitySetupError('unusable-key', `the keys for tokens in ${path} cannot be used`)
  }
}

/** Keys out of the text of such a file. @throws when there is none. */
export async function keysIn(text: string): Promise<TokenKeys> {
  const blocks = text.match(/-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g) ?? []
  const pairs = await Promise.all(blocks.map((pem) => pairOf(createPrivateKey(pem))))
  const [first] = pairs
  if (first === undefined) throw new TypeError('there is no key')
  const jwks = { keys: pairs.map(({ jwk }) => jwk) }
  return { signing: { kid: first.kid, key: first.key }, jwks, find: createLocalJWKSet(jwks) }
}

/** A new key, as it stands in the file. */
export function newKeyText(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
}

async function textOf(path: string): Promise<string> {
  const found = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (found !== undefined) return found
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = newKeyText()
  // Of two processes that start together, one makes it.
  const file = await open(path, 'wx', 0o600).catch(() => undefined)
  if (file === undefined) return await readFile(path, 'utf8')
  await file.writeFile(text)
  await file.sync()
  await file.close()
  return text
}

async function pairOf(key: KeyObject): Promise<{ kid: string; key: KeyObject; jwk: JSONWebKeySet['keys'][number] }> {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' })
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) throw new TypeError('no P-256 key')
  const kid = await calculateJwkThumbprint({ kty, crv, x, y })
  return { kid, key, jwk: { kty, crv, x, y, kid, use: 'sig', alg: tokenAlgorithm } }
}
