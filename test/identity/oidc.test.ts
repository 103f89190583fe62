// biome-ignore-all lint/suspicious/noTemplateCurlyInString: secrets are named like that
// Against an authorization server that others wrote.
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import Provider from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import type { Identifier } from '../../src/identity/identity.ts'
import { listen } from '../transport/open.ts'
import { bearing, open, present, said } from './issuer.ts'

const insecure = { [oauth.allowInsecureRequests]: true }
const jwtResource = 'https://jwt.example'
const opaqueResource = 'https://opaque.example'
const url = 'https://api.example/orders'
let listener: RequestListener = () => undefined
let introspections = 0
const server = createServer((req, res) => {
  if (req.url === '/token/introspection') introspections += 1
  void listener(req, res)
})
let issuer: oauth.AuthorizationServer
let identifier: Identifier
let at = Date.now()

const bot: oauth.Client = { client_id: 'bot' }
const guard: oauth.Client = { client_id: 'guard' }
const secrets: Readonly<Record<string, string>> = {
  guard: 'guard-secret-0123456789-0123456789',
  bot: 'bot-secret-0123456789-0123456789',
}

before(async () => {
  const base = `http://${await listen(server)}`
  const [signing, assertion] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
  ])
  const client = {
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    scope: 'read write',
    id_token_signed_response_alg: 'ES256',
  }
  const provider = new Provider(base, {
    adapter: createMemoryAdapter(0),
    clients: [
      { ...client, client_id: 'bot', client_secret: secrets['bot'] },
      { ...client, client_id: 'guard', client_secret: secrets['guard'] },
      {
        ...client,
        client_id: 'keyed',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [{ ...(await exportJWK(assertion.publicKey)), kid: 'g', use: 'sig' }] },
      },
    ],
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    jwks: { keys: [{ ...(await exportJWK(signing.privateKey)), kid: 'as', use: 'sig', alg: 'ES256' }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx: unknown, by: { clientId: string }, token: { clientId: string }) =>
          by.clientId === token.clientId,
      },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx: unknown, resource: string) => ({
          scope: 'read write',
          audience: resource,
          accessTokenTTL: 60,
          accessTokenFormat: resource === jwtResource ? 'jwt' : 'opaque',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: 60 },
    extraTokenClaims: () => ({ act: { sub: 'refund-bot' }, tid: 'north' }),
  })
  listener = provider.callback()
  issuer = await oauth.processDiscoveryResponse(new URL(base), await oauth.discoveryRequest(new URL(base), insecure))
  const rules = { id: '/client_id', tenant: '/tid' }
  const pem = await exportPKCS8(assertion.privateKey)
  identifier = await open(
    [
      {
        kind: 'jwt',
        name: 'own',
        issuer: base,
        audience: jwtResource,
        algorithms: ['ES256'],
        type: 'at+jwt',
        keys: { url: issuer.jwks_uri },
        dpop: 'accepted',
        principal: rules,
      },
      {
        kind: 'introspection',
        name: 'asked',
        issuer: base,
        endpoint: issuer.introspection_endpoint,
        audience: opaqueResource,
        dpop: 'accepted',
        principal: rules,
        cache: '2s',
        client: { id: 'guard', secret: '${env:GUARD}' },
      },
    ],
    { now: () => at, readSecret: async ({ name }) => (name === 'GUARD' ? secrets['guard'] : pem) },
  )
  keyed = await open(
    [
      {
        kind: 'introspection',
        issuer: base,
        endpoint: issuer.introspection_endpoint,
        principal: rules,
        client: { id: 'keyed', key: '${file:guard.pem}', 'key-id': 'g' },
      },
    ],
    { now: () => at, readSecret: async () => pem },
  )
})
let keyed: Identifier
after(async () => {
  await identifier.close()
  await keyed.close()
  server.close()
})

async function tokenFor(resource: string, proof?: oauth.DPoPHandle): Promise<string> {
  const options = { ...insecure, ...(proof === undefined ? {} : { DPoP: proof }) }
  const response = await oauth.clientCredentialsGrantRequest(
    issuer,
    bot,
    oauth.ClientSecretBasic(secrets['bot'] ?? ''),
    { scope: 'read', resource },
    options,
  )
  return (await oauth.processClientCredentialsResponse(issuer, bot, response)).access_token
}

