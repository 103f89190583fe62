import assert from 'node:assert/strict'
import { randomBytes, scryptSync } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { hashApiKey, parseKeyFile } from '../../src/identity/key-file.ts'
import { noon, open, present, said } from './issuer.ts'

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'identity-'))
})
after(() => rm(directory, { recursive: true }))
const key = randomBytes(32).toString('base64url')
const old = randomBytes(32).toString('base64url')
const early = randomBytes(32).toString('base64url')

function scrypted(secret: string): string {
  const salt = randomBytes(16)
  return `scrypt:1024:8:1:${salt.toString('base64url')}:${scryptSync(secret, salt, 32, { cost: 1024, blockSize: 8, parallelization: 1 }).toString('base64url')}`
}

const entries = (): readonly object[] => [
  {
    name: 'one',
    hash: hashApiKey(key),
    principal: { id: 'pay4u', kind: 'partner', roles: ['partner'], tenant: 'north' },
  },
  { name: 'old', hash: hashApiKey(old), principal: { id: 'old' }, expires: '2026-06-01T12:00:00Z' },
  { name: 'early', hash: hashApiKey(early), principal: { id: 'early' }, 'not-before': '2026-06-01T12:00:01Z' },
  { name: 'chosen', prefix: 'acme.', hash: scrypted('acme.hunter2'), principal: { id: 'acme' } },
]
const write = (file: string, value: unknown): Promise<void> => writeFile(join(directory, file), JSON.stringify(value))
const show = (value: string) => present({ 'x-api-key': value })

describe('keys in a header', () => {
  test('known by their hashes', async () => {
    await write('keys.yaml', entries())
    const identifier = await open([{ kind: 'api-key', header: 'X-Api-Key', keys: 'keys.yaml' }], { directory })
    const identified = await identifier.identify(show(key))
    assert.ok(identified.ok)
    assert.deepEqual(identified.principal, {
      id: 'pay4u',
      kind: 'partner',
      roles: ['partner'],
      tenant: 'north',
      claims: {},
    })
    const cases = [
      [old, 'expired'],
      [early, 'not-yet-valid'],
      ['acme.hunter2', 'acme'],
      ['acme.hunter2', 'acme'],
      ['acme.hunter3', 'unknown'],
      ['hunter2', 'unknown'],
      [key.slice(1), 'unknown'],
      [hashApiKey(key), 'unknown'],
      ['', 'malformed'],
    ] as const
    for (const [shown, expected] of cases) assert.equal(said(await identifier.identify(show(shown))), expected)
    const refused = await identifier.identify(show('acme.hunter3'))
    assert.ok(!refused.ok)
    assert.match(refused.challenge, /^ApiKey realm="api", header="X-Api-Key", error=/)
    assert.ok(!JSON.stringify(refused).includes('hunter3'))
  })

  test('a key taken out of the file is refused at once, however it was found', async () => {
    let at = noon
    await write('changing.yaml', entries())
    const identifier = await open([{ kind: 'api-key', header: 'X-Api-Key', keys: 'changing.yaml' }], {
      directory,
      now: () => at,
    })
    assert.deepEqual(
      [said(await identifier.identify(show(key))), said(await identifier.identify(show('acme.hunter2')))],
      ['pay4u', 'acme'],
    )
    await write('next.yaml', [])
    await rename(join(directory, 'next.yaml'), join(directory, 'changing.yaml'))
    at += 200
    assert.deepEqual(
      [said(await identifier.identify(show(key))), said(await identifier.identify(show('acme.hunter2')))],
      ['unknown', 'unknown'],
    )
    await rm(join(directory, 'changing.yaml'))
    at += 200
    assert.equal(said(await identifier.identify(show(key))), 'unavailable')
    await write('changing.yaml', entries())
    at += 200
    assert.equal(said(await identifier.identify(show(key))), 'pay4u')
  })

  test('the same key under another hash is still known', async () => {
    let at = noon
    const chosen = (): object => ({
      name: 'chosen',
      prefix: 'acme.',
      hash: scrypted('acme.hunter2'),
      principal: { id: 'acme' },
    })
    await write('rehashed.yaml', [chosen()])
    const config = { kind: 'api-key', header: 'X-Api-Key', keys: 'rehashed.yaml' }
    const identifier = await open([config], { directory, now: () => at })
    assert.equal(said(await identifier.identify(show('acme.hunter2'))), 'acme')
    await write('rehashed.yaml', [chosen()])
    at += 200
    assert.equal(said(await identifier.identify(show('acme.hunter2'))), 'acme')
  })

  test('a file of a wrong shape says where, not what', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [[{ name: 'a', hash: key, principal: { id: 'x' } }], /0\.hash/],
      [[{ name: 'a', hash: hashApiKey(key), principal: {} }], /0\.principal\.id/],
      [[{ name: 'a', key, hash: hashApiKey(key), principal: { id: 'x' } }], /unrecognized_keys/],
      [[{ name: 'a', hash: scrypted(key), principal: { id: 'x' } }], /0 /],
      [{ key }, /wrong shape/],
    ]
    for (const [value, message] of wrong)
      assert.throws(
        () => parseKeyFile(JSON.stringify(value)),
        (error) => error instanceof TypeError && message.test(error.message) && !error.message.includes(key),
      )
  })
})
