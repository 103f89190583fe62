// Chains of delegation in tokens of others, and agents that a guard file names.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Identifier } from '../../src/identity/identity.ts'
import { hashApiKey } from '../../src/identity/key-file.ts'
import { audience, bearing, type Key, makeKey, open, present, said, sign, startIssuer } from './issuer.ts'

const botKey = 'lsk_0123456789abcdefghijklmnop'
let key: Key
let issuer: Awaited<ReturnType<typeof startIssuer>>
let identifier: Identifier
before(async () => {
  key = await makeKey('k')
  issuer = await startIssuer()
  issuer.keys = [key.jwk]
  identifier = await open([
    {
      kind: 'jwt',
      issuer: issuer.url,
      audience,
      algorithms: ['ES256'],
      keys: { url: issuer.url },
      delegation: { as: 'chain' },
      principal: { tenant: '/org', roles: '/roles', claims: ['email'] },
    },
    {
      kind: 'agents',
      agents: {
        'refund-bot': { key: hashApiKey(botKey), claims: { team: 'desk' } },
        'triage-bot': { roles: ['helper'], certificate: 'URI:spiffe://example/triage', tenant: 't9' },
        'mail-bot': { token: { issuer: issuer.url, subject: 'client-7' } },
      },
    },
  ])
})
after(async () => {
  await identifier.close()
  issuer.close()
})

const tokenOf = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
  sign(key, { iss: issuer.url, ...claims })

describe('as: chain', () => {
  test('who acts is the principal; everybody keeps what is theirs', async () => {
    const act = { sub: 'refund-bot', act: { sub: 'triage-bot', roles: ['own'], act: { sub: 'unknown-bot' } } }
    const token = await tokenOf({
      sub: 'clara',
      org: 'n',
      roles: ['clerk'],
      scope: 'read write',
      email: 'c@x.example',
      act,
    })
    const identified = await identifier.identify(bearing(token))
    assert.ok(identified.ok, JSON.stringify(identified))
    const { chain, claims, ...bearer } = identified.principal
    assert.deepEqual(bearer, { id: 'refund-bot', kind: 'agent', roles: ['refund-bot'] })
    assert.equal(claims?.['team'], 'desk')
    const [triage, unknown, clara] = chain ?? []
    assert.equal(chain?.length, 3)
    assert.deepEqual([triage?.id, triage?.kind, triage?.tenant, triage?.roles], ['triage-bot', 'agent', 't9', ['own']])
    assert.deepEqual([unknown?.id, unknown?.kind, unknown?.roles], ['unknown-bot', 'agent', undefined])
    assert.deepEqual(
      { ...clara, claims: clara?.claims?.['email'] },
      { id: 'clara', kind: 'user', tenant: 'n', roles: ['clerk'], scopes: ['read', 'write'], claims: 'c@x.example' },
    )
  })

  test('without `act`, the subject', async () => {
    const identified = await identifier.identify(bearing(await tokenOf({ sub: 'clara', roles: ['clerk'] })))
    assert.ok(identified.ok)
    assert.deepEqual(
      [identified.principal.id, identified.principal.kind, identified.principal.chain],
      ['clara', 'user', undefined],
    )
  })

  for (const [what, act] of [
    ['nobody', { sub: '' }],
    ['a text', 'refund-bot'],
    ['nine of them', Array.from({ length: 9 }).reduce<object>((inner) => ({ sub: 'b', act: inner }), { sub: 'b' })],
  ] as const)
    test(`refuses ${what}`, async () => {
      assert.equal(said(await identifier.identify(bearing(await tokenOf({ act })))), 'malformed')
    })
})

describe('agents by name', () => {
  test('by a key, a certificate, and the token of another issuer', async () => {
    const certificate = { subject: 'CN=x', names: ['URI:spiffe://example/triage'], thumbprint: 't' }
    const [byKey, byCertificate, byToken] = await Promise.all([
      identifier.identify(bearing(botKey)),
      identifier.identify(present({}, { certificate })),
      tokenOf({ sub: 'client-7' }).then((token) => identifier.identify(bearing(token))),
    ])
    assert.ok(byKey.ok && byCertificate.ok && byToken.ok)
    assert.deepEqual(byKey.principal, {
      id: 'refund-bot',
      kind: 'agent',
      roles: ['refund-bot'],
      claims: { team: 'desk' },
    })
    assert.deepEqual(byCertificate.principal, {
      id: 'triage-bot',
      kind: 'agent',
      roles: ['helper'],
      tenant: 't9',
      claims: {},
    })
    assert.deepEqual([byToken.principal.id, byToken.principal.kind], ['mail-bot', 'agent'])
  })

  test('not by anything else', async () => {
    const stranger = { subject: 'CN=x', names: ['URI:spiffe://example/triage2'], thumbprint: 't' }
    assert.equal(said(await identifier.identify(bearing(`${botKey}x`))), 'unknown')
    assert.equal(said(await identifier.identify(present({}, { certificate: stranger }))), 'unknown')
    assert.equal(
      said(await identifier.identify(present({ 'lockstep-run': 'x', authorization: `Bearer ${botKey}` }))),
      'unknown',
    )
  })
})
