// biome-ignore-all lint/suspicious/noTemplateCurlyInString: secrets are named like that
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import { IdentitySetupError } from '../../src/identity/not-identified.ts'
import { listen } from '../transport/open.ts'
import { bearing, noon, open, said } from './issuer.ts'

const seconds = noon / 1000
let status = 200
let body = ''
let asked: { authorization: string | undefined; form: URLSearchParams }[] = []
const server = createServer(async (req, res) => {
  let form = ''
  for await (const chunk of req) form += chunk
  asked.push({ authorization: req.headers.authorization, form: new URLSearchParams(form) })
  res.writeHead(status, { 'content-type': 'application/json' }).end(body)
})
let config: Readonly<Record<string, unknown>>
before(async () => {
  const endpoint = `http://${await listen(server)}/introspect`
  config = {
    kind: 'introspection',
    issuer: 'https://id.example',
    endpoint,
    audience: 'me',
    client: { id: 'guard', secret: '${env:S}' },
    cache: '5s',
  }
})
after(() => void server.close())
beforeEach(() => {
  status = 200
  asked = []
})
const readSecret = async (): Promise<string> => 's3cret'
const active = { active: true, sub: 'alice', aud: 'me', token_type: 'Bearer', exp: seconds + 60 }

describe('what an issuer may say of a token', () => {
  const cases: readonly (readonly [name: string, answer: unknown, expected: string])[] = [
    ['it counts', active, 'alice'],
    ['for several', { ...active, aud: ['x', 'me'] }, 'alice'],
    ['not any more', { active: false }, 'revoked'],
    ['not any more, with more', { ...active, active: false }, 'revoked'],
    ['true as a text', { ...active, active: 'true' }, 'unavailable'],
    ['nothing', {}, 'unavailable'],
    ['a list', [active], 'unavailable'],
    ['no JSON', 'active', 'unavailable'],
    ['for somebody else', { ...active, aud: 'you' }, 'wrong-audience'],
    ['for nobody', { ...active, aud: undefined }, 'wrong-audience'],
    ['from somebody else', { ...active, iss: 'https://other.example' }, 'wrong-issuer'],
    ['expired all the same', { ...active, exp: seconds - 10 }, 'expired'],
    ['a time as a text', { ...active, exp: String(seconds + 60) }, 'malformed'],
    ['not yet', { ...active, nbf: seconds + 60 }, 'not-yet-valid'],
    ['a refresh token', { ...active, token_type: undefined }, 'unknown'],
    ['another kind of token', { ...active, token_type: 'N_A' }, 'unknown'],
    ['bound, it does not say to what', { ...active, token_type: 'DPoP' }, 'unbound'],
    ['bound to a key', { ...active, cnf: { jkt: 'x' } }, 'unbound'],
    ['of nobody', { ...active, sub: undefined }, 'unknown'],
  ]
  for (const [name, answer, expected] of cases)
    test(`${name}: ${expected}`, async () => {
      body = typeof answer === 'string' ? answer : JSON.stringify(answer)
      const identifier = await open([config], { readSecret })
      const identified = await identifier.identify(bearing('secret-token'))
      assert.equal(said(identified), expected)
      assert.ok(!/secret-token|s3cret/.test(JSON.stringify(identified)))
      const [request] = asked
      assert.equal(request?.authorization, `Basic ${Buffer.from('guard:s3cret').toString('base64')}`)
      assert.equal(request?.form.get('token'), 'secret-token')
    })

  test('a failure is not remembered, a refusal is for a while, a limit of the token’s own counts at once', async () => {
    let at = noon
    const identifier = await open([config], { readSecret, now: () => at })
    status = 500
    assert.equal(said(await identifier.identify(bearing('a'))), 'unavailable')
    status = 200
    body = JSON.stringify({ ...active, exp: seconds + 1 })
    assert.equal(said(await identifier.identify(bearing('a'))), 'alice')
    at += 6500
    assert.equal(said(await identifier.identify(bearing('a'))), 'expired')
    body = JSON.stringify({ active: false })
    assert.equal(said(await identifier.identify(bearing('b'))), 'revoked')
    body = JSON.stringify(active)
    assert.equal(said(await identifier.identify(bearing('b'))), 'revoked')
    at += 5000
    assert.equal(said(await identifier.identify(bearing('b'))), 'alice')
  })

  test('a second issuer is asked what the first does not know', async () => {
    body = JSON.stringify({ active: false })
    const other = createServer((_, res) =>
      res.setHeader('content-type', 'application/json').end(JSON.stringify(active)),
    )
    const endpoint = `http://${await listen(other)}/`
    const identifier = await open([config, { ...config, name: 'second', endpoint }], { readSecret })
    const identified = await identifier.identify(bearing('a'))
    assert.ok(identified.ok)
    assert.equal(identified.provider, 'second')
    // But not when the first cannot be asked: what it would have refused is not known.
    status = 500
    assert.equal(said(await identifier.identify(bearing('b'))), 'unavailable')
    other.close()
  })
})

describe('opening', () => {
  test('a secret that is not there, a key that is none', async () => {
    const code = (wanted: string) => (error: unknown) => error instanceof IdentitySetupError && error.code === wanted
    await assert.rejects(open([config]), code('missing-secret'))
    const keyed = { ...config, client: { id: 'guard', key: '${file:k}' } }
    const rejected = await open([keyed], { readSecret }).catch((error: unknown) => error)
    assert.ok(code('unusable-key')(rejected))
    assert.ok(!String(rejected).includes('s3cret'))
  })
})
