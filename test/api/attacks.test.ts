// What is tried against the console from outside, byte by byte, as data: what is sent, and what comes back.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Shown, show } from '../console/shown.ts'

let shown: Shown
let cookie: string
let port: number

before(async () => {
  shown = await show()
  port = Number(new URL(shown.url).port)
  const token = new URL(await shown.link()).hash.slice('#link='.length)
  const { head } = await send(post('/api/session/link', JSON.stringify({ token }), { cookie: '' }))
  cookie = /__Host-lockstep=[^;]+/.exec(head)?.[0] ?? ''
  assert.notEqual(cookie, '')
})
after(() => shown?.close())

interface Headers {
  readonly [name: string]: string
}

/** A request as the console's own page sends it; what is given replaces or, when empty, takes away a header. */
function request(line: string, body: string | undefined, changes: Headers): string {
  const headers: Record<string, string> = {
    host: `localhost:${port}`,
    cookie,
    ...(body === undefined
      ? {}
      : {
          origin: `http://localhost:${port}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
    connection: 'close',
    ...changes,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return `${[line, ...lines].join('\r\n')}\r\n\r\n${body ?? ''}`
}

const get = (path: string, changes: Headers = {}): string => request(`GET ${path} HTTP/1.1`, undefined, changes)
const post = (path: string, body: string, changes: Headers = {}): string =>
  request(`POST ${path} HTTP/1.1`, body, changes)

/** Sends bytes, and gives what comes back until the console hangs up. */
function send(text: string): Promise<{ readonly status: number; readonly head: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', reject)
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')))
    socket.on('close', () => {
      const [head = '', ...body] = answer.split('\r\n\r\n')
      resolve({ status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') })
    })
  })
}

const off = JSON.stringify({ of: 'tenant', name: 'north', why: 'attack' })

/** Each with the session of the administrator: whatever gets through takes effect. */
const attacks: Readonly<Record<string, readonly [() => string, number]>> = {
  'another site: its origin': [() => post('/api/switches', off, { origin: 'https://evil.example' }), 403],
  'another site: no origin': [() => post('/api/switches', off, { origin: '' }), 403],
  'another site: an origin that hides itself': [() => post('/api/switches', off, { origin: 'null' }), 403],
  'a sub-domain': [() => post('/api/switches', off, { origin: `http://a.localhost:${port}` }), 403],
  'another port of this machine': [() => post('/api/switches', off, { origin: 'http://localhost:1' }), 403],
  'another scheme': [() => post('/api/switches', off, { origin: `https://localhost:${port}` }), 403],
  'another name of this machine': [() => post('/api/switches', off, { origin: `http://127.0.0.1:${port}` }), 403],
  'an origin that begins like ours': [
    () => post('/api/switches', off, { origin: `http://localhost:${port}.evil` }),
    403,
  ],
  'a form': [() => post('/api/switches', 'of=tenant', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  'text that is JSON': [() => post('/api/switches', off, { 'content-type': 'text/plain' }), 415],
  'no type': [() => post('/api/switches', off, { 'content-type': '' }), 415],
  'JSON in another alphabet': [
    () => post('/api/switches', off, { 'content-type': 'application/json; charset=utf-16' }),
    415,
  ],
  'two types': [() => post('/api/switches', off, { 'content-type': 'text/plain, application/json' }), 415],
  'a read by another site': [() => get('/api/switches', { 'sec-fetch-site': 'cross-site' }), 403],
  'a read by a sub-domain': [() => get('/api/switches', { 'sec-fetch-site': 'same-site' }), 403],
  'the news for another site': [() => get('/api/news', { 'sec-fetch-site': 'cross-site' }), 403],
  'a member twice': [() => post('/api/switches', '{"of":"tenant","of":"agent","name":"n","why":"w"}'), 400],
  'a member nobody knows': [() => post('/api/switches', '{"of":"tenant","name":"n","why":"w","by":"x"}'), 400],
  'a prototype': [() => post('/api/switches', '{"__proto__":{},"of":"tenant","name":"n","why":"w"}'), 400],
  'JSON that nests without end': [() => post('/api/switches', '['.repeat(5000) + ']'.repeat(5000)), 400],
  'JSON that ends early': [() => post('/api/switches', '{"of":"tenant"'), 400],
  'a body that is too long': [() => post('/api/switches', `"${'x'.repeat(1024 * 1024)}"`), 413],
  'a name of another host': [() => get('/api/switches', { host: 'evil.example' }), 421],
  'a name that was rebound': [() => get('/api/switches', { host: `rebound.example:${port}` }), 421],
  'no name': [() => get('/api/switches', { host: '' }), 400],
  'two names': [() => get('/api/switches', { host: `localhost:${port}\r\nhost: evil.example` }), 421],
  'a name said by a proxy': [
    () => post('/api/switches', off, { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }),
    403,
  ],
  'a whole address of another host': [() => get('http://evil.example/api/switches'), 400],
  'an address with a user': [() => get(`http://a@localhost:${port}/api/switches`, { cookie: '' }), 401],
  'two sessions': [() => get('/api/session', { cookie: `__Host-lockstep=x; ${cookie}` }), 400],
  'a session in another case': [() => get('/api/session', { cookie: cookie.replace('__Host', '__host') }), 401],
  'a session without its prefix': [() => get('/api/session', { cookie: cookie.replace('__Host-', '') }), 401],
  'a session as bearer': [
    () => get('/api/session', { cookie: '', authorization: `Bearer ${cookie.split('=')[1]}` }),
    401,
  ],
  'another method in a header': [() => get('/api/switches/on', { 'x-http-method-override': 'POST' }), 405],
  'another method in the query': [() => get('/api/switches/on?_method=POST'), 405],
  'a method that traces': [() => request('TRACE /api/switches HTTP/1.1', undefined, {}), 403],
  'asking what may be asked': [
    () => request('OPTIONS /api/switches HTTP/1.1', undefined, { origin: 'https://evil.example' }),
    403,
  ],
  'a path with a slash behind': [() => get('/api/switches/', { cookie: '' }), 404],
  'a path with two slashes': [() => get('/api//switches', { cookie: '' }), 404],
  'a path that goes up': [() => get('/x/../api/switches', { cookie: '' }), 401],
  'a path that goes up, hidden': [() => get('/x/%2e%2e/api/switches', { cookie: '' }), 401],
  'a path in capitals': [() => get('/API/SWITCHES', { cookie: '' }), 200],
  'a path in disguise': [() => get('/api/%73witches', { cookie: '' }), 404],
  'a path with an end': [() => get('/api/switches%00', { cookie: '' }), 404],
  'a path with a semicolon': [() => get('/api/switches;x=1', { cookie: '' }), 404],
  'a path with backslashes': [() => get('/api\\switches', { cookie: '' }), 401],
  'a file outside': [() => get('/assets/..%2f..%2f..%2fpackage.json'), 404],
  'a file outside, going up': [() => get('/../../package.json'), 404],
  'an area of a list that is none': [() => get('/api/tallies/__proto__'), 404],
  'a query nobody knows': [() => get('/api/entries?x=1'), 400],
  'a query twice': [() => get('/api/entries?kind=switch&kind=decision'), 400],
  'lengths that contradict': [() => post('/api/switches', off, { 'transfer-encoding': 'chunked' }), 400],
}

describe('nothing of this gets through', () => {
  for (const [name, [text, status]] of Object.entries(attacks))
    test(`${name}: ${status}`, async () => {
      const answer = await send(text())
      assert.equal(answer.status, status, answer.body)
      if (status === 200) assert.match(answer.head, /text\/html/)
      assert.deepEqual(shown.serving.core.guard.switches.list(), [])
    })
})

test('as the page sends it, it gets through: what was tried above would have taken effect', async () => {
  assert.equal((await send(post('/api/switches', off))).status, 200)
  assert.equal(shown.serving.core.guard.switches.list().length, 1)
})

test('a body that comes slowly is given up, and others are answered meanwhile', async () => {
  const slow = send(post('/api/switches', '', { 'content-length': '100' }))
  assert.equal((await send(get('/api/session'))).status, 200)
  assert.equal((await slow).status, 408)
})

test('every answer, whatever it is, tells browsers the same', async () => {
  for (const text of [get('/'), get('/api/session'), get('/nothing.js'), post('/api/switches', '{'), get('/api/x')]) {
    const { head } = await send(text)
    assert.match(head, /content-security-policy: default-src 'none'; script-src 'self'; /i)
    assert.match(head, /frame-ancestors 'none'/)
    assert.match(head, /x-frame-options: DENY/i)
    assert.match(head, /x-content-type-options: nosniff/i)
    assert.match(head, /cross-origin-opener-policy: same-origin/i)
    assert.doesNotMatch(head, /unsafe-|access-control-allow/i)
  }
})
