// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of identities files look like that
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { type Identities, type IdentitiesOptions, openIdentities } from '../../src/prove/identity/identities.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import { Redactor } from '../../src/prove/identity/secret.ts'
import { Secret } from '../../src/wire/secret.ts'
import { listen, openLocal } from '../transport/open.ts'

const jwt = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signed'].map((part) => Buffer.from(part).toString('base64url')).join('.')

const head = (base: string): string => `lockstep-identities: 1\ntargets: { shop: "${base}" }\nidentities:\n`

/** A target that knows sessions by token and by cookie; tokens die when `generation` moves on. */
let generation = 1
let logins = 0
const registered: string[] = []
const server = createServer(async (req, res) => {
  let body = ''
  for await (const chunk of req) body += chunk
  const answer = (status: number, value: unknown, headers = {}): void =>
    void res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
  if (req.url === '/login') {
    logins += 1
    const { password } = JSON.parse(body)
    if (password !== 'correct horse') return answer(403, { error: 'wrong', echoed: password })
    const claims = { sub: 'u-1', tenant: 'north', role: 'customer', scope: 'read write' }
    return answer(
      200,
      { token: jwt({ ...claims, generation }), user: { id: 7 } },
      { 'set-cookie': 'sid=cookie-secret; Path=/' },
    )
  }
  if (req.url === '/register') {
    registered.push(JSON.parse(body).name)
    return answer(201, { id: registered.length, token: `token-of-${registered.at(-1)}` })
  }
  if (req.url === '/html') return void res.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>')
  if (req.url?.startsWith('/never')) return answer(401, {})
  const [, payload] = (req.headers.authorization ?? '').split('.')
  const fits =
    payload !== undefined && JSON.parse(Buffer.from(payload, 'base64url').toString()).generation === generation
  answer(fits ? 200 : 401, { cookie: req.headers.cookie, query: req.url })
})
const transport = openLocal()
let base = ''
before(async () => {
  base = `http://${await listen(server)}`
})
after(async () => {
  await transport.close()
  server.close()
})

function open(identities: string, changes: Partial<IdentitiesOptions> = {}): Identities {
  const { identities: file, diagnostics } = parseIdentities({ file: 'identities.yaml', text: head(base) + identities })
  assert.deepEqual(diagnostics, [])
  assert.ok(file)
  let count = 0
  return openIdentities(file, transport, {
    readFile: async (path) => (path === 'pw' ? 'correct horse\n' : Promise.reject(new Error('none'))),
    env: { KEY: 'key-from-env' },
    now: () => 1_000_000,
    fresh: () => `fresh${++count}`,
    ...changes,
  })
}

const alice = `
  alice:
    actor: customer
    cookies: true
    headers: { Authorization: "Bearer \${var:token}" }
    query: { api_key: "\${env:KEY}" }
    login:
      - request: POST /login
        body: { password: "\${file:pw}" }
        capture: { token: "$response.body#/token", uid: "$response.body#/user/id" }
`

describe('a session', () => {
  test('takes its principal from the token and sends header, query and cookie', async () => {
    const session = await open(alice).get('alice')
    assert.deepEqual([session.principal.id, session.principal.tenant], ['u-1', 'north'])
    assert.deepEqual([session.principal.roles, session.principal.scopes], [['customer'], ['read', 'write']])
    const { response } = await session.send({
      method: 'GET',
      url: `${base}/me?a=1`,
      headers: { authorization: 'other' },
    })
    assert.deepEqual(response?.json, { cookie: 'sid=cookie-secret', query: '/me?a=1&api_key=key-from-env' })
  })

  test('literals of the file win over claims', async () => {
    const session = await open(`${alice}    principal: { id: "\${var:uid}", roles: [vip] }\n`).get('alice')
    assert.deepEqual([session.principal.id, session.principal.roles, session.principal.tenant], ['7', ['vip'], 'north'])
  })

  test('tells a dead token from a forbidden place, when both are a 401, by a read that was answered', async () => {
    const session = await open(alice).get('alice')
    const ask = async (path: string) =>
      (await session.send({ method: 'GET', url: base + path, headers: {} })).response?.status
    assert.deepEqual([await ask('/me'), await ask('/never'), await ask('/never')], [200, 401, 401])
    generation += 1
    logins = 0
    assert.equal(await ask('/never'), 401)
    assert.equal(logins, 1)
    assert.deepEqual([await ask('/never'), await ask('/me'), logins], [401, 200, 1])
  })

  test('logs in once for all who ask, again on a dead token, and not over and over on a refusal', async () => {
    const identities = open(alice)
    logins = 0
    const [session] = await Promise.all([identities.get('alice'), identities.get('alice')])
    assert.equal(logins, 1)
    generation += 1
    assert.equal((await session.send({ method: 'GET', url: `${base}/me`, headers: {} })).response?.status, 200)
    assert.equal(logins, 2)
    for (let n = 0; n < 3; n += 1) await session.send({ method: 'GET', url: `${base}/never`, headers: {} })
    assert.equal(logins, 3)
  })

  test('a pool registers somebody new each time, until it is used up', async () => {
    const identities = open(`
  shopper:
    actor: [customer, guest]
    pool: 2
    principal: { id: "\${var:uid}" }
    headers: { Authorization: "Bearer \${var:token}" }
    login:
      - { request: POST /register, body: { name: "\${fresh}" }, expect: [201],
          capture: { token: "$response.body#/token", uid: "$response.body#/id" } }
`)
    const names = [await identities.register('shopper'), await identities.register('shopper')].map((each) => each?.name)
    assert.deepEqual(names, ['shopper#1', 'shopper#2'])
    assert.deepEqual(registered, ['fresh1', 'fresh2'])
    assert.equal(await identities.register('shopper'), undefined)
    assert.equal(identities.redact('a token-of-fresh2 b'), 'a [redacted] b')
  })
})

