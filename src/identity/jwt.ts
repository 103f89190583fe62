import { decodeJwt, decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { parseLosslessJson } from '../wire/lossless-json.ts'
import { bearerOf } from './delegation.ts'
import type { TokenContext } from './dpop.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject } from './principal.ts'
import type { Provider } from './provider.ts'
import type { JwtConfig } from './schema.ts'
import { type Claims, confirmHolder, tokenChallenges, tokenIn } from './token.ts'

const jwtShape = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Makes a provider of signed tokens. */
export function makeJwtProvider(config: JwtConfig, keys: JWTVerifyGetKey, context: TokenContext): Provider {
  return {
    name: config.name ?? `jwt ${config.issuer}`,
    slots: ['authorization'],
    takes: (credentials) => jwtShape.test(tokenIn(credentials, config) ?? ''),
    async identify(credentials, presented) {
      const token = tokenIn(credentials, config) ?? ''
      const claims = await verifyToken(token, config, keys, context.now)
      await confirmHolder(claims, { credentials, presented }, { ...context, config })
      return context.agents.bearing(config.issuer, soleSubject(claims)) ?? bearerOf(claims, config, context.agents)
    },
    challenges: tokenChallenges(config),
  }
}

/** Whoever a token is about that acts for nobody. */
function soleSubject(claims: Claims): unknown {
  return claims['act'] === undefined ? claims['sub'] : undefined
}

/** The claims of a token that is genuine, for us, and valid now. */
async function verifyToken(
  token: string,
  config: JwtConfig,
  keys: JWTVerifyGetKey,
  now: () => number,
): Promise<Claims> {
  peek(token, config)
  try {
    await jwtVerify(token, keys, {
      algorithms: [...config.algorithms],
      issuer: config.issuer,
      audience: [config.audience].flat(),
      requiredClaims: ['exp', ...config.require],
      currentDate: new Date(now()),
      clockTolerance: config.tolerance / 1000,
      ...(config.type === undefined ? {} : { typ: config.type }),
      ...(config['max-age'] === undefined ? {} : { maxTokenAge: config['max-age'] / 1000 }),
    })
  } catch (error) {
    throw faultOf(error)
  }
  // Read again, because amounts and ids among the claims must keep their digits.
  const claims = parseLosslessJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  if (!isObject(claims)) throw new NotIdentified('malformed', 'the token has no claims')
  if (Number(claims['iat'] ?? 0) * 1000 > now() + config.tolerance)
    throw new NotIdentified('not-yet-valid', 'the token is from the future')
  return claims
}

/** Whether a token says that it is ours and of the right kind; nothing it says is believed yet. */
function peek(token: string, config: JwtConfig): void {
  let issuer: unknown
  let type: unknown
  try {
    issuer = decodeJwt(token).iss
    type = decodeProtectedHeader(token).typ
  } catch (cause) {
    throw new NotIdentified('malformed', 'the token cannot be read', { foreign: true, cause })
  }
  if (issuer !== config.issuer)
    throw new NotIdentified('wrong-issuer', 'the token is from another issuer', { foreign: true })
  // RFC 8725 section 3.11: a signed text for another use (a logout, a proof) is no access token.
  if (config.type === undefined && type !== undefined && !/^(?:application\/)?(?:at\+)?jwt$/i.test(String(type)))
    throw new NotIdentified('unknown', 'the token is not an access token')
}

function faultOf(error: unknown): NotIdentified {
  if (error instanceof NotIdentified) return error
  const fault = (code: NotIdentified['code'], why: string): NotIdentified =>
    new NotIdentified(code, why, { cause: error })
  if (error instanceof errors.JWTExpired) return fault('expired', 'the token has expired')
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return fault('wrong-issuer', 'the token is from another issuer')
    if (error.claim === 'aud') return fault('wrong-audience', 'the token is for somebody else')
    if (error.claim === 'typ') return fault('unknown', 'the token is not an access token')
    if (error.reason === 'check_failed') return fault('not-yet-valid', 'the token is not valid yet')
    return fault('malformed', 'the token lacks a claim it must have')
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return fault('malformed', 'the token cannot be read')
  return fault('unknown', 'the token is not signed by a key and in a way that count here')
}
