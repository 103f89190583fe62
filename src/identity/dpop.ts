import { createHash, timingSafeEqual } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { Directory } from './agents.ts'
import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import type { ReplayMemory } from './replay-memory.ts'
import type { TokenConfig } from './schema.ts'

/** What proofs are checked with. */
export interface ProofContext {
  readonly config: Pick<TokenConfig, 'dpop-window' | 'dpop-algorithms' | 'tolerance'>
  readonly now: () => number
  readonly replays: ReplayMemory
}

/** What tokens are checked with. */
export interface TokenContext extends Omit<ProofContext, 'config'> {
  readonly agents: Directory
}

const longestId = 256

/**
 * Checks that a proof was made for this request, with this token, by the key with this thumbprint, just now and for the first
 * time (RFC 9449 section 4.3).
 *
 * @throws {NotIdentified} otherwise.
 */
export async function verifyProof(
  proof: string,
  {
    token,
    thumbprint,
    presented,
  }: { readonly token: string; readonly thumbprint: string; readonly presented: Presented },
  context: ProofContext,
): Promise<void> {
  const { claims, jkt } = await openProof(proof, context)
  if (!same(jkt, thumbprint)) throw refuse('unbound', 'the proof was made with another key than the token is bound to')
  if (typeof claims['ath'] !== 'string') throw refuse('malformed', 'the proof is for no token')
  checkRequest(claims, presented)
  const hash = createHash('sha256').update(token).digest('base64url')
  if (!same(claims['ath'], hash)) throw refuse('unbound', 'the proof is for another token')
  await spend(claims, jkt, context)
}

/**
 * The key of a proof that came with a request for a token: the token is to be bound to it (RFC 9449 section 5).
 *
 * @returns the thumbprint of the key.
 * @throws {NotIdentified} when it is no proof for this request.
 */
export async function proofKeyOf(proof: string, presented: Presented, context: ProofContext): Promise<string> {
  const { claims, jkt } = await openProof(proof, context)
  checkRequest(claims, presented)
  await spend(claims, jkt, context)
  return jkt
}

/** As `proofKeyOf`, of a proof that was spent already: with the token that the request shows. */
export async function spentKeyOf(proof: string, presented: Presented, context: ProofContext): Promise<string> {
  const { claims, jkt } = await openProof(proof, context)
  checkRequest(claims, presented)
  return jkt
}

function checkRequest(claims: Readonly<Record<string, unknown>>, presented: Presented): void {
  if (claims['htm'] !== presented.method) throw refuse('unbound', 'the proof is for another method')
  if (typeof claims['htu'] !== 'string' || addressOf(claims['htu']) !== addressOf(presented.url))
    throw refuse('unbound', 'the proof is for another address')
}

/** Whether two texts are equal, in a time that does not say where they differ. */
export function same(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

async function openProof(
  proof: string,
  { config, now }: ProofContext,
): Promise<{ claims: Readonly<Record<string, unknown>>; jkt: string }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: config['dpop-algorithms'],
      currentDate: new Date(now()),
      clockTolerance: config.tolerance / 1000,
      requiredClaims: ['jti', 'htm', 'htu', 'iat'],
    })
    if (protectedHeader.jwk === undefined) throw new TypeError('no key')
    return { claims: payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk, 'sha256') }
  } catch (cause) {
    throw refuse('malformed', 'the proof is not a proof, or not signed by its key', cause)
  }
}

async function spend(
  claims: Readonly<Record<string, unknown>>,
  jkt: string,
  { config, now, replays }: ProofContext,
): Promise<void> {
  const { iat, jti } = claims
  if (typeof iat !== 'number' || typeof jti !== 'string' || jti === '' || jti.length > longestId)
    throw refuse('malformed', 'the proof has no time or no id')
  const ends = iat * 1000 + config['dpop-window'] + config.tolerance
  if (iat * 1000 > now() + config.tolerance) throw refuse('not-yet-valid', 'the proof is from the future')
  if (ends <= now()) throw refuse('expired', 'the proof is too old')
  // Hashed, so that the length of what is remembered is not the caller's to choose.
  const key = createHash('sha256')
    .update(JSON.stringify([jkt, jti]))
    .digest('base64url')
  let isFirst: boolean
  try {
    isFirst = await replays.remember(key, ends)
  } catch (cause) {
    throw new NotIdentified('unavailable', 'it cannot be told whether the proof was used before', { cause })
  }
  if (!isFirst) throw refuse('replayed', 'the proof was used before')
}

/** Scheme and host without regard to case, no default port, no query and no fragment (RFC 3986 section 6.2). */
function addressOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

function refuse(code: NotIdentified['code'], why: string, cause?: unknown): NotIdentified {
  return new NotIdentified(code, why, { error: 'invalid_dpop_proof', cause })
}
