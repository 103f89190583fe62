/** Tokens of our own (RFC 9068), and handles that name a run beside another credential. */
import { createHmac, randomBytes } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { RunHandle } from '../charter/run-handle.ts'
import { BoundedMap } from './bounded-map.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject } from './principal.ts'
import { type TokenKeys, tokenAlgorithm } from './token-keys.ts'

/** `at+jwt` lets its bearer in; `lockstep-run+jwt` only says which run a caller means who is let in by something else. */
export type RunTokenType = 'at+jwt' | 'lockstep-run+jwt'

export interface MintOptions {
  readonly type: RunTokenType
  readonly audience: readonly string[]
  /** Milliseconds since 1970. */
  readonly expires: number
  /** The thumbprint of the key it is bound to. */
  readonly jkt?: string
}

export interface Minted {
  readonly text: string
  readonly expires: number
}

/** Makes and reads tokens. Made by `makeRunTokens`. */
export interface RunTokens {
  readonly issuer: string
  readonly jwks: TokenKeys['jwks']
  /** A token that stands for a handle, under its id. */
  mint(handle: RunHandle, options: MintOptions): Promise<Minted>
  /** Whether a text says that it is one of ours; nothing it says is believed yet. */
  isOurs(text: string): boolean
  /**
   * The claims of a token that is genuine, of this type, and valid now; and what it stands for. Audience and binding are not looked at.
   *
   * @throws {NotIdentified} otherwise.
   */
  verify(text: string, type: RunTokenType): Promise<Verified>
}

export interface Verified {
  readonly claims: JWTPayload
  readonly handle: RunHandle
}

const mostVerified = 10_000

/** Makes them. `issuer` is the address of the guard as its clients know it. */
export function makeRunTokens(issuer: string, keys: TokenKeys, now: () => number): RunTokens {
  // A signature that was good stays good; keys do not change while the process lives.
  const verified = new BoundedMap<Verified>(mostVerified, now)
  const secret = randomBytes(32)
  return {
    issuer,
    jwks: keys.jwks,
    async mint(handle, { type, audience, expires, jkt }) {
      const ends = Math.floor(Math.min(expires, handle.until) / 1000)
      const [only] = audience
      const text = await new SignJWT({
        ...claimsOf(handle),
        iss: issuer,
        aud: audience.length === 1 && only !== undefined ? only : [...audience],
        iat: Math.floor(handle.issuedAt / 1000),
        exp: ends,
        jti: handle.token,
        ...(jkt === undefined ? {} : { cnf: { jkt } }),
      })
        .setProtectedHeader({ alg: tokenAlgorithm, kid: keys.signing.kid, typ: type })
        .sign(keys.signing.key)
      return { text, expires: ends * 1000 }
    },
    isOurs: (text) => issuerIn(text) === issuer,
    async verify(text, type) {
      const name = createHmac('sha256', secret).update(`${type} ${text}`).digest('base64url')
      const before = verified.get(name)
      if (before !== undefined) return before
      try {
        const { payload } = await jwtVerify(text, keys.find, {
          issuer,
          typ: type,
          algorithms: [tokenAlgorithm],
          requiredClaims: ['exp', 'iat', 'jti', 'aud', 'sub'],
          currentDate: new Date(now()),
        })
        const handle = handleOf(payload)
        if (handle === undefined) throw new NotIdentified('malformed', 'the token is not one of a run')
        const found = { claims: payload, handle }
        verified.set(name, found, handle.expires)
        return found
      } catch (error) {
        throw faultOf(error)
      }
    },
  }
}

function issuerIn(text: string): string | undefined {
  try {
    return decodeJwt(text).iss
  } catch {
    return undefined
  }
}

function faultOf(error: unknown): NotIdentified {
  if (error instanceof NotIdentified) return error
  if (error instanceof errors.JWTExpired)
    return new NotIdentified('expired', 'the token has expired: exchange it in time', { cause: error })
  return new NotIdentified('unknown', 'the token is not signed by us, or not for this use', { cause: error })
}

/** RFC 8693 section 4.1: the outermost `act` is who bears it now, the innermost the first of those who acted. */
function claimsOf(handle: RunHandle): JWTPayload {
  const { acting, person, scopes, tools, workflow } = handle
  const [bearer = ''] = acting
  const act = acting.reduceRight<object | undefined>((inner, sub) => (inner ? { sub, act: inner } : { sub }), undefined)
  return {
    sub: person ?? bearer,
    client_id: bearer,
    ...(person === undefined ? {} : { act }),
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    lockstep_run: handle.id,
    lockstep_agent: bearer,
    lockstep_lines: handle.lines,
    lockstep_charter: handle.version,
    lockstep_holder: handle.holder,
    lockstep_until: Math.floor(handle.until / 1000),
    ...(workflow === undefined ? {} : { lockstep_workflow: workflow }),
    ...(tools === undefined ? {} : { lockstep_tools: tools }),
  }
}

function handleOf(claims: JWTPayload): RunHandle | undefined {
  const { sub, jti, iat, exp, act, scope } = claims
  const text = (name: string): string | undefined => textIn(claims[name])
  const [run, version, holder] = [text('lockstep_run'), text('lockstep_charter'), text('lockstep_holder')]
  const { lockstep_until: until, lockstep_tools: tools, lockstep_lines: lines } = claims
  const acting = act === undefined ? [sub ?? ''] : actingIn(act)
  if (run === undefined || version === undefined || holder === undefined || acting === undefined) return undefined
  if (iat === undefined || exp === undefined || jti === undefined || typeof until !== 'number') return undefined
  if ((tools !== undefined && !isTexts(tools)) || !isTexts(lines)) return undefined
  const [agent = ''] = acting
  const workflow = text('lockstep_workflow')
  return {
    id: run,
    agent,
    acting,
    lines,
    version,
    holder,
    until: until * 1000,
    token: jti,
    issuedAt: iat * 1000,
    expires: exp * 1000,
    ...(act === undefined || sub === undefined ? {} : { person: sub }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(tools === undefined ? {} : { tools }),
    ...(typeof scope === 'string' ? { scopes: scope.split(' ').filter((each) => each !== '') } : {}),
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function actingIn(act: unknown): readonly string[] | undefined {
  const ids: string[] = []
  for (let link = act; link !== undefined; link = link['act']) {
    if (!isObject(link) || typeof link['sub'] !== 'string') return undefined
    ids.push(link['sub'])
  }
  return ids
}
