// biome-ignore-all lint/suspicious/noTemplateCurlyInString: secrets are named like that
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseKeyFile } from '../../src/identity/key-file.ts'
import { identityConfigSchema } from '../../src/identity/schema.ts'
import { open, present } from './issuer.ts'

const jwt = { kind: 'jwt', issuer: 'i', audience: 'a', algorithms: ['ES256'], keys: { file: 'k' } }
const introspection = {
  kind: 'introspection',
  issuer: 'i',
  endpoint: 'https://id.example',
  client: { id: 'c', secret: '${env:S}' },
}
const session = { kind: 'session', request: 'GET /me', principal: { id: '$response.body#/id' } }

describe('the shape of `identity:`', () => {
  for (const [name, config] of Object.entries({ jwt, introspection, session }))
    test(`${name} is one`, () => assert.ok(identityConfigSchema.safeParse([config]).success))

  const wrong: readonly (readonly [name: string, config: unknown])[] = [
    ['another kind', { ...jwt, kind: 'basic' }],
    ['an unknown member', { ...jwt, algorithm: 'ES256' }],
    ['no algorithm', { ...jwt, algorithms: [] }],
    ['alg none', { ...jwt, algorithms: ['none'] }],
    ['a symmetric algorithm', { ...jwt, algorithms: ['ES256', 'HS256'] }],
    ['a symmetric algorithm for proofs', { ...jwt, 'dpop-algorithms': ['HS256'] }],
    ['no audience', { ...jwt, audience: undefined }],
    ['keys over a readable wire', { ...jwt, keys: { url: 'http://id.example/jwks' } }],
    ['keys from a file by address', { ...jwt, keys: { url: 'file:///etc/keys' } }],
    ['an hour of tolerance', { ...jwt, tolerance: '1h' }],
    ['a place that is no pointer', { ...jwt, principal: { id: '/a~b' } }],
    ['a secret written down', { ...introspection, client: { id: 'c', secret: 'hunter2' } }],
    ['an issuer over a readable wire', { ...introspection, endpoint: 'http://id.example' }],
    ['an hour of cache', { ...introspection, cache: '1h' }],
    ['a place in the request', { ...session, principal: { id: '$request.body#/id' } }],
    ['no id', { ...session, principal: { tenant: 'x' } }],
    ['a whole address', { ...session, request: 'GET https://api.example/me' }],
    ['an unknown place of a credential', { ...session, credentials: ['query:token'] }],
    ['a star alone', { kind: 'certificate', holders: [{ name: '*', principal: { id: 'x' } }] }],
    ['a star in the middle', { kind: 'certificate', holders: [{ name: 'DNS:*.example', principal: { id: 'x' } }] }],
    ['a holder of anything', { kind: 'certificate', holders: [{ principal: { id: 'x' } }] }],
    ['the key of an agent written down', { kind: 'agents', agents: { bot: { key: 'lsk_secret' } } }],
    ['an agent by any certificate', { kind: 'agents', agents: { bot: { certificate: 'URI:spiffe://example/*' } } }],
    ['a holder without an id', { kind: 'certificate', holders: [{ subject: { CN: 'x' }, principal: {} }] }],
  ]
  for (const [name, config] of wrong)
    test(`refused: ${name}`, () => assert.ok(!identityConfigSchema.safeParse([config]).success))

  test('has a JSON Schema', () => {
    const schema = z.toJSONSchema(identityConfigSchema, { io: 'input' })
    assert.match(JSON.stringify(schema), /RFC 7662/)
  })

  test('the guide’s examples are right', () => {
    const blocks = [...readFileSync('docs/identity.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, text = '']) => text,
    )
    assert.equal(blocks.length, 9)
    for (const block of blocks) {
      const value: unknown = parse(block)
      if (Array.isArray(value)) parseKeyFile(block)
      else identityConfigSchema.parse((value as { identity: unknown }).identity)
    }
  })
})

test('whatever comes, nobody is let in and nothing is thrown', async () => {
  const identifier = await open([jwt, { kind: 'api-key', header: 'X-Api-Key', keys: 'none.yaml' }], {
    directory: '/nonexistent',
  })
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Bearer a.b.c', 'DPoP x', 'Bearer e30.e30.e30', ''),
  )
  const header = fc.oneof(text, fc.array(text, { maxLength: 3 }))
  const headers = fc.record(
    { authorization: header, 'x-api-key': header, dpop: header, cookie: header },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(headers, fc.string(), async (shown, url) => {
      const identified = await identifier.identify(present(shown, { url }))
      assert.ok(identified.ok ? identified.principal.id === undefined : /^[\x20-\x7e]+$/.test(identified.challenge))
    }),
    { numRuns: 500 },
  )
})
