import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { exportSPKI, importJWK, type JWK } from 'jose'
import type { Identifier } from '../../src/identity/identity.ts'
import { audience, bearing, type Key, makeKey, noon, open, said, sign, startIssuer } from './issuer.ts'

let issuer: Awaited<ReturnType<typeof startIssuer>>
let key: Key
let strange: Key
let identifier: Identifier
const seconds = noon / 1000
const iss = 'https://id.example'
const basis = (): Record<string, unknown> => ({
  kind: 'jwt',
  issuer: iss,
  audience,
  algorithms: ['ES256'],
  keys: { url: issuer.url },
})

before(async () => {
  issuer = await startIssuer()
  key = await makeKey('k1')
  strange = await makeKey('k1')
  issuer.keys = [key.jwk]
  identifier = await open([{ ...basis(), require: ['client_id'] }])
})
after(async () => {
  await identifier.close()
  issuer.close()
})

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const good = (claims = {}, header = {}): Promise<string> => sign(key, { iss, client_id: 'web', ...claims }, header)

/** The classic confusion: the public key, which everybody has, used as a secret. */
async function signedWithPublicKey(alg: string): Promise<string> {
  const spki = await exportSPKI((await importJWK(key.jwk, 'ES256')) as never)
  const text = `${part({ alg, kid: 'k1' })}.${part({ iss, sub: 'alice', aud: audience, exp: seconds + 300, client_id: 'web' })}`
  return `${text}.${createHmac('sha256', spki).update(text).digest('base64url')}`
}

