import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Identifier, Presented } from '../../src/identity/identity.ts'
import { makeReplayMemory } from '../../src/identity/replay-memory.ts'
import {
  audience,
  bearing,
  type Key,
  makeKey,
  noon,
  open,
  present,
  prove,
  said,
  sign,
  startIssuer,
  thumbprintOf,
} from './issuer.ts'

const iss = 'https://id.example'
const seconds = noon / 1000
let issuer: Awaited<ReturnType<typeof startIssuer>>
let key: Key
let holder: Key
let token: string
let at = noon
let config: Readonly<Record<string, unknown>>
let identifier: Identifier

before(async () => {
  issuer = await startIssuer()
  key = await makeKey('k1')
  holder = await makeKey('holder')
  issuer.keys = [key.jwk]
  token = await sign(key, { iss, cnf: { jkt: await thumbprintOf(holder) } })
  config = { kind: 'jwt', issuer: iss, audience, algorithms: ['ES256'], keys: { url: issuer.url }, dpop: 'accepted' }
  identifier = await open([config], { now: () => at })
})
after(async () => {
  await identifier.close()
  issuer.close()
})

const proven = (proof: string | readonly string[], more: Partial<Presented> = {}): Presented =>
  present({ authorization: `DPoP ${token}`, dpop: proof }, more)

