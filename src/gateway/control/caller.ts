/** Who talks to the control API: a program with a credential of ours, or a person an identifier knows. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../../charter/charter.ts'
import type { Identifier, Presented } from '../../identity/identity.ts'
import { Problem } from './problem.ts'

/**
 * `ask`: AuthZEN decisions. `operate`: switches and doubts. `watch`: metrics and the ledger's checkpoint. `report`: what `prove`
 * found, and which of it is accepted.
 */
export type Power = 'ask' | 'operate' | 'watch' | 'report'

/** A credential of the control API. Only its hash is known here. */
export interface ControlCredential {
  readonly name: string
  /** SHA-256 over the credential, as hex. */
  readonly sha256: string
  /** All powers by default. Approving is none of them: that needs a person. */
  readonly may?: readonly Power[]
}

export type Caller =
  | { readonly kind: 'credential'; readonly name: string; readonly may: readonly Power[] }
  | { readonly kind: 'person'; readonly principal: Principal & { readonly id: string }; readonly may: readonly Power[] }

export interface CallerOptions {
  readonly credentials: readonly ControlCredential[]
  /** Tells persons apart. Without it nobody can approve here. */
  readonly identifier?: Pick<Identifier, 'identify'>
  /** Persons who may operate, watch and report; none by default. */
  readonly isOperator?: (principal: Principal) => boolean
}

const allPowers: readonly Power[] = ['ask', 'operate', 'watch', 'report']

/**
 * Tells who calls. Cookies do not count, so that no web page can make a browser act here.
 *
 * @throws {Problem} 401 when nobody can be told, 503 when whoever could tell cannot be reached.
 */
export async function callerOf(options: CallerOptions, presented: Presented): Promise<Caller> {
  const { cookie: _, ...headers } = presented.headers
  const { authorization } = headers
  if (Array.isArray(authorization)) throw unverified('several credentials')
  const bearer = typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined
  const own = bearer === undefined ? undefined : credentialOf(options.credentials, bearer)
  if (own !== undefined) return { kind: 'credential', name: own.name, may: own.may ?? allPowers }
  if (options.identifier === undefined) throw unverified('a bearer credential is needed')
  const identified = await options.identifier.identify({ ...presented, headers })
  if (!identified.ok) {
    if (identified.code === 'unavailable') throw new Problem(503, 'unavailable', identified.why)
    throw unverified(identified.why, identified.challenge)
  }
  // SECURITY: a token of a run is narrower than its bearer, which nothing here would heed.
  if (identified.ours === true) throw unverified('a token of a run is for calls: show a credential of your own')
  const { principal } = identified
  if (principal.id === undefined) throw unverified('a credential is needed')
  const may: readonly Power[] = options.isOperator?.(principal) === true ? ['operate', 'watch', 'report'] : []
  return { kind: 'person', principal: { ...principal, id: principal.id }, may }
}

function unverified(why: string, challenge = 'Bearer'): Problem {
  return new Problem(401, 'unauthenticated', why, { 'www-authenticate': challenge })
}

/** Compares with every credential, so that time tells nothing. */
function credentialOf(credentials: readonly ControlCredential[], bearer: string): ControlCredential | undefined {
  const digest = createHash('sha256').update(bearer).digest()
  let found: ControlCredential | undefined
  for (const each of credentials) {
    const known = Buffer.from(each.sha256, 'hex')
    if (known.length === digest.length && timingSafeEqual(known, digest)) found = each
  }
  return found
}

/** Whether two are one, whatever they may do now: an id is of one kind and one tenant. Whom they act for does not count. */
export function isSame(one: Principal | undefined, other: Principal | undefined): boolean {
  if (one?.id === undefined || one.id !== other?.id) return false
  return one.tenant === other.tenant && (one.kind ?? 'user') === (other.kind ?? 'user')
}

/** Whether what `other` did is the caller's: their own, and where they act for somebody now, done for the same person. */
export function isTheirOwn(
  { chain, ...alone }: Principal,
  other: Principal | undefined,
  person: Principal | undefined,
): boolean {
  return isSame(alone, other) && (chain === undefined || isSame(chain.at(-1), person))
}

/** The name under which somebody acts, for the record. */
export function nameOf(caller: Caller): string {
  return caller.kind === 'person' ? caller.principal.id : `operator:${caller.name}`
}
