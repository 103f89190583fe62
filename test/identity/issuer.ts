import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { calculateJwkThumbprint, exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Identified, Identifier, Presented } from '../../src/identity/identity.ts'
import { type IdentifierOptions, openIdentifier } from '../../src/identity/open-identifier.ts'
import { identityConfigSchema } from '../../src/identity/schema.ts'
import { listen } from '../transport/open.ts'

export const audience = 'https://api.example'
/** When everything happens, unless a test moves on. */
export const noon = Date.parse('2026-06-01T12:00:00Z')

export interface Key {
  readonly jwk: JWK
  readonly privateKey: GenerateKeyPairResult['privateKey']
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, privateKey }
}

/** An issuer with a real key server: which keys it shows and whether it answers can change. */
export async function startIssuer(): Promise<{
  url: string
  keys: JWK[]
  asked: number
  answers: boolean
  close(): void
}> {
  const server = createServer((_, res) => {
    issuer.asked += 1
    res.writeHead(issuer.answers ? 200 : 500, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ keys: issuer.keys }))
  })
  const issuer = { url: '', keys: [] as JWK[], asked: 0, answers: true, close: () => void server.close() }
  issuer.url = `http://${await listen(server)}`
  return issuer
}

/** Signs a token as an issuer would; `undefined` leaves a claim out. */
export async function sign(
  key: Key,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const seconds = noon / 1000
  const payload = { sub: 'alice', aud: audience, iat: seconds - 10, exp: seconds + 300, ...claims }
  return await new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: key.jwk.alg ?? 'ES256', kid: key.jwk.kid ?? '', ...header })
    .sign(key.privateKey)
}

/** A DPoP proof; `changes` makes it wrong. */
export async function prove(
  key: Key,
  token: string,
  changes: { claims?: Readonly<Record<string, unknown>>; header?: Readonly<Record<string, unknown>> } = {},
): Promise<string> {
  const ath = createHash('sha256').update(token).digest('base64url')
  const claims = { jti: randomUUID(), htm: 'GET', htu: `${audience}/orders`, iat: noon / 1000, ath, ...changes.claims }
  const { kid: _, ...jwk } = key.jwk
  return await new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...changes.header })
    .sign(key.privateKey)
}

export async function thumbprintOf(key: Key): Promise<string> {
  return await calculateJwkThumbprint(key.jwk)
}

/** Opens what would stand in a guard file. */
export async function open(config: unknown, options: Partial<IdentifierOptions> = {}): Promise<Identifier> {
  return await openIdentifier(identityConfigSchema.parse(config), {
    now: () => noon,
    readSecret: async () => undefined,
    ...options,
  })
}

export function present(headers: Presented['headers'], more: Partial<Presented> = {}): Presented {
  return { method: 'GET', url: `${audience}/orders`, headers, ...more }
}

export function bearing(token: string): Presented {
  return present({ authorization: `Bearer ${token}` })
}

/** The id, or the code of the refusal. */
export function said(identified: Identified): string | undefined {
  return identified.ok ? identified.principal.id : identified.code
}
