// Requests that two servers may read differently: each is refused, and none reaches the API.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, exchangeBytes, notesCharter, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

let api: Api
let guarded: Guarded
before(async () => {
  api = await openApi()
  guarded = await openGuarded(notesCharter('allow'), {
    upstreams: { api: { url: api.url } },
    identifier: named,
    hosts: ['notes.test'],
    limits: { bodyBytes: 2000, headerBytes: 4096 },
  })
})
after(async () => {
  await guarded.close()
  await api.close()
})

const host = 'Host: notes.test\r\n'
const get = (target: string, headers = host): string => `GET ${target} HTTP/1.1\r\n${headers}\r\n`
const post = (body: string, headers = 'Content-Type: application/json\r\n', path = '/v1/notes'): string =>
  `POST ${path} HTTP/1.1\r\n${host}${headers}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`
const chunked = (extra: string, body: string): string =>
  `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\n${extra}\r\n${body}`
const deep = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`

const requests: Readonly<Record<string, string>> = {
  'encoded slash': get('/v1/notes/a%2fb'),
  'encoded backslash': get('/v1/notes/a%5Cb'),
  'bare backslash': get('/v1/notes\\a'),
  'encoded dots': get('/v1/notes/%2e%2e/admin'),
  'dot segment': get('/v1/./notes'),
  'dot segments up': get('/v1/notes/../admin'),
  'dots at the end': get('/v1/notes/..'),
  'empty segment': get('/v1//notes'),
  'two slashes first': get('//v1/notes'),
  'encoded twice': get('/v1/notes/%252e%252e'),
  'encoded letter': get('/v1/%6eotes'),
  'NUL in the path': get('/v1/notes/a%00'),
  'control character in the path': get('/v1/notes/a%0a'),
  'tab in the path': get('/v1/notes\t/a'),
  'broken escape': get('/v1/notes/%zz'),
  'cut escape': get('/v1/notes/a%2'),
  'escape that is no UTF-8': get('/v1/notes/%ff'),
  'overlong UTF-8': get('/v1/notes/%c0%af'),
  'path parameters': get('/v1/notes/a;x=1'),
  fragment: get('/v1/notes#a'),
  'fragment after a query': get('/v1/notes?limit=1#a'),
  'another case': get('/V1/Notes'),
  'a slash too many': get('/v1/notes/'),
  'absolute form': get('http://other.test/v1/notes'),
  'absolute form of this host': get('http://notes.test/v1/notes'),
  'asterisk form': `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
  'authority form': `CONNECT other.test:80 HTTP/1.1\r\n${host}\r\n`,
  'no path': get('v1/notes'),
  TRACE: `TRACE /v1/notes HTTP/1.1\r\n${host}\r\n`,
  'lower case method': `get /v1/notes HTTP/1.1\r\n${host}\r\n`,
  'no host': get('/v1/notes', ''),
  'empty host': get('/v1/notes', 'Host: \r\n'),
  'two hosts': get('/v1/notes', `${host}Host: other.test\r\n`),
  'another host': get('/v1/notes', 'Host: other.test\r\n'),
  'host with a path': get('/v1/notes', 'Host: notes.test/a\r\n'),
  'host with a user': get('/v1/notes', 'Host: a@notes.test\r\n'),
  'parameter twice': get('/v1/notes?limit=1&limit=100'),
  'undeclared parameter twice': get('/v1/notes?a=1&a=2'),
  'parameter in another case': get('/v1/notes?Limit=100'),
  'parameter as a list': get('/v1/notes?limit[]=100'),
  'parameters at semicolons': get('/v1/notes?a=1;limit=100'),
  'method in the query': get('/v1/notes?_method=DELETE'),
  'query that is no UTF-8': get('/v1/notes?limit=%ff'),
  'NUL in the query': get('/v1/notes?limit=1%00'),
  'method override': get('/v1/notes', `${host}X-HTTP-Method-Override: DELETE\r\n`),
  'method override of another kind': get('/v1/notes', `${host}X-Method-Override: DELETE\r\n`),
  'path override': get('/v1/notes', `${host}X-Original-URL: /admin\r\n`),
  'underscores for dashes': get('/v1/notes', `${host}X_Forwarded_For: 1.1.1.1\r\n`),
  'transfer coding and length': chunked('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'length twice': chunked('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'),
  'lengths that differ': chunked('Content-Length: 2\r\nContent-Length: 3\r\n', '{} '),
  'length as a list': chunked('Content-Length: 2, 2\r\n', '{}'),
  'length with a sign': chunked('Content-Length: +2\r\n', '{}'),
  'length in hex': chunked('Content-Length: 0x2\r\n', '{}'),
  'transfer coding that is none': chunked('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
  'transfer coding of two': chunked('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
  'transfer coding twice': chunked('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'transfer coding, odd': chunked('Transfer-Encoding:\x0bchunked\r\n', '0\r\n\r\n'),
  'space before the colon': chunked('Content-Length : 2\r\n', '{}'),
  'chunk size that is none': chunked('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
  'folded header': get('/v1/notes', `${host}X-Tag: a\r\n b\r\n`),
  'bare line feeds': 'GET /v1/notes HTTP/1.1\nHost: notes.test\n\n',
  'carriage return in a header': get('/v1/notes', `${host}X-Tag: a\rb\r\n`),
  'NUL in a header': get('/v1/notes', `${host}X-Tag: a\0b\r\n`),
  'header name with a space': get('/v1/notes', `${host}X Tag: a\r\n`),
  'authorization twice': get('/v1/notes', `${host}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n`),
  'idempotency key twice': post('{}', 'Content-Type: application/json\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n'),
  'judged header twice': get('/v1/notes', `${host}X-Tag: a\r\nX-Tag: b\r\n`),
  'judged header beyond ASCII': get('/v1/notes', `${host}X-Tag: \xe9\r\n`),
  'header named in connection': get('/v1/notes', `${host}X-Tag: a\r\nConnection: x-tag\r\n`),
  'TE of a coding': get('/v1/notes', `${host}TE: gzip\r\n`),
  'unknown expectation': post('{}', 'Content-Type: application/json\r\nExpect: the-best\r\n'),
  'GET with a body': `GET /v1/notes HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`,
  'GET with a chunked body': `GET /v1/notes HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  'HEAD with a body': `HEAD /v1/notes HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`,
  'unknown version': `GET /v1/notes HTTP/3.0\r\n${host}\r\n`,
  'old version': 'GET /v1/notes\r\n\r\n',
  'no version 1.0 without host': 'GET /v1/notes HTTP/1.0\r\n\r\n',
  'h2c upgrade': get(
    '/v1/notes',
    `${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n`,
  ),
  'h2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'headers too large': get('/v1/notes', `${host}X-Tag: ${'a'.repeat(5000)}\r\n`),
  'body too large': post(`{"text":"${'a'.repeat(3000)}"}`),
  'chunked body too large': chunked('Transfer-Encoding: chunked\r\n', `bb8\r\n${' '.repeat(3000)}\r\n0\r\n\r\n`),
  'no JSON': post('{"amount":1'),
  'two JSON values': post('{"amount":1}{"amount":2}'),
  'name twice': post('{"amount":1,"amount":1000}'),
  'name twice, escaped': post('{"amount":1,"\\u0061mount":1000}'),
  'name twice, deep': post('{"amount":1,"a":[{"b":1,"c":{"d":1},"b":2}]}'),
  'name twice but for case': post('{"x":1,"X":2,"amount":1}'),
  'declared name in another case': post('{"Amount":1000}'),
  'declared name in another case, deep': post('{"amount":1,"tags":[{"name":"a"},{"NAME":"b"}]}'),
  'declared name in another case, in itself': post('{"amount":1,"reply":{"reply":{"Text":"a"}}}'),
  'declared name in another case, in a map': post('{"amount":1,"labels":{"any":{"Colour":"red"}}}'),
  'judged name in another case, deep': post('{"amount":1,"extra":{"Rush":true}}'),
  'too deep': post(deep(70)),
  'deep without end': post('['.repeat(1900)),
  'no UTF-8': post('{"text":"\xff"}'),
  'byte order mark': post('\xef\xbb\xbf{"amount":1}'),
  'half a surrogate pair': post('{"text":"\\ud800","amount":1}'),
  'number out of range': post('{"amount":-1e999}'),
  'comment in JSON': post('{/**/"amount":1}'),
  'encoded body': post('{}', 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'),
  'no type': post('{"amount":1}', ''),
  'another type': post('amount=1', 'Content-Type: application/x-www-form-urlencoded\r\n'),
  'type that is none': post('{}', 'Content-Type: json\r\n'),
  'two types': post('{}', 'Content-Type: application/json\r\nContent-Type: text/plain\r\n'),
  'another charset': post('{}', 'Content-Type: application/json; charset=utf-16\r\n'),
  'two charsets': post('{}', 'Content-Type: application/json; charset=utf-8; charset=utf-7\r\n'),
  'form field twice': post('amount=1&amount=1000', 'Content-Type: application/x-www-form-urlencoded\r\n', '/v1/forms'),
  'form field as a list': post(
    'amount=1&amount[]=1000',
    'Content-Type: application/x-www-form-urlencoded\r\n',
    '/v1/forms',
  ),
  'form with a method': post(
    'amount=1&_method=DELETE',
    'Content-Type: application/x-www-form-urlencoded\r\n',
    '/v1/forms',
  ),
  'form that is no UTF-8': post('text=%ff', 'Content-Type: application/x-www-form-urlencoded\r\n', '/v1/forms'),
  'form with a broken escape': post('text=%2', 'Content-Type: application/x-www-form-urlencoded\r\n', '/v1/forms'),
  'form where JSON is described': post('{}', 'Content-Type: application/json\r\n', '/v1/forms'),
}

describe('refused and not sent', { concurrency: 8 }, () => {
  for (const [name, bytes] of Object.entries(requests)) {
    test(name, async () => {
      const answer = await exchangeBytes(guarded.url, bytes)
      assert.match(answer, /^HTTP\/1\.1 (?:400|413|431) /)
      assert.match(answer, /application\/problem\+json/i)
      assert.match(answer, /\r\nlockstep-call: [0-9a-f-]{36}\r\n/i)
    })
  }
})

test('none of them reached the API', () => {
  assert.deepEqual(api.seen, [])
})

test('what is read in one way passes', async () => {
  const before = api.seen.length
  const answer = await exchangeBytes(guarded.url, get('/v1/notes?limit=5&tag=a&tag=b&other=%C3%A9+1'))
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.equal(api.seen.length, before + 1)
  assert.equal(api.seen.at(-1)?.url, '/v1/notes?limit=5&tag=a&tag=b&other=%C3%A9+1')
})

test('a smuggled second request is not seen', async () => {
  const before = api.seen.length
  const inner = `GET /v1/notes/latest HTTP/1.1\r\n${host}\r\n`
  await exchangeBytes(
    guarded.url,
    `GET /v1/notes HTTP/1.1\r\n${host}Content-Length: ${inner.length}\r\n\r\n${inner}${inner}`,
  )
  assert.equal(api.seen.length, before)
})