describe('signed tokens', () => {
  const cases: readonly (readonly [name: string, token: () => Promise<string>, expected: string])[] = [
    ['a right one', () => good(), 'alice'],
    ['of type at+jwt', () => good({}, { typ: 'at+jwt' }), 'alice'],
    ['one audience among others', () => good({ aud: ['x', audience] }), 'alice'],
    ['signed by another key of the same name', () => sign(strange, { iss, client_id: 'web' }), 'unknown'],
    ['naming a key that does not exist', () => good({}, { kid: 'k9' }), 'unknown'],
    [
      'a key of its own in the header',
      () => sign(strange, { iss, client_id: 'web' }, { kid: 'k9', jwk: strange.jwk }),
      'unknown',
    ],
    [
      'keys of its own by address',
      () => sign(strange, { iss, client_id: 'web' }, { jku: 'https://evil.example/keys' }),
      'unknown',
    ],
    ['a key name that is a path', () => good({}, { kid: '../../dev/null' }), 'unknown'],
    ['without a signature', async () => `${part({ alg: 'none' })}.${part({ iss, sub: 'alice' })}.`, 'unknown'],
    [
      'alg none with a signature',
      async () => (await good()).replace(/^[^.]+/, part({ alg: 'none', kid: 'k1' })),
      'unknown',
    ],
    ['alg None', async () => (await good()).replace(/^[^.]+/, part({ alg: 'None', kid: 'k1' })), 'unknown'],
    ['HS256 by the public key', () => signedWithPublicKey('HS256'), 'unknown'],
    ['an algorithm that is not pinned', async () => sign(await makeKey('k1', 'PS256'), { iss }), 'unknown'],
    [
      'another algorithm in the header',
      async () => (await good()).replace(/^[^.]+/, part({ alg: 'ES384', kid: 'k1' })),
      'unknown',
    ],
    ['an extension that must be understood', () => good({}, { crit: ['b64'], b64: true }), 'alice'],
    [
      'an extension nobody knows',
      async () => (await good()).replace(/^[^.]+/, part({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 })),
      'unknown',
    ],
    ['expired', () => good({ exp: seconds - 6 }), 'expired'],
    ['expired within the tolerance', () => good({ exp: seconds - 4 }), 'alice'],
    ['never expiring', () => good({ exp: undefined }), 'malformed'],
    ['not yet valid', () => good({ nbf: seconds + 60 }), 'not-yet-valid'],
    ['issued in the future', () => good({ iat: seconds + 60 }), 'not-yet-valid'],
    ['for somebody else', () => good({ aud: 'https://other.example' }), 'wrong-audience'],
    ['for nobody', () => good({ aud: undefined }), 'wrong-audience'],
    ['from another issuer', () => good({ iss: 'https://id.example/' }), 'wrong-issuer'],
    ['from no issuer', () => good({ iss: undefined }), 'wrong-issuer'],
    ['without a claim that must be there', () => good({ client_id: undefined }), 'malformed'],
    ['of nobody', () => good({ sub: undefined }), 'unknown'],
    ['of somebody who is no text', () => good({ sub: { id: 1 } }), 'malformed'],
    ['of a number with many digits', () => good({ sub: 2 ** 60 }), '1152921504606847000'],
    ['of a text with a line break', () => good({ sub: 'alice\nadmin' }), 'malformed'],
    ['a proof, a logout, a transaction token', () => good({}, { typ: 'logout+jwt' }), 'unknown'],
    ['bound to a key', () => good({ cnf: { jkt: 'abc' } }), 'unbound'],
    ['bound to a certificate', () => good({ cnf: { 'x5t#S256': 'abc' } }), 'unbound'],
    ['bound in an unknown way', () => good({ cnf: { kid: 'abc' } }), 'unbound'],
    ['bound to nothing', () => good({ cnf: {} }), 'unbound'],
    ['not a token', async () => 'a.b.c', 'malformed'],
    ['an opaque one', async () => 'opaque', 'unknown'],
  ]
  for (const [name, token, expected] of cases) {
    test(`${name}: ${expected}`, async () => {
      const bad = await token()
      const identified = await identifier.identify(bearing(bad))
      const found = said(identified)
      if (!identified.ok) {
        assert.match(
          identified.challenge,
          /^Bearer realm="api", error="invalid_(token|request)", error_description="[^"]+"$/,
        )
        for (const piece of bad.split('.').filter((each) => each.length > 3))
          assert.ok(!JSON.stringify(identified).includes(piece))
      }
      assert.equal(found, expected)
    })
  }

  test('what a token says of its bearer', async () => {
    const config = {
      ...basis(),
      principal: { tenant: '/org/id', roles: '/realm_access/roles', kind: '/kind', claims: ['email', 'limit'] },
    }
    const mapped = await open([config])
    const claims = {
      iss,
      org: { id: 'north' },
      realm_access: { roles: ['clerk'] },
      kind: 'partner',
      scope: 'read  write',
      email: 'a@b.example',
      secret: 1,
    }
    const identified = await mapped.identify(bearing(await sign(key, claims)))
    assert.ok(identified.ok)
    assert.deepEqual(identified.principal, {
      id: 'alice',
      kind: 'partner',
      tenant: 'north',
      roles: ['clerk'],
      scopes: ['read', 'write'],
      claims: { email: 'a@b.example' },
    })
    assert.equal(said(await mapped.identify(bearing(await sign(key, { iss, kind: 'root' })))), 'malformed')
    await mapped.close()
  })

  test('type, age and rules by the file', async () => {
    const strict = await open([
      {
        ...basis(),
        type: 'at+jwt',
        'max-age': '1m',
        principal: [{ where: { '/gty': 'client' }, id: '/client_id', kind: 'service' }, {}],
      },
    ])
    const look = async (claims: object, header = { typ: 'at+jwt' }): Promise<unknown> =>
      said(await strict.identify(bearing(await sign(key, { iss, ...claims }, header))))
    assert.equal(await look({}), 'alice')
    assert.equal(await look({ gty: 'client', client_id: 'batch' }), 'batch')
    assert.equal(await look({ gty: 'client' }), 'alice')
    assert.equal(await look({}, { typ: 'JWT' }), 'unknown')
    assert.equal(await look({ iat: seconds - 3600 }), 'expired')
    await strict.close()
  })

  test('a mutated token is never accepted', async () => {
    const token = await good()
    const place = fc.nat({ max: token.length - 1 })
    const letter = fc.constantFrom(...'ABCdef019-_.=')
    await fc.assert(
      fc.asyncProperty(place, letter, fc.constantFrom('replace', 'insert', 'cut'), async (at, by, how) => {
        const mutated =
          how === 'cut'
            ? token.slice(0, at) + token.slice(at + 1)
            : token.slice(0, at) + by + token.slice(how === 'insert' ? at : at + 1)
        const identified = await identifier.identify(bearing(mutated))
        // The last letter of a signature carries bits that mean nothing: another text of the same bytes is the same signature.
        const bytes = mutated.split('.').map((each) => Buffer.from(each, 'base64url').toString('hex'))
        const same =
          bytes.join('.') ===
          token
            .split('.')
            .map((each) => Buffer.from(each, 'base64url').toString('hex'))
            .join('.')
        assert.ok(same || !identified.ok)
      }),
      { numRuns: 300 },
    )
  })
})

describe('chains of those who act (RFC 8693)', () => {
  const act = { sub: 'bot', act: { sub: 'relay' } }
  test('the outermost actor is the caller, the chain is kept', async () => {
    const agents = await open([{ ...basis(), principal: { claims: ['tid'], roles: '/roles' } }])
    const identified = await agents.identify(
      bearing(await sign(key, { iss, act, may_act: { sub: 'next' }, tid: 't', roles: ['clerk'] })),
    )
    assert.ok(identified.ok)
    assert.deepEqual(identified.principal, {
      id: 'bot',
      kind: 'agent',
      roles: ['clerk'],
      claims: { sub: 'alice', act, may_act: { sub: 'next' }, tid: 't' },
    })
    await agents.close()
  })

  test('or the one it acts for, and a service', async () => {
    const services = await open([{ ...basis(), delegation: { as: 'subject', kind: 'service' } }])
    const identified = await services.identify(bearing(await sign(key, { iss, act })))
    assert.ok(identified.ok)
    assert.deepEqual([identified.principal.id, identified.principal.kind], ['alice', 'service'])
    await services.close()
  })

  const deep = (levels: number): unknown => (levels === 0 ? undefined : { sub: `a${levels}`, act: deep(levels - 1) })
  for (const [name, chain] of [
    ['text', 'bot'],
    ['without a name', { iss: 'x' }],
    ['an empty name', { sub: '' }],
    ['a broken end', { sub: 'bot', act: null }],
    ['a list', [{ sub: 'bot' }]],
    ['too long', deep(9)],
  ] as const)
    test(`refused: ${name}`, async () => {
      assert.equal(said(await identifier.identify(bearing(await good({ act: chain })))), 'malformed')
      if (name !== 'too long')
        assert.equal(said(await identifier.identify(bearing(await good({ may_act: chain })))), 'malformed')
    })
})

