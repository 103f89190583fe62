// The client of conformance scenarios about signing in: the official SDK, straight to the server or through a gateway before it.
import {
  Client,
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  DpopSession,
  type FetchLike,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { type Granted, openBefore } from './auth-stage.ts'
import type { Told, Way } from './client.ts'

/** What the client was given beforehand, by name. */
type Given = Readonly<Record<string, string>>

/** What became of it. */
export interface Outcome {
  readonly way: Way
  readonly told: Told
  /** Whether the tool was called and gave its result. */
  readonly called: boolean
  /** The addresses the client asked. */
  readonly asked: readonly string[]
}

/** Lists and calls a tool, and signs in for it. */
export async function callSignedIn(told: Told, way: Way): Promise<Outcome> {
  const granted: Granted = new Map()
  const stage = way === 'gateway' ? await openBefore(told.server, granted) : undefined
  const asked: string[] = []
  const watched: FetchLike = (url, init) => {
    asked.push(String(url))
    return fetch(url, init)
  }
  const signing = await signingOf(told.scenario, told.context as Given, watched)
  noteTokens(signing.provider, granted)
  const connect = { address: new URL(stage?.url ?? told.server), version: told.version, fetch: watched, signing }
  const called = await callTool(connect, 2).catch(() => false)
  await stage?.close()
  return { way, told, called, asked }
}

interface Connecting {
  readonly address: URL
  readonly version: string
  readonly fetch: FetchLike
  readonly signing: Signing
}

/** @param left - How often it may be sent to sign in again. */
async function callTool(connecting: Connecting, left: number): Promise<boolean> {
  const { address, version, fetch, signing } = connecting
  const transport = new StreamableHTTPClientTransport(address, { authProvider: signing.provider, fetch })
  const mode = version >= '2026' ? 'auto' : 'legacy'
  const client = new Client({ name: 'conformance-client', version: '1' }, { versionNegotiation: { mode } })
  try {
    await client.connect(transport)
    await client.listTools()
    const { content } = await client.callTool({ name: 'test-tool', arguments: {} })
    return JSON.stringify(content) === '[{"type":"text","text":"test"}]'
  } catch (error) {
    const came = signing.back()
    if (came === undefined || left === 0) throw error
    await transport.finishAuth(came.code, came.issuer)
    return await callTool(connecting, left - 1)
  } finally {
    await client.close().catch(() => undefined)
  }
}

interface Signing {
  readonly provider: OAuthClientProvider
  /** What the authorization server sent somebody back with, once. */
  readonly back: () => { readonly code: string; readonly issuer: string | undefined } | undefined
}

/** The gateway knows what was given; a real one has the keys of the authorization server, or asks it. */
function noteTokens(provider: OAuthClientProvider, granted: Granted): void {
  const save = provider.saveTokens.bind(provider)
  provider.saveTokens = (tokens, about) => {
    granted.set(tokens.access_token, tokens.scope?.split(' ') ?? [])
    return save(tokens, about)
  }
}

async function signingOf(scenario: string, context: Given, fetch: FetchLike): Promise<Signing> {
  const clientId = context['client_id'] ?? ''
  const clientSecret = context['client_secret'] ?? ''
  const alone = (provider: OAuthClientProvider): Signing => ({ provider, back: () => undefined })
  switch (scenario) {
    case 'auth/client-credentials-basic':
      return alone(new ClientCredentialsProvider({ clientId, clientSecret }))
    case 'auth/client-credentials-jwt': {
      const { private_key_pem: privateKey = '', signing_algorithm: algorithm = '' } = context
      return alone(new PrivateKeyJwtProvider({ clientId, privateKey, algorithm }))
    }
    case 'auth/enterprise-managed-authorization':
      return alone(
        new CrossAppAccessProvider({
          clientId,
          clientSecret,
          assertion: async ({ authorizationServerUrl, resourceUrl }) => {
            const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
              tokenEndpoint: context['idp_token_endpoint'] ?? '',
              audience: authorizationServerUrl,
              resource: resourceUrl,
              idToken: context['idp_id_token'] ?? '',
              clientId: context['idp_client_id'] ?? '',
              fetchFn: fetch,
            })
            return jwtAuthGrant
          },
        }),
      )
    case 'auth/wif-jwt-bearer':
      return alone(workload(clientId, context['valid_jwt'] ?? ''))
    default:
      return person(context, scenario.startsWith('auth/dpop') ? await DpopSession.create() : undefined)
  }
}

/** A program that shows what its platform says it is. */
function workload(clientId: string, assertion: string): OAuthClientProvider {
  const { provider } = person({ client_id: clientId })
  return Object.assign(provider, {
    redirectUrl: undefined,
    clientMetadata: { redirect_uris: [], token_endpoint_auth_method: 'none' },
    prepareTokenRequest: () =>
      new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  })
}

/** Somebody before a browser, who agrees to everything. Clients are registered for each authorization server. */
function person({ client_id, client_secret }: Given, session?: DpopSession): Signing {
  const clients = new Map<string | undefined, Awaited<ReturnType<OAuthClientProvider['clientInformation']>>>()
  const beforehand =
    client_id === undefined ? undefined : { client_id, ...(client_secret === undefined ? {} : { client_secret }) }
  let came: ReturnType<Signing['back']>
  let verifier = ''
  let held: ReturnType<OAuthClientProvider['tokens']>
  let discovered: Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://localhost:3000/callback',
    clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
    clientMetadata: { client_name: 'test', redirect_uris: ['http://localhost:3000/callback'] },
    clientInformation: (about) => beforehand ?? clients.get(about?.issuer),
    saveClientInformation: (client, about) => void clients.set(about?.issuer, client),
    tokens: () => held,
    saveTokens: (tokens) => {
      held = tokens
      // Whoever is sent to sign in once more looks again where.
      discovered = undefined
    },
    saveDiscoveryState: (state) => {
      discovered = state
    },
    discoveryState: () => discovered,
    saveCodeVerifier: (given) => {
      verifier = given
    },
    codeVerifier: () => verifier,
    redirectToAuthorization: async (url) => {
      const answer = await fetch(url, { redirect: 'manual' })
      const { searchParams } = new URL(answer.headers.get('location') ?? '')
      came = { code: searchParams.get('code') ?? '', issuer: searchParams.get('iss') ?? undefined }
    },
    ...(session === undefined ? {} : { dpop: () => session }),
  }
  const back: Signing['back'] = () => {
    const given = came
    came = undefined
    return given
  }
  return { provider, back }
}