describe('proofs of possession (RFC 9449 section 4.3)', () => {
  const cases: readonly (readonly [name: string, request: () => Promise<Presented>, expected: string])[] = [
    ['a right one', async () => proven(await prove(holder, token)), 'alice'],
    [
      'the address written otherwise',
      async () => proven(await prove(holder, token, { claims: { htu: 'HTTPS://API.example:443/orders?x=1#y' } })),
      'alice',
    ],
    ['none', async () => present({ authorization: `DPoP ${token}` }), 'unbound'],
    ['two', async () => proven([await prove(holder, token), await prove(holder, token)]), 'several'],
    ['without a token', async () => present({ dpop: await prove(holder, token) }), 'malformed'],
    ['by another key', async () => proven(await prove(key, token)), 'unbound'],
    ['for another method', async () => proven(await prove(holder, token), { method: 'POST' }), 'unbound'],
    [
      'for a method in other letters',
      async () => proven(await prove(holder, token, { claims: { htm: 'get' } })),
      'unbound',
    ],
    ['for another path', async () => proven(await prove(holder, token), { url: `${audience}/orders/1` }), 'unbound'],
    [
      'for another host',
      async () => proven(await prove(holder, token, { claims: { htu: 'https://api.example.evil/orders' } })),
      'unbound',
    ],
    ['for no address', async () => proven(await prove(holder, token, { claims: { htu: '/orders' } })), 'unbound'],
    ['for another token', async () => proven(await prove(holder, 'other')), 'unbound'],
    ['for no token', async () => proven(await prove(holder, token, { claims: { ath: undefined } })), 'malformed'],
    ['without an id', async () => proven(await prove(holder, token, { claims: { jti: undefined } })), 'malformed'],
    [
      'with an endless id',
      async () => proven(await prove(holder, token, { claims: { jti: 'x'.repeat(300) } })),
      'malformed',
    ],
    ['without a time', async () => proven(await prove(holder, token, { claims: { iat: undefined } })), 'malformed'],
    ['too old', async () => proven(await prove(holder, token, { claims: { iat: seconds - 66 } })), 'expired'],
    [
      'from the future',
      async () => proven(await prove(holder, token, { claims: { iat: seconds + 6 } })),
      'not-yet-valid',
    ],
    ['of another type', async () => proven(await prove(holder, token, { header: { typ: 'JWT' } })), 'malformed'],
    [
      'with a private key in it',
      async () => proven(await prove(holder, token, { header: { jwk: { ...holder.jwk, d: 'x' } } })),
      'malformed',
    ],
    [
      'signed by another key than it shows',
      async () => proven(await prove(key, token, { header: { jwk: holder.jwk } })),
      'malformed',
    ],
    ['not a proof', async () => proven('x.y.z'), 'malformed'],
    ['a bound token as a plain bearer', async () => bearing(token), 'unbound'],
    [
      'a bound token as a plain bearer, with a proof',
      async () => present({ authorization: `Bearer ${token}`, dpop: await prove(holder, token) }),
      'unbound',
    ],
    [
      'a free token with a proof',
      async () => {
        const free = await sign(key, { iss })
        return present({ authorization: `DPoP ${free}`, dpop: await prove(holder, free) })
      },
      'unbound',
    ],
    ['a free token as a plain bearer', async () => bearing(await sign(key, { iss })), 'alice'],
    [
      'a token bound to a certificate as well',
      async () => {
        const both = await sign(key, { iss, cnf: { jkt: await thumbprintOf(holder), 'x5t#S256': 'abc' } })
        return present({ authorization: `DPoP ${both}`, dpop: await prove(holder, both) })
      },
      'unbound',
    ],
  ]
  for (const [name, request, expected] of cases)
    test(`${name}: ${expected}`, async () => {
      const identified = await identifier.identify(await request())
      assert.equal(said(identified), expected)
      if (!identified.ok)
        assert.match(
          identified.challenge,
          /^Bearer realm="api", error="[a-z_]+", .+, DPoP realm="api", algs="ES256 [^"]+", error="[a-z_]+", /,
        )
    })

  test('a wrong proof is called one', async () => {
    const identified = await identifier.identify(proven(await prove(key, token)))
    assert.ok(!identified.ok)
    assert.match(identified.challenge, /error="invalid_dpop_proof"/)
  })

  test('counts once, also for two at the same time, until it is too old anyway', async () => {
    const proof = await prove(holder, token)
    const both = await Promise.all([identifier.identify(proven(proof)), identifier.identify(proven(proof))])
    assert.deepEqual(both.map(said).sort(), ['alice', 'replayed'])
    at = noon + 64_000
    assert.equal(said(await identifier.identify(proven(proof))), 'replayed')
    at = noon + 66_000
    assert.equal(said(await identifier.identify(proven(proof))), 'expired')
    at = noon
  })

  test('a wrong proof spends no id', async () => {
    const jti = 'shared'
    assert.equal(
      said(await identifier.identify(proven(await prove(holder, token, { claims: { jti, htm: 'PUT' } })))),
      'unbound',
    )
    assert.equal(said(await identifier.identify(proven(await prove(holder, token, { claims: { jti } })))), 'alice')
  })

  test('nodes that share a memory see each other’s', async () => {
    const replays = makeReplayMemory(() => noon)
    const nodes = await Promise.all([open([config], { replays }), open([config], { replays })])
    const proof = await prove(holder, token)
    const answers = await Promise.all(nodes.map((node) => node.identify(proven(proof))))
    assert.deepEqual(answers.map(said).sort(), ['alice', 'replayed'])
  })

  test('signed in a way that is not pinned', async () => {
    const pinned = await open([{ ...config, 'dpop-algorithms': ['ES384'] }])
    assert.equal(said(await pinned.identify(proven(await prove(holder, token)))), 'malformed')
  })

  test('a memory that is full or fails refuses', async () => {
    const full = await open([config], { replays: makeReplayMemory(() => noon, 1) })
    assert.equal(said(await full.identify(proven(await prove(holder, token)))), 'alice')
    assert.equal(said(await full.identify(proven(await prove(holder, token)))), 'unavailable')
    const failing = await open([config], { replays: { remember: () => Promise.reject(new Error('down')) } })
    assert.equal(said(await failing.identify(proven(await prove(holder, token)))), 'unavailable')
  })

  test('required: free tokens are refused; off: the scheme is not known, and bound tokens are refused still', async () => {
    const [required, off] = [await open([{ ...config, dpop: 'required' }]), await open([{ ...config, dpop: 'off' }])]
    const refused = await required.identify(bearing(await sign(key, { iss })))
    assert.equal(said(refused), 'unbound')
    assert.ok(!refused.ok && refused.challenge.startsWith('DPoP '))
    assert.equal(said(await required.identify(proven(await prove(holder, token)))), 'alice')
    assert.equal(said(await off.identify(proven(await prove(holder, token)))), 'unknown')
    assert.equal(said(await off.identify(bearing(token))), 'unbound')
  })
})
