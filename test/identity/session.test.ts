import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import { start } from '../../examples/bank-payments/start.ts'
import type { Identified, Presented } from '../../src/identity/identity.ts'
import { IdentitySetupError } from '../../src/identity/not-identified.ts'
import { listen } from '../transport/open.ts'
import { bearing, noon, open, present, said } from './issuer.ts'

/** An API that tells what it was sent, or what it is told to. */
let answer: { status: number; body?: string; headers?: Readonly<Record<string, string>>; slow?: boolean } = {
  status: 200,
}
let seen: NodeJS.Dict<string | string[]>[] = []
const server = createServer((req, res) => {
  seen.push(req.headers)
  if (answer.slow === true) return
  if (req.url === '/elsewhere') return void res.end('{"id":"somebody-else"}')
  res
    .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    .end(answer.body ?? '{"id":"u1"}')
})
let base = ''
before(async () => {
  base = `http://${await listen(server)}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  answer = { status: 200 }
  seen = []
})

const me = { kind: 'session', request: 'GET /me', principal: { id: '$response.body#/id' } }

describe('the bank of the examples', () => {
  test('says who bears its tokens', async () => {
    const bank = await start()
    const config = {
      ...me,
      principal: [
        {
          where: { '$response.body#/roles': 'partner' },
          id: '$response.body#/name',
          kind: 'partner',
          roles: '$response.body#/roles',
        },
        {
          id: '$response.body#/id',
          tenant: '$response.body#/tenant',
          roles: '$response.body#/roles',
          claims: { name: '$response.body#/name' },
        },
      ],
    }
    const identifier = await open([config], { upstreams: { bank: bank.url } })
    const principalOf = async (name: string): Promise<Identified> =>
      await identifier.identify(bearing(bank.tokens[name] ?? ''))
    const alice = await principalOf('alice')
    assert.ok(alice.ok)
    assert.match(alice.principal.id ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(
      { ...alice.principal, id: 'x' },
      { id: 'x', kind: 'user', tenant: 'north', roles: ['customer'], claims: { name: 'alice' } },
    )
    const partner = await principalOf('pay4u')
    assert.deepEqual(partner.ok && partner.principal, { id: 'pay4u', kind: 'partner', roles: ['partner'], claims: {} })
    assert.equal(said(await identifier.identify(bearing('made-up'))), 'unknown')
    await bank.close()
    assert.equal(said(await identifier.identify(bearing('another'))), 'unavailable')
    await identifier.close()
  })
})

describe('what the API is asked and what its answers mean', () => {
  const answers: readonly (readonly [name: string, answer: typeof answer, expected: string])[] = [
    ['an id', { status: 200 }, 'u1'],
    ['a number', { status: 200, body: '{"id":9007199254740993}' }, '9007199254740993'],
    ['no id', { status: 200, body: '{"name":"x"}' }, 'unknown'],
    ['nobody', { status: 200, body: '{"id":null}' }, 'unknown'],
    ['an id that is none', { status: 200, body: '{"id":{"$ne":1}}' }, 'malformed'],
    ['an empty id', { status: 200, body: '{"id":""}' }, 'malformed'],
    ['not JSON', { status: 200, body: '<p>login</p>' }, 'unknown'],
    ['nothing', { status: 204 }, 'unknown'],
    ['who are you', { status: 401 }, 'unknown'],
    ['go away', { status: 403 }, 'unknown'],
    ['not here', { status: 404 }, 'unknown'],
    ['elsewhere', { status: 302, headers: { location: '/elsewhere' } }, 'unavailable'],
    ['too many', { status: 429 }, 'unavailable'],
    ['broken', { status: 500 }, 'unavailable'],
    ['too long', { status: 200, body: JSON.stringify({ id: 'u1', pad: 'x'.repeat(5000) }) }, 'unavailable'],
    ['never', { status: 200, slow: true }, 'unavailable'],
  ]
  for (const [name, given, expected] of answers)
    test(`${name}: ${expected}`, async () => {
      answer = given
      const identifier = await open([me], { upstreams: { api: base }, limits: { timeoutMs: 150, maxBytes: 4000 } })
      const identified = await identifier.identify(bearing('secret-token'))
      assert.equal(said(identified), expected)
      assert.ok(!JSON.stringify(identified).includes('secret-token'))
      await identifier.close()
    })

  test('credentials go on as they came, and little else', async () => {
    const config = { ...me, credentials: ['cookie:sid', 'header:X-CSRF'], with: ['Accept-Language'] }
    const identifier = await open([config], { upstreams: { api: base } })
    const request = present({
      cookie: 'theme=dark; sid=s3cret',
      'x-csrf': 't',
      'accept-language': 'de',
      'x-other': '1',
    })
    assert.equal(said(await identifier.identify(request)), 'u1')
    const [headers] = seen
    assert.deepEqual(
      ['cookie', 'x-csrf', 'accept-language', 'x-other', 'authorization'].map((name) => headers?.[name]),
      ['sid=s3cret', 't', 'de', undefined, undefined],
    )
    assert.deepEqual(await identifier.identify(present({ cookie: 'theme=dark' })), { ok: true, principal: {} })
  })

  test('asked once for all who wait, and again when the answer is no longer believed', async () => {
    let at = noon
    const identifier = await open([me], { upstreams: { api: base }, now: () => at })
    const look = (token: string): Promise<Identified> => identifier.identify(bearing(token))
    await Promise.all([look('a'), look('a'), look('a'), look('b')])
    await look('a')
    assert.equal(seen.length, 2)
    answer = { status: 401 }
    at += 1999
    assert.equal(said(await look('a')), 'u1')
    at += 1
    assert.equal(said(await look('a')), 'unknown')
    answer = { status: 500 }
    at += 2000
    assert.equal(said(await look('a')), 'unavailable')
    answer = { status: 200 }
    assert.equal(said(await look('a')), 'u1', 'a failure is not remembered')
  })

  test('which API: named when there are several', async () => {
    const upstreams = { a: 'http://127.0.0.1:1', b: base }
    await assert.rejects(
      open([me], { upstreams }),
      (error) => error instanceof IdentitySetupError && error.code === 'unknown-source',
    )
    await assert.rejects(open([{ ...me, source: 'c' }], { upstreams }), IdentitySetupError)
    const identifier = await open([{ ...me, source: 'b' }], { upstreams })
    assert.equal(said(await identifier.identify(bearing('a'))), 'u1')
  })
})

describe('what can be read in more than one way, or in none', () => {
  const config = [
    { ...me, credentials: ['authorization', 'cookie:sid'] },
    { kind: 'api-key', header: 'X-Api-Key', keys: 'none.yaml' },
  ]
  const cases: readonly (readonly [name: string, headers: Presented['headers'], expected: string | undefined])[] = [
    ['nothing', {}, undefined],
    ['a cookie nobody looks at', { cookie: 'theme=dark' }, undefined],
    ['two authorization headers', { authorization: ['Bearer a', 'Bearer b'] }, 'several'],
    ['twice the same', { authorization: ['Bearer a', 'Bearer a'] }, 'several'],
    ['two in one', { authorization: 'Bearer a, Bearer b' }, 'malformed'],
    ['an empty one', { authorization: '' }, 'malformed'],
    ['a scheme only', { authorization: 'Bearer ' }, 'malformed'],
    ['a token only', { authorization: 'abc' }, 'malformed'],
    ['a space in the token', { authorization: 'Bearer a b' }, 'malformed'],
    ['a line break', { authorization: 'Bearer a\nb' }, 'malformed'],
    ['beyond ASCII', { authorization: 'Bearer ä' }, 'malformed'],
    ['endless', { authorization: `Bearer ${'a'.repeat(20_000)}` }, 'malformed'],
    ['a token and a key', { authorization: 'Bearer a', 'x-api-key': 'k' }, 'several'],
    ['a cookie and a key', { cookie: 'sid=a', 'x-api-key': 'k' }, 'several'],
    ['two keys', { 'x-api-key': ['a', 'b'] }, 'several'],
    ['the cookie twice', { cookie: 'sid=a; sid=b' }, 'several'],
    ['the cookie in two headers', { cookie: ['sid=a', 'sid=b'] }, 'several'],
    ['an empty cookie', { cookie: 'sid=' }, 'malformed'],
    ['a cookie in two headers beside another', { cookie: ['theme=dark', 'sid=a'] }, 'u1'],
    ['a scheme in other letters', { authorization: 'bEARER a' }, 'u1'],
    ['another scheme, for the API to judge', { authorization: 'Basic YTpi' }, 'u1'],
    ['what one provider takes together', { authorization: 'Bearer a', cookie: 'sid=a' }, 'u1'],
    ['an inherited name', { __proto__: { authorization: 'Bearer a' } } as never, undefined],
  ]
  for (const [name, headers, expected] of cases)
    test(`${name}: ${expected ?? 'anonymous'}`, async () => {
      const identifier = await open(config, { upstreams: { api: base } })
      const identified = await identifier.identify(present(headers))
      assert.equal(said(identified), expected)
      if (!identified.ok) assert.match(identified.challenge, /error="invalid_request"/)
    })

  test('with no provider, credentials are refused and their absence is not', async () => {
    const identifier = await open([])
    assert.equal(said(await identifier.identify(bearing('a'))), 'unknown')
    assert.deepEqual(await identifier.identify(present({})), { ok: true, principal: {} })
  })
})