describe('keys of the issuer', () => {
  test('rotate: a new one is fetched when seen, at most once in the cooldown, an old one ends', async () => {
    const [first, second] = [await makeKey('a'), await makeKey('b')]
    const own = await startIssuer()
    own.keys = [first.jwk]
    let at = noon
    const rotating = await open([{ ...basis(), keys: { url: own.url, cooldown: '30s', refresh: '5m' } }], {
      now: () => at,
    })
    const look = async (by: Key): Promise<unknown> =>
      said(await rotating.identify(bearing(await sign(by, { iss, exp: seconds + 9999 }))))
    assert.equal(await look(first), 'alice')
    own.keys = [second.jwk]
    assert.equal(await look(second), 'unknown', 'within the cooldown')
    assert.equal(own.asked, 1)
    at += 31_000
    assert.deepEqual(await Promise.all([look(second), look(second), look(second)]), ['alice', 'alice', 'alice'])
    assert.equal(own.asked, 2, 'asked once for all')
    assert.equal(await look(first), 'unknown', 'taken back')
    assert.equal(own.asked, 2)
    own.close()
    await rotating.close()
  })

  test('out of reach: known keys serve for a while, unknown ones are not guessed at', async () => {
    const [known, unknown] = [await makeKey('a'), await makeKey('b')]
    const own = await startIssuer()
    own.keys = [known.jwk]
    own.answers = false
    let at = noon
    const lonely = await open([{ ...basis(), keys: { url: own.url, keep: '1h' } }], { now: () => at })
    const look = async (by: Key): Promise<unknown> =>
      said(await lonely.identify(bearing(await sign(by, { iss, exp: seconds + 9999 }))))
    assert.equal(await look(known), 'unavailable')
    assert.equal(await look(known), 'unavailable')
    assert.equal(own.asked, 1, 'not asked again at once')
    own.answers = true
    at += 1100
    assert.equal(await look(known), 'alice')
    own.answers = false
    at += 10 * 60_000
    assert.equal(await look(known), 'alice')
    assert.equal(await look(unknown), 'unavailable')
    at += 60 * 60_000
    assert.equal(await look(known), 'unavailable')
    own.close()
    await lonely.close()
  })

  test('in a file: a change counts at once, a broken file refuses', async (t) => {
    const [first, second] = [await makeKey('a'), await makeKey('b')]
    const directory = await mkdtemp(join(tmpdir(), 'identity-'))
    t.after(() => rm(directory, { recursive: true }))
    const write = (keys: readonly JWK[]): Promise<void> =>
      writeFile(join(directory, 'keys.json'), JSON.stringify({ keys }))
    await write([first.jwk])
    let at = noon
    const filed = await open([{ ...basis(), keys: { file: 'keys.json' } }], { directory, now: () => (at += 250) })
    const look = async (by: Key): Promise<unknown> => said(await filed.identify(bearing(await sign(by, { iss }))))
    assert.equal(await look(first), 'alice')
    await write([second.jwk])
    assert.deepEqual([await look(first), await look(second)], ['unknown', 'alice'])
    await writeFile(join(directory, 'keys.json'), '{')
    assert.equal(await look(second), 'unavailable')
    await write([second.jwk])
    assert.equal(await look(second), 'alice')
    await filed.close()
  })

  test('a genuine key used in a way that is not pinned', async () => {
    const own = await startIssuer()
    const rsa = await makeKey('rsa', 'PS256')
    // Without `alg`, the key itself would do for RS256 and PS256 alike.
    const { alg: _, ...free } = rsa.jwk
    own.keys = [free]
    const token = await sign(rsa, { iss })
    const [pinned, other] = await Promise.all(
      ['PS256', 'RS256'].map((alg) => open([{ ...basis(), algorithms: [alg], keys: { url: own.url } }])),
    )
    assert.equal(said((await pinned?.identify(bearing(token))) ?? assert.fail()), 'alice')
    assert.equal(said((await other?.identify(bearing(token))) ?? assert.fail()), 'unknown')
    own.close()
  })

  test('a set with secret keys in it makes no secret of them', async () => {
    const own = await startIssuer()
    own.keys = [{ kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), kid: 'k1' }]
    const odd = await open([{ ...basis(), keys: { url: own.url } }])
    const text = `${part({ alg: 'HS256', kid: 'k1' })}.${part({ iss, sub: 'alice', aud: audience, exp: seconds + 300 })}`
    const forged = `${text}.${createHmac('sha256', 'x'.repeat(32)).update(text).digest('base64url')}`
    assert.equal(said(await odd.identify(bearing(forged))), 'unknown')
    own.close()
    await odd.close()
  })
})
