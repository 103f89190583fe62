/** Tokens of our own: exchanged (RFC 8693), given to agents that act for nobody (RFC 6749 section 4.4), taken back (RFC 7009). */
import type { Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Given as GivenRun } from '../../guard/runs.ts'
import { StoreError } from '../../guard/store.ts'
import { assertionType } from '../../identity/client.ts'
import { mayActFor } from '../../identity/delegation.ts'
import type { Client, Identified, Identifier, Presented } from '../../identity/identity.ts'
import { NotIdentified } from '../../identity/not-identified.ts'
import type { RunTokens } from '../../identity/run-token.ts'
import { errorGiven, formIn, OAuthError, parameterOf, wordsOf } from './oauth.ts'
import type { Asked, Given, Route } from './route.ts'

export interface TokenOptions {
  readonly tokens: RunTokens
  readonly guard: Pick<Guard, 'runs' | 'note'>
  readonly identifier: Pick<Identifier, 'identify' | 'client'>
  /** What gateways are known as; a token is for those it is asked for. Without any, it is for all of them. */
  readonly resources: readonly string[]
  readonly lifetimeMs: number
}

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const tokenTypes: ReadonlySet<string> = new Set([accessToken, 'urn:ietf:params:oauth:token-type:jwt'])
const longestPurpose = 20_000

/** The endpoints of OAuth, and where they are described (RFC 8414). */
export function tokenRoutes(options: TokenOptions): readonly Route[] {
  const { tokens } = options
  const form = (path: string, handle: (asked: Asked) => Promise<Given>): Route => ({
    method: 'POST',
    path,
    needs: 'nobody',
    takes: 'form',
    handle: (asked) => handle(asked).catch((error: unknown) => errorGiven(oauthErrorOf(error))),
  })
  return [
    form('/v1/token', (asked) => giveToken(options, asked)),
    form('/v1/revoke', (asked) => takeBack(options, asked)),
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      needs: 'nobody',
      handle: async () => ({ status: 200, body: tokens.jwks, type: 'application/jwk-set+json' }),
    },
    {
      method: 'GET',
      path: '/.well-known/oauth-authorization-server',
      needs: 'nobody',
      handle: async () => ({ status: 200, body: metadataOf(tokens.issuer) }),
    },
  ]
}

function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  const base = issuer.replace(/\/$/, '')
  const ways = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']
  const algorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256']
  return {
    issuer,
    token_endpoint: `${base}/v1/token`,
    revocation_endpoint: `${base}/v1/revoke`,
    jwks_uri: `${base}/.well-known/jwks.json`,
    grant_types_supported: [exchange, 'client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ways,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: ways,
    dpop_signing_alg_values_supported: algorithms,
  }
}

