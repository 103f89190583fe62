// The client that conformance scenarios about signing in start: the official SDK, straight to the server or through a gateway before it that
// names the same authorization server.
import { Client, type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openStage } from './stage.ts'

const [, , way, server = ''] = process.argv
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<Record<string, string>>
const version = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? process.env['MCP_CONFORMANCE_SPEC_VERSION'] ?? ''

/** Whoever shows a token of the scenario's authorization server, which only that server can read. */
const bearers: Identifier = {
  identify: async ({ headers: { authorization } }) =>
    /^Bearer \S+$/.test(String(authorization ?? ''))
      ? { ok: true, principal: { id: 'ann', kind: 'user', actors: ['clerk'], scopes: [] } }
      : { ok: true, principal: { actors: [] } },
  close: async () => undefined,
}

/** Where tokens for the server come from, as it says itself. */
async function issuersOf(address: string): Promise<readonly string[]> {
  const asked = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  const [, metadata] = /resource_metadata="([^"]+)"/.exec(asked.headers.get('www-authenticate') ?? '') ?? []
  if (metadata === undefined) return []
  const said = (await (await fetch(metadata)).json()) as { readonly authorization_servers?: readonly string[] }
  return said.authorization_servers ?? []
}

let code: string | undefined
let issuer: string | undefined
const kept = new Map<string, unknown>()
const provider: OAuthClientProvider = {
  redirectUrl: 'http://localhost:3000/callback',
  clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
  clientMetadata: { client_name: 'test', redirect_uris: ['http://localhost:3000/callback'] },
  clientInformation: () =>
    context['client_id'] === undefined
      ? (kept.get('client') as ReturnType<OAuthClientProvider['clientInformation']>)
      : { client_id: context['client_id'], client_secret: context['client_secret'] ?? '' },
  saveClientInformation: (client) => void kept.set('client', client),
  tokens: () => kept.get('tokens') as ReturnType<OAuthClientProvider['tokens']>,
  saveTokens: (tokens) => void kept.set('tokens', tokens),
  saveCodeVerifier: (verifier) => void kept.set('verifier', verifier),
  codeVerifier: () => String(kept.get('verifier')),
  saveDiscoveryState: (discovered) => void kept.set('discovered', discovered),
  discoveryState: () => kept.get('discovered') as ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>,
  redirectToAuthorization: async (url) => {
    const answer = await fetch(url, { redirect: 'manual' })
    const back = new URL(answer.headers.get('location') ?? '')
    code = back.searchParams.get('code') ?? undefined
    issuer = back.searchParams.get('iss') ?? undefined
  },
}

const stage =
  way === 'gateway'
    ? await openStage({
        servers: { fixture: { http: { url: server } } },
        identifier: bearers,
        resource: { authorizationServers: await issuersOf(server), anonymous: false },
      })
    : undefined
const address = new URL(stage?.url ?? server)
const connect = async (): Promise<void> => {
  const transport = new StreamableHTTPClientTransport(address, { authProvider: provider })
  const mode = version >= '2026' ? 'auto' : 'legacy'
  const client = new Client({ name: 'conformance-client', version: '1' }, { versionNegotiation: { mode } })
  try {
    await client.connect(transport)
    await client.listTools()
    await client.callTool({ name: 'test-tool', arguments: {} })
  } catch (error) {
    if (code === undefined) throw error
    const given = code
    code = undefined
    await transport.finishAuth(given, issuer)
    await connect()
  } finally {
    await client.close().catch(() => undefined)
  }
}
await connect().catch((error: unknown) => console.error(String(error)))
await stage?.close()
process.exit()
