import { importJWK, importPKCS8 } from 'jose'
import * as oauth from 'oauth4webapi'
import { makeAnswers } from './answers.ts'
import type { Ask } from './ask.ts'
import { bearerOf } from './delegation.ts'
import type { TokenContext } from './dpop.ts'
import type { SecretReference } from './identity.ts'
import { IdentitySetupError, NotIdentified } from './not-identified.ts'
import type { Provider } from './provider.ts'
import type { IntrospectionConfig } from './schema.ts'
import { type Claims, confirmHolder, tokenChallenges, tokenIn } from './token.ts'

type Context = TokenContext & {
  readonly ask: Ask
  /** Rejects with an `IdentitySetupError` when there is none. */
  readonly secretOf: (reference: SecretReference) => Promise<string>
}

/** Opens a provider that asks the issuer about every token (RFC 7662). */
export async function openIntrospection(config: IntrospectionConfig, context: Context): Promise<Provider> {
  const answers = makeAnswers<Claims>({ now: context.now, until: () => config.cache, refusedMs: config.cache })
  const introspect = await makeIntrospect(config, context)
  return {
    name: config.name ?? `introspection ${config.issuer}`,
    slots: ['authorization'],
    takes: (credentials) => tokenIn(credentials, config) !== undefined,
    async identify(credentials, presented) {
      const token = tokenIn(credentials, config) ?? ''
      const claims = await answers.of(token, () => introspect(token))
      // Times, audience and holder are looked at for every request, whatever is remembered.
      checkClaims(claims, config, context.now())
      await confirmHolder(claims, { credentials, presented }, { ...context, config })
      return bearerOf(claims, config, context.agents)
    },
    challenges: tokenChallenges(config),
  }
}

async function makeIntrospect(
  config: IntrospectionConfig,
  context: Context,
): Promise<(token: string) => Promise<Claims>> {
  const server: oauth.AuthorizationServer = { issuer: config.issuer, introspection_endpoint: config.endpoint }
  const client: oauth.Client = { client_id: config.client.id }
  const authentication = await authenticationOf(config.client, context.secretOf)
  const options: oauth.IntrospectionRequestOptions = {
    additionalParameters: { token_type_hint: 'access_token' },
    [oauth.customFetch]: (url, { body, headers, method }) => context.ask(url, { body, headers, method }),
    // The shape of the file lets plain HTTP through to this machine only.
    [oauth.allowInsecureRequests]: true,
  }
  return async (token) => {
    let answer: oauth.IntrospectionResponse
    try {
      const response = await oauth.introspectionRequest(server, client, authentication, token, options)
      answer = await oauth.processIntrospectionResponse(server, client, response)
    } catch (cause) {
      throw new NotIdentified('unavailable', 'the issuer does not say whether the token counts', { cause })
    }
    if (!answer.active)
      throw new NotIdentified('revoked', 'the issuer does not know the token, or no longer', { foreign: true })
    return answer
  }
}

async function authenticationOf(
  client: IntrospectionConfig['client'],
  secretOf: Context['secretOf'],
): Promise<oauth.ClientAuth> {
  if ('secret' in client) return oauth.ClientSecretBasic(await secretOf(client.secret))
  const text = await secretOf(client.key)
  try {
    const key = text.trimStart().startsWith('{')
      ? await importJWK(JSON.parse(text), client.algorithm)
      : await importPKCS8(text, client.algorithm)
    if (!(key instanceof CryptoKey)) throw new TypeError('a symmetric key')
    return oauth.PrivateKeyJwt({ key, ...(client['key-id'] === undefined ? {} : { kid: client['key-id'] }) })
  } catch {
    // Without the cause: what parsers say of a key may quote it.
    throw new IdentitySetupError(
      'unusable-key',
      `the key of client ${client.id} is no private key for ${client.algorithm}`,
    )
  }
}

/** RFC 7662 section 2.2 leaves all members but `active` open; what is there must fit. */
function checkClaims(claims: Claims, config: IntrospectionConfig, nowMs: number): void {
  const time = (name: string): number | undefined => {
    const value = claims[name]
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new NotIdentified('malformed', 'what the issuer says of the token cannot be read')
    return value * 1000
  }
  if (claims['iss'] !== undefined && claims['iss'] !== config.issuer)
    throw new NotIdentified('wrong-issuer', 'the token is from another issuer')
  const wanted = [config.audience ?? []].flat()
  if (wanted.length > 0 && ![claims['aud']].flat().some((each) => typeof each === 'string' && wanted.includes(each)))
    throw new NotIdentified('wrong-audience', 'the token is for somebody else')
  if ((time('exp') ?? Number.POSITIVE_INFINITY) <= nowMs - config.tolerance)
    throw new NotIdentified('expired', 'the token has expired')
  if (Math.max(time('nbf') ?? 0, time('iat') ?? 0) > nowMs + config.tolerance)
    throw new NotIdentified('not-yet-valid', 'the token is not valid yet')
  checkType(claims, config)
}

function checkType(claims: Claims, config: IntrospectionConfig): void {
  const type = claims['token_type']
  if (type === undefined && config['token-type'] === 'optional') return
  const said = typeof type === 'string' ? type.toLowerCase() : ''
  if (!['bearer', 'dpop'].includes(said)) throw new NotIdentified('unknown', 'the token is not an access token')
  if (said === 'dpop' && claims['cnf'] === undefined)
    throw new NotIdentified('unbound', 'the issuer does not say which key the token is bound to')
}
