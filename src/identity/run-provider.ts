/** What callers show of runs: tokens of ours, and handles beside other credentials. */
import { createHash } from 'node:crypto'
import type { Principal } from '../charter/charter.ts'
import { holderOf, type RunHandle } from '../charter/run-handle.ts'
import type { TokenContext } from './dpop.ts'
import { proofKeyOf, same, spentKeyOf } from './dpop.ts'
import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import { challenge, type Provider } from './provider.ts'
import type { RunTokens } from './run-token.ts'
import { confirmHolder, type ProofConfig, tokenIn } from './token.ts'

/** What is asked about runs. */
export interface RunsKnown {
  readonly tokens: RunTokens
  /** Who bears a token of a run, with those it acts for; undefined when the run is not known. Rejects when that cannot be told. */
  readonly principalOf: (handle: RunHandle) => Promise<Principal | undefined>
}

/** The header that says which run a caller means who is let in by a credential of its own. */
export const runHeader = 'lockstep-run'

const proofs: ProofConfig = {
  dpop: 'accepted',
  'dpop-algorithms': ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256'],
  'dpop-window': 60_000,
  tolerance: 5000,
}

/** Makes a provider of tokens of ours. It also tells the handle of each principal it names. */
export function makeRunProvider(
  { tokens, principalOf }: RunsKnown,
  context: TokenContext,
): Provider & { readonly handleOf: (principal: Principal) => RunHandle | undefined } {
  const handles = new WeakMap<Principal, RunHandle>()
  return {
    name: 'runs',
    slots: ['authorization'],
    takes: (credentials) => tokens.isOurs(tokenIn(credentials, proofs) ?? ''),
    async identify(credentials, presented) {
      const { claims, handle } = await tokens.verify(tokenIn(credentials, proofs) ?? '', 'at+jwt')
      checkAudience(claims.aud, presented, tokens.issuer)
      await confirmHolder(claims, { credentials, presented }, { ...context, config: proofs })
      const principal = await principalOf(handle)
      if (principal === undefined) throw new NotIdentified('revoked', 'the run of the token is not known, or no longer')
      checkMadeFor(handle, principal)
      // One of its own for each request: what is remembered of it is of this token.
      const bearer = { ...principal }
      handles.set(bearer, handle)
      return bearer
    },
    challenges: (fault) => [challenge('Bearer', fault)],
    handleOf: (principal) => handles.get(principal),
  }
}

/**
 * Reads the handle a request shows beside the credential of its caller.
 *
 * @throws {NotIdentified} for one that is not ours, was made for somebody else, or is for another gateway.
 */
export async function readRunHeader(
  presented: Presented,
  principal: Principal,
  known: RunsKnown | undefined,
): Promise<RunHandle | undefined> {
  const shown = Object.hasOwn(presented.headers, runHeader) ? presented.headers[runHeader] : undefined
  if (shown === undefined) return undefined
  if (typeof shown !== 'string') throw new NotIdentified('several', 'the request names several runs')
  if (known === undefined) throw new NotIdentified('unknown', 'no handles of runs are given out here')
  const { claims, handle } = await known.tokens.verify(shown, 'lockstep-run+jwt')
  checkAudience(claims.aud, presented, known.tokens.issuer)
  checkMadeFor(handle, principal)
  return handle
}

/** How a request for a token shows the key that the token is to be bound to. */
export function proofOf(presented: Presented, context: TokenContext): Promise<string | undefined> {
  const proof = presented.headers['dpop']
  if (proof === undefined) return Promise.resolve(undefined)
  if (typeof proof !== 'string') throw new NotIdentified('several', 'there are several proofs')
  // Who is let in by a token that is bound has spent the proof by that.
  const spent = /^dpop /i.test(String(presented.headers['authorization'] ?? ''))
  const own = { ...context, config: proofs }
  return spent ? spentKeyOf(proof, presented, own) : proofKeyOf(proof, presented, own)
}

/** A token is for the gateways it names; one that names the guard itself is for all of them. */
function checkAudience(aud: unknown, { resource, url }: Presented, issuer: string): void {
  const audience = [aud].flat().filter((each) => typeof each === 'string')
  const fits = (each: string): boolean =>
    each === issuer || (resource === undefined ? isAtOrAbove(each, url) : each === resource)
  if (!audience.some(fits)) throw new NotIdentified('wrong-audience', 'the token is for another gateway')
}

function isAtOrAbove(audience: string, url: string): boolean {
  const above = URL.parse(audience)
  const at = URL.parse(url)
  if (above === null || at === null || above.origin !== at.origin) return false
  const path = above.pathname.replace(/\/$/, '')
  return at.pathname === path || at.pathname.startsWith(`${path}/`)
}

function checkMadeFor({ holder }: RunHandle, principal: Principal): void {
  const own = createHash('sha256').update(holderOf(principal)).digest('base64url')
  if (!same(own, holder)) throw new NotIdentified('unbound', 'the run is of somebody else')
}