describe('what keeps an identity from being used', () => {
  const step = (text: string): string => `  a: { actor: c, login: [{ ${text} }] }\n`
  const cases = [
    {
      yaml: '  a: { actor: c, headers: { X-Api-Key: "${env:NONE}" } }',
      code: 'missing-secret',
      words: /\$\{env:NONE\}/,
    },
    {
      yaml: '  a: { actor: c, headers: { X-Api-Key: "${file:none}" } }',
      code: 'missing-secret',
      words: /\$\{file:none\}/,
    },
    {
      yaml: step('request: POST /login, body: { password: "${env:KEY}" }'),
      code: 'login-refused',
      words: /^a, login step 1 \(POST \/login\): expected 2xx, got 403 with a JSON object of `error`, `echoed`$/,
    },
    {
      yaml: step('request: GET /html, capture: { t: $response.body#/t }'),
      code: 'capture-missing',
      words: /200 with an HTML page/,
    },
    {
      yaml: `  a: { actor: c, headers: { Authorization: "Bearer \${env:OLD}" } }`,
      code: 'token-expired',
      words: /1970-01-01T00:16:39/,
    },
  ]
  for (const { yaml, code, words } of cases) {
    test(code, async () => {
      const identities = open(yaml, { env: { KEY: 'not-the-password', OLD: jwt({ exp: 999 }) } })
      await assert.rejects(identities.get('a'), (error: Error) => {
        assert.equal('code' in error && error.code, code)
        assert.match(error.message, words)
        assert.doesNotMatch(error.message, /not-the-password/)
        return true
      })
    })
  }
})

describe('diagnostics', () => {
  const cases = [
    {
      name: 'a literal token',
      yaml: '  a:\n    actor: c\n    headers: { Authorization: Bearer abc }',
      code: 'literal-secret',
      line: 6,
    },
    {
      name: 'a literal password',
      yaml: '  a:\n    actor: c\n    login:\n      - request: POST /x\n        body: { newPassword: x1 }',
      code: 'literal-secret',
      line: 8,
    },
    {
      name: 'a variable nobody captures',
      yaml: '  a:\n    actor: c\n    query: { q: "${var:tokn}" }',
      code: 'unknown-name',
      line: 6,
    },
    {
      name: 'a placeholder of no kind',
      yaml: '  a:\n    actor: c\n    query: { q: "${vault:x}" }',
      code: 'wrong-placeholder',
      line: 6,
    },
    {
      name: 'a capture that is no reference',
      yaml: '  a:\n    actor: c\n    login: [{ request: POST /x, capture: { t: body.t } }]',
      code: 'wrong-reference',
      line: 6,
    },
    { name: 'a pool nobody can enter', yaml: '  a: { actor: c, pool: 2 }', code: 'pool-without-login', line: 4 },
    { name: 'an unknown observer', yaml: '  a: { actor: c }\nobserver: b', code: 'unknown-name', line: 5 },
    { name: 'an unknown actor', yaml: '  a: { actor: d }', code: 'unknown-name', line: 4 },
    { name: 'an unknown member', yaml: '  a: { actor: c, heders: {} }', code: 'unknown-member', line: 4 },
  ]
  for (const { name, yaml, code, line } of cases) {
    test(name, () => {
      const known = { actors: ['c'], sources: ['shop'] }
      const { identities, diagnostics } = parseIdentities(
        { file: 'i.yaml', text: head('http://127.0.0.1') + yaml },
        known,
      )
      assert.equal(identities, undefined)
      assert.deepEqual(
        diagnostics.map((each) => [each.code, each.line]),
        [[code, line]],
      )
    })
  }
})

describe('secrets', () => {
  test('print as redacted', () => {
    const secret = new Secret('hunter2')
    assert.equal(
      `${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`,
      '[redacted] {"secret":"[redacted]"} [redacted]',
    )
  })

  test('leave no text in any common encoding', () => {
    const encodings: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text),
      (text) => encodeURIComponent(text),
      (text) => new URLSearchParams({ q: text }).toString(),
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
    ]
    const secrets = fc.string({ minLength: 8, unit: 'grapheme-ascii' })
    fc.assert(
      fc.property(secrets, fc.constantFrom(...encodings), (value, encode) => {
        const redactor = new Redactor()
        redactor.learn(new Secret(value))
        const encoded = encode(value)
        assert.ok(!redactor.redact(`<${encoded}>`).includes(encoded))
      }),
    )
  })

  test('leave nothing of base64 around a longer text', () => {
    for (const prefix of ['a:', 'ab:', 'abc:']) {
      const redactor = new Redactor()
      redactor.learn(new Secret('correct horse battery'))
      const basic = Buffer.from(`${prefix}correct horse battery;`).toString('base64')
      assert.ok(redactor.redact(basic).length < '[redacted]'.length + 12, redactor.redact(basic))
    }
  })
})