async function giveToken(options: TokenOptions, asked: Asked): Promise<Given> {
  const form = formIn(asked.bytes, asked.headers['content-type'])
  const grant = parameterOf(form, 'grant_type')
  if (grant === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
  if (grant !== exchange && grant !== 'client_credentials')
    throw new OAuthError('unsupported_grant_type', 'tokens are exchanged, or given to agents that act for nobody')
  const wanted = parameterOf(form, 'requested_token_type')
  if (wanted !== undefined && !tokenTypes.has(wanted))
    throw new OAuthError('invalid_request', 'only access tokens are given out')
  const client = await agentOf(options, asked, form)
  const found = grant === exchange ? await exchanged(options, asked, form, client) : await begun(options, form, client)
  if (!found.given.ok) throw new OAuthError(found.given.error, found.given.why)
  return await tokenGiven(options, { form, client, found, given: found.given })
}

interface Found {
  readonly given: GivenRun
  /** Of a token of ours that was exchanged: whom it was for. */
  readonly audience?: readonly string[]
}

interface Agent {
  readonly principal: Principal
  readonly jkt?: string
  /** What tokens of another issuer call it. */
  readonly subject?: string
}

/** The agent that asks. A token of ours alone shows nothing: whoever took one must not be able to go on for ever. */
async function agentOf(options: TokenOptions, asked: Asked, form: URLSearchParams): Promise<Agent> {
  const client = await identifyClient(options, asked, form)
  if (!client.ok) {
    if (client.code === 'unavailable') throw new OAuthError('temporarily_unavailable', client.why)
    await options.guard.note({ kind: 'control-sign-in-refused', why: client.why })
    throw new OAuthError('invalid_client', client.why, client.challenge)
  }
  const actor = await actorIn(options, asked, form)
  const { jkt, subject, principal: shown } = client
  if (client.ours === true || (shown.id === undefined && actor === undefined)) {
    const why = 'the agent must show a credential of its own'
    await options.guard.note({ kind: 'control-sign-in-refused', why })
    throw new OAuthError('invalid_client', why)
  }
  if (actor !== undefined && shown.id !== undefined && (actor.id !== shown.id || actor.kind !== shown.kind))
    throw new OAuthError('invalid_request', 'the actor is another one than the client')
  const principal = actor ?? shown
  if (principal.kind !== 'agent') throw new OAuthError('unauthorized_client', 'only agents are given tokens')
  return { principal, ...(jkt === undefined ? {} : { jkt }), ...(subject === undefined ? {} : { subject }) }
}

function identifyClient({ identifier, tokens }: TokenOptions, asked: Asked, form: URLSearchParams): Promise<Client> {
  const presented = presentedBy(tokens, asked)
  const [clientId, clientSecret] = [parameterOf(form, 'client_id'), parameterOf(form, 'client_secret')]
  const [assertion, type] = [parameterOf(form, 'client_assertion'), parameterOf(form, 'client_assertion_type')]
  if (identifier.client === undefined) return identifier.identify(presented)
  return identifier.client(presented, {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(assertion === undefined ? {} : { assertion, assertionType: type ?? assertionType }),
  })
}

/** Whoever comes by the name of the issuer came by its address, whatever stands between: TLS may end before us. */
function presentedBy({ issuer }: RunTokens, { headers, origin, path }: Asked): Presented {
  const { cookie: _, ...shown } = headers
  const base = issuer.replace(/\/$/, '')
  const isByName = URL.parse(base)?.host === URL.parse(origin)?.host
  return { method: 'POST', url: `${isByName ? base : origin}${path}`, headers: shown }
}

/** What a token says that stands in a form, as if it had come as a bearer token. */
function bearing({ tokens }: TokenOptions, asked: Asked, token: string): Presented {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new OAuthError('invalid_request', 'a token is one word')
  return { ...presentedBy(tokens, asked), headers: { authorization: `Bearer ${token}` } }
}

async function actorIn(options: TokenOptions, asked: Asked, form: URLSearchParams): Promise<Principal | undefined> {
  const token = tokenIn(form, 'actor_token')
  if (token === undefined) return undefined
  const identified = await options.identifier.identify(bearing(options, asked, token))
  checkIdentified(identified, 'actor')
  if (identified.ok && identified.ours === true)
    throw new OAuthError('invalid_request', 'the agent must show a credential of its own')
  return identified.ok ? identified.principal : undefined
}

function tokenIn(form: URLSearchParams, name: 'actor_token' | 'subject_token'): string | undefined {
  const [token, type] = [parameterOf(form, name), parameterOf(form, `${name}_type`)]
  if ((token === undefined) !== (type === undefined))
    throw new OAuthError('invalid_request', `${name} and ${name}_type come together`)
  if (type !== undefined && !tokenTypes.has(type))
    throw new OAuthError('invalid_request', `the type of the ${name} is none that is taken here`)
  return token
}

function checkIdentified(identified: Identified, what: string): void {
  if (identified.ok && identified.principal.id !== undefined) return
  const [code, why] = identified.ok ? ['unknown', 'it is nobody’s'] : [identified.code, identified.why]
  if (code === 'unavailable') throw new OAuthError('temporarily_unavailable', why)
  throw new OAuthError('invalid_request', `the ${what} token does not count: ${why}`)
}

async function exchanged(options: TokenOptions, asked: Asked, form: URLSearchParams, agent: Agent): Promise<Found> {
  const token = tokenIn(form, 'subject_token')
  if (token === undefined) throw new OAuthError('invalid_request', 'subject_token is missing')
  if (options.tokens.isOurs(token)) return await handedOn(options, form, agent, token)
  const identified = await options.identifier.identify(bearing(options, asked, token))
  checkIdentified(identified, 'subject')
  if (!identified.ok) throw new OAuthError('invalid_request', 'the subject token does not count')
  const meant = mayActFor(identified.principal)
  if (meant !== undefined && meant !== agent.principal.id && meant !== agent.subject)
    throw new OAuthError('access_denied', 'the subject token says that somebody else may act')
  return { given: await options.guard.runs.start(actingFor(agent.principal, identified.principal), beginningIn(form)) }
}

/** An agent with those it acts for; one that its own issuer let act already acts for the same. */
function actingFor({ chain: _, ...agent }: Principal, subject: Principal): Principal {
  const { chain, ...alone } = subject
  if (subject.kind === 'agent' && subject.id === agent.id) return chain === undefined ? agent : { ...agent, chain }
  return { ...agent, chain: [alone, ...(chain ?? [])] }
}

async function begun({ guard }: TokenOptions, form: URLSearchParams, { principal }: Agent): Promise<Found> {
  if (tokenIn(form, 'subject_token') !== undefined)
    throw new OAuthError('invalid_request', 'an agent that acts for somebody exchanges tokens')
  return { given: await guard.runs.start(principal, beginningIn(form)) }
}

function beginningIn(form: URLSearchParams): Parameters<Guard['runs']['start']>[1] {
  const [purpose, run] = [parameterOf(form, 'purpose'), parameterOf(form, 'run')]
  if (purpose !== undefined && purpose.length > longestPurpose)
    throw new OAuthError('invalid_request', 'the purpose is too long')
  return {
    ...wantedIn(form),
    ...(purpose === undefined ? {} : { purpose }),
    ...(run === undefined ? {} : { run }),
  }
}

function wantedIn(form: URLSearchParams): Parameters<Guard['runs']['delegate']>[2] {
  const workflow = parameterOf(form, 'workflow')
  const [tools, scopes] = [wordsOf(form, 'tools'), wordsOf(form, 'scope')]
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(tools === undefined ? {} : { tools }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** A token of ours, exchanged by the agent that has it, or by one that acts for that. */
async function handedOn(
  { tokens, guard }: TokenOptions,
  form: URLSearchParams,
  { principal, jkt }: Agent,
  text: string,
): Promise<Found> {
  const { claims, handle } = await verified(tokens, text)
  const bound = jktIn(claims['cnf'])
  if (bound !== undefined && bound !== jkt)
    throw new OAuthError('invalid_request', 'the subject token is bound to a key that was not shown')
  if (parameterOf(form, 'purpose') !== undefined)
    throw new OAuthError('invalid_request', 'a run has one purpose, from its beginning')
  const run = parameterOf(form, 'run')
  if (run !== undefined && run !== handle.id) throw new OAuthError('invalid_request', 'the token is of another run')
  const audience = [claims.aud ?? []].flat()
  return { given: await guard.runs.delegate(handle, principal, wantedIn(form)), audience }
}

async function verified(tokens: RunTokens, text: string): ReturnType<RunTokens['verify']> {
  try {
    return await tokens.verify(text, 'at+jwt')
  } catch (error) {
    if (!(error instanceof NotIdentified)) throw error
    throw new OAuthError('invalid_request', `the subject token does not count: ${error.message}`)
  }
}

function jktIn(cnf: unknown): string | undefined {
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? String(cnf.jkt) : undefined
}

interface Giving {
  readonly form: URLSearchParams
  readonly client: Agent
  readonly found: Found
  readonly given: Extract<GivenRun, { ok: true }>
}

async function tokenGiven(options: TokenOptions, { form, client, found, given }: Giving): Promise<Given> {
  const { tokens, lifetimeMs } = options
  const { handle } = given
  const audience = audienceFor(options, form, found.audience)
  const { jkt } = client
  const minted = await tokens.mint(handle, {
    type: 'at+jwt',
    audience,
    expires: handle.issuedAt + lifetimeMs,
    ...(jkt === undefined ? {} : { jkt }),
  })
  return {
    status: 200,
    headers: { pragma: 'no-cache' },
    body: {
      access_token: minted.text,
      issued_token_type: accessToken,
      token_type: jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: Math.max(0, Math.ceil((minted.expires - handle.issuedAt) / 1000)),
      ...shownHandle(handle),
    },
  }
}

/** What whoever is given a run is told of it. */
export function shownHandle({ id, workflow, tools, scopes, until }: RunHandle): Readonly<Record<string, unknown>> {
  return {
    lockstep_run: id,
    lockstep_until: new Date(until).toISOString(),
    ...(workflow === undefined ? {} : { lockstep_workflow: workflow }),
    ...(tools === undefined ? {} : { lockstep_tools: tools }),
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
  }
}

/** RFC 8707: what the token is for. Never for more than one it was exchanged for. */
function audienceFor(
  { resources, tokens: { issuer } }: TokenOptions,
  form: URLSearchParams,
  before: readonly string[] | undefined,
): readonly string[] {
  const isPassed = (each: string): boolean => before === undefined || before.includes(each) || before.includes(issuer)
  const asked = [...new Set([...form.getAll('resource'), ...form.getAll('audience')])].map((each) => {
    const known = [issuer, ...resources].find((one) => isSameAddress(one, each))
    if (known === undefined || !isPassed(known))
      throw new OAuthError('invalid_target', 'no token is given for this resource')
    return known
  })
  if (asked.length > 0) return [...new Set(asked)]
  if (before !== undefined) return before
  if (resources.length > 1) throw new OAuthError('invalid_target', `say for which: ${resources.join(' ')}`)
  return resources.length === 0 ? [issuer] : resources
}

/** Clients write addresses as URLs are printed: a name alone with a slash behind it. */
function isSameAddress(one: string, other: string): boolean {
  return one === other || (URL.canParse(one) && URL.parse(one)?.href === URL.parse(other)?.href)
}

async function takeBack(options: TokenOptions, asked: Asked): Promise<Given> {
  const form = formIn(asked.bytes, asked.headers['content-type'])
  const { principal } = await agentOf(options, asked, form)
  const token = parameterOf(form, 'token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
  const { tokens } = options
  const found = tokens.isOurs(token)
    ? await tokens.verify(token, 'at+jwt').catch(() => tokens.verify(token, 'lockstep-run+jwt').catch(() => undefined))
    : undefined
  // RFC 7009 section 2.2: what does not count any more need not be taken back.
  if (found === undefined) return { status: 200, body: {} }
  const { acting, lines } = found.handle
  if (!acting.includes(principal.id ?? '')) throw new OAuthError('unauthorized_client', 'the token is of somebody else')
  await options.guard.runs.cut({ of: 'token', name: lines[0] ?? found.handle.token }, principal)
  return { status: 200, body: {} }
}

function oauthErrorOf(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof StoreError) return new OAuthError('temporarily_unavailable', 'runs cannot be kept now')
  throw error
}
