// Where a request came from and where it goes: proxies before the gateway, prefixes behind it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { request } from 'undici'
import type { Presented } from '../../../src/identity/identity.ts'
import { type Api, exchangeBytes, notesCharter, openApi } from './api.ts'
import { anonymous, openGuarded } from './stage.ts'

let api: Api
before(async () => {
  api = await openApi()
})
after(() => api.close())

function headersSeen(): ReadonlyMap<string, string> {
  const flat = api.seen.at(-1)?.headers ?? []
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1] ?? '']] : [])))
}

const said =
  'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: shop.test\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6;proto=https\r\nVia: 1.1 edge\r\n'

const proxies: Readonly<Record<string, readonly [trusted: readonly string[], believed: boolean]>> = {
  'by its address': [['10.0.0.1', '127.0.0.1'], true],
  'by its network': [['127.0.0.0/8'], true],
  'another one': [['10.0.0.0/8', '::1', 'fd00::/8'], false],
}
for (const [name, [trustedProxies, believed]] of Object.entries(proxies)) {
  test(`a proxy before the gateway, trusted ${name}`, async () => {
    const shown: Presented[] = []
    const guarded = await openGuarded(notesCharter(), {
      upstreams: { api: { url: api.url } },
      trustedProxies,
      identifier: {
        identify: async (presented) => {
          shown.push(presented)
          return { ok: true, principal: {} }
        },
        close: async () => undefined,
      },
    })
    await exchangeBytes(guarded.url, `GET /v1/notes HTTP/1.1\r\nHost: inner.test\r\n${said}Connection: close\r\n\r\n`)
    const headers = headersSeen()
    const own = 'for=127.0.0.1;host="inner.test";proto=http'
    assert.equal(headers.get('x-forwarded-for'), believed ? '6.6.6.6, 127.0.0.1' : '127.0.0.1')
    assert.equal(headers.get('x-forwarded-host'), believed ? 'shop.test' : 'inner.test')
    assert.equal(headers.get('x-forwarded-proto'), believed ? 'https' : 'http')
    assert.equal(headers.get('forwarded'), believed ? `for=6.6.6.6;proto=https, ${own}` : own)
    assert.equal(headers.get('via'), believed ? '1.1 edge, 1.1 lockstep' : '1.1 lockstep')
    assert.equal(shown[0]?.url, `${believed ? 'https' : 'http'}://inner.test/v1/notes`)
    await guarded.close()
  })
}

const prefixes: Readonly<Record<string, readonly [prefix: string, goesTo: string]>> = {
  'no prefix': ['', '/v1/notes/n1?limit=1'],
  'a slash alone': ['/', '/v1/notes/n1?limit=1'],
  'a prefix before the base path': ['/behind/this/', '/behind/this/v1/notes/n1?limit=1'],
  'a prefix that ends with the base path': ['/behind/v1', '/behind/v1/notes/n1?limit=1'],
}
for (const [name, [prefix, goesTo]] of Object.entries(prefixes)) {
  test(`the address of an API with ${name}, for calls and for looks`, async () => {
    const guarded = await openGuarded(notesCharter(), {
      upstreams: { api: { url: api.url + prefix } },
      identifier: { ...anonymous, identify: async () => ({ ok: true, principal: { id: 'bob' } }) },
      readers: { api: [() => ({})] },
    })
    const answer = await request(`${guarded.url}/v1/notes/n1?limit=1`)
    assert.equal(answer.statusCode, 200)
    await answer.body.dump()
    assert.equal(api.seen.at(-1)?.url, goesTo)
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"amount":1}' } as const
    const written = await request(`${guarded.url}/v1/notes/n1`, put)
    assert.equal(written.statusCode, 200)
    await written.body.dump()
    const [look, write] = api.seen.slice(-2)
    const path = goesTo.replace(/\?.*/, '')
    assert.deepEqual([look?.method, look?.url, write?.method, write?.url], ['GET', path, 'PUT', path])
    await guarded.close()
  })
}
