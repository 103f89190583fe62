/** Signing in with OpenID Connect: the code flow with PKCE, state and nonce; what a provider says is verified before it is believed. */
import * as oauth from 'oauth4webapi'
import type { Principal } from '../../charter/charter.ts'
import { type Ask, makeAsk } from '../../identity/ask.ts'
import { bearerOf } from '../../identity/delegation.ts'
import { NotIdentified } from '../../identity/not-identified.ts'
import type { TokenConfig } from '../../identity/schema.ts'

/** Which provider, and who its people are here. */
export interface OpenIdSettings {
  readonly issuer: string
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret?: string
  readonly scopes: readonly string[]
  readonly principal: TokenConfig['principal']
  /** Whether claims are asked for at the userinfo endpoint, too. */
  readonly userinfo: boolean
  /** Whether signing out here signs out there. */
  readonly everywhere: boolean
}

/** What a browser keeps between going and coming back. */
export interface Journey {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Why somebody did not come in: shown to them. The cause is for the operator. */
export class NotSignedIn extends Error {
  readonly code: 'unreachable' | 'refused' | 'over' | 'no-role' | 'too-many'
  constructor(code: NotSignedIn['code'], why: string, cause?: unknown) {
    super(why, { cause })
    this.name = 'NotSignedIn'
    this.code = code
  }
}

export interface OpenId {
  /** @throws {NotSignedIn} when the provider cannot be reached. */
  go(back: string): Promise<{ readonly url: URL; readonly journey: Journey }>
  /** Who came back, by the address they came to. @throws {NotSignedIn} */
  arrive(url: URL, back: string, journey: Journey): Promise<Principal & { readonly id: string }>
  /** Where one signs out there; undefined when one does not. */
  leave(back: string): Promise<string | undefined>
}

/** How long what the provider says of itself is believed. */
const believedMs = 10 * 60_000
const limits = { timeoutMs: 10_000, maxBytes: 1024 * 1024 }

export function makeOpenId(settings: OpenIdSettings, closing: AbortSignal, now: () => number): OpenId {
  const talk = new Talk(settings, makeAsk(limits, closing), now)
  return {
    async go(back) {
      const server = await talk.server()
      const journey: Journey = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        verifier: oauth.generateRandomCodeVerifier(),
      }
      const url = new URL(server.authorization_endpoint ?? '')
      const asked = {
        client_id: settings.clientId,
        redirect_uri: back,
        response_type: 'code',
        scope: settings.scopes.join(' '),
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
      return { url, journey }
    },
    async arrive(url, back, journey) {
      const server = await talk.server()
      const claims = await talk.claims(server, url, back, journey)
      return personOf(claims, settings.principal)
    },
    async leave(back) {
      if (!settings.everywhere) return undefined
      const { end_session_endpoint: end } = await talk.server().catch(() => ({ end_session_endpoint: undefined }))
      if (end === undefined || !URL.canParse(end)) return undefined
      const url = new URL(end)
      url.searchParams.set('client_id', settings.clientId)
      url.searchParams.set('post_logout_redirect_uri', back)
      return url.href
    },
  }
}

type Fetch = (url: string, options: Asked) => Promise<Response>

interface Asked {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: RequestInit['body'] | undefined
}

type Claims = Readonly<Record<string, unknown>>

class Talk {
  readonly #settings: OpenIdSettings
  readonly #options: { readonly [oauth.customFetch]: Fetch; readonly [oauth.allowInsecureRequests]: boolean }
  readonly #now: () => number
  #known: { readonly server: oauth.AuthorizationServer; readonly until: number } | undefined

  constructor(settings: OpenIdSettings, ask: Ask, now: () => number) {
    this.#settings = settings
    this.#now = now
    this.#options = {
      [oauth.customFetch]: (url, { method, headers, body }) =>
        ask(url, { method, headers, ...(body === undefined ? {} : { body }) }),
      // Only this machine may talk to itself in the clear: the shape of the guard file sees to it.
      [oauth.allowInsecureRequests]: new URL(settings.issuer).protocol === 'http:',
    }
  }

  async server(): Promise<oauth.AuthorizationServer> {
    if (this.#known !== undefined && this.#known.until > this.#now()) return this.#known.server
    const issuer = new URL(this.#settings.issuer)
    try {
      const response = await oauth.discoveryRequest(issuer, this.#options)
      const server = await oauth.processDiscoveryResponse(issuer, response)
      oauth.checkProtocol(new URL(server.authorization_endpoint ?? ''), issuer.protocol === 'https:')
      this.#known = { server, until: this.#now() + believedMs }
      return server
    } catch (cause) {
      throw new NotSignedIn('unreachable', 'the identity provider does not answer as one', cause)
    }
  }

  async claims(server: oauth.AuthorizationServer, url: URL, back: string, journey: Journey): Promise<Claims> {
    const client: oauth.Client = { client_id: this.#settings.clientId }
    const secret = this.#settings.clientSecret
    const authentication = secret === undefined ? oauth.None() : oauth.ClientSecretBasic(secret)
    try {
      const parameters = oauth.validateAuthResponse(server, client, url, journey.state)
      const { verifier } = journey
      const options = this.#options
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        back,
        verifier,
        options,
      )
      const found = await oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: journey.nonce,
        requireIdToken: true,
      })
      await oauth.validateApplicationLevelSignature(server, response, options)
      const claims = oauth.getValidatedIdTokenClaims(found)
      if (claims === undefined) throw new Error('no ID token')
      if (!this.#settings.userinfo) return claims
      const asked = await oauth.userInfoRequest(server, client, found.access_token, options)
      // What is signed counts more.
      return { ...(await oauth.processUserInfoResponse(server, client, claims.sub, asked)), ...claims }
    } catch (cause) {
      if (cause instanceof NotIdentified)
        throw new NotSignedIn('unreachable', 'the identity provider does not answer', cause)
      throw new NotSignedIn('refused', 'the identity provider did not sign anybody in', cause)
    }
  }
}

/** SECURITY: a person, and by themselves: nobody decides here through an agent. */
function personOf(claims: Claims, rules: TokenConfig['principal']): Principal & { readonly id: string } {
  let principal: Principal
  try {
    principal = bearerOf(claims, { principal: rules, delegation: { as: 'chain', kind: 'agent' } })
  } catch (cause) {
    throw new NotSignedIn('refused', 'the identity provider does not say who it is', cause)
  }
  const { id, kind, chain } = principal
  if (id === undefined || (kind ?? 'user') !== 'user' || chain !== undefined)
    throw new NotSignedIn('no-role', 'only people come in, and nobody through another')
  return { ...principal, id }
}