describe('tokens of a real authorization server', () => {
  for (const [kind, resource] of [
    ['jwt', jwtResource],
    ['opaque', opaqueResource],
  ] as const) {
    test(`${kind}: says who calls, as what and for whom`, async () => {
      at = Date.now()
      const identified = await identifier.identify(bearing(await tokenFor(resource)))
      assert.ok(identified.ok, JSON.stringify(identified))
      const { id, kind: as, tenant, scopes, claims } = identified.principal
      assert.deepEqual(
        [id, as, tenant, scopes, claims?.['act']],
        ['refund-bot', 'agent', 'north', ['read'], { sub: 'refund-bot' }],
      )
      assert.equal(identified.provider, kind === 'jwt' ? 'own' : 'asked')
    })

    test(`${kind}: bound to a key`, async () => {
      at = Date.now()
      const pair = await oauth.generateKeyPair('ES256')
      const proof = oauth.DPoP(bot, pair)
      const token = await tokenFor(resource, proof)
      const headers = new Headers()
      // What a client of somebody else sends.
      await oauth.protectedResourceRequest(token, 'GET', new URL(url), headers, undefined, {
        DPoP: proof,
        [oauth.customFetch]: async (_url: string, options: { headers: Record<string, string> }) => {
          for (const [name, value] of Object.entries(options.headers)) headers.set(name, value)
          return new Response('{}')
        },
      } as oauth.ProtectedResourceRequestOptions)
      const request = present({ authorization: headers.get('authorization') ?? '', dpop: headers.get('dpop') ?? '' })
      assert.equal(said(await identifier.identify(request)), 'refund-bot')
      assert.equal(said(await identifier.identify(request)), 'replayed')
      assert.equal(said(await identifier.identify(bearing(token))), 'unbound')
    })

    test(`${kind}: has expired`, async () => {
      at = Date.now()
      const token = await tokenFor(resource)
      assert.equal(said(await identifier.identify(bearing(token))), 'refund-bot')
      at += 70_000
      const found = said(await identifier.identify(bearing(token)))
      at = Date.now()
      assert.equal(found, 'expired')
    })
  }

  test('for another resource', async () => {
    at = Date.now()
    assert.equal(
      said(await identifier.identify(bearing(await tokenFor('https://elsewhere.example')))),
      'wrong-audience',
    )
  })

  test('asked once while the answer is believed; a revoked one ends with it', async () => {
    at = Date.now()
    const token = await tokenFor(opaqueResource)
    const before = introspections
    const all = await Promise.all([1, 2, 3].map(() => identifier.identify(bearing(token))))
    assert.deepEqual(all.map(said), ['refund-bot', 'refund-bot', 'refund-bot'])
    assert.equal(introspections - before, 1)
    const response = await oauth.revocationRequest(
      issuer,
      bot,
      oauth.ClientSecretBasic(secrets['bot'] ?? ''),
      token,
      insecure,
    )
    await oauth.processRevocationResponse(response)
    at += 2100
    assert.equal(said(await identifier.identify(bearing(token))), 'revoked')
    assert.equal(said(await identifier.identify(bearing(token))), 'revoked')
    assert.equal(introspections - before, 2)
  })

  test('asked as a client with a key', async () => {
    at = Date.now()
    assert.equal(said(await keyed.identify(bearing(await tokenFor(opaqueResource)))), 'refund-bot')
    assert.equal(said(await keyed.identify(bearing('made-up'))), 'revoked')
  })

  test('asked with a wrong secret: nobody is let in, nobody is blamed', async () => {
    const wrong = await open(
      [
        {
          kind: 'introspection',
          issuer: issuer.issuer,
          endpoint: issuer.introspection_endpoint,
          client: { id: guard.client_id, secret: '${env:X}' },
        },
      ],
      { readSecret: async () => 'wrong-secret' },
    )
    const identified = await wrong.identify(bearing(await tokenFor(opaqueResource)))
    assert.ok(!identified.ok)
    assert.equal(identified.code, 'unavailable')
    assert.ok(!JSON.stringify(identified).includes('wrong-secret'))
  })
})
