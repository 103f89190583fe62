// What passes: the very bytes that were judged, streams as they come, answers with what may be shown.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib'
import { request } from 'undici'
import { type Api, answerNote, exchangeBytes, type Handle, notesCharter, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

let api: Api
let guarded: Guarded
let handle: Handle = answerNote

before(async () => {
  api = await openApi((...all) => handle(...all))
  guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url, timeoutMs: 1500, idleMs: 1500 } },
    identifier: named,
    limits: { responseBytes: 50_000 },
    readers: { api: [() => ({ 'x-user': 'ann' })] },
  })
})
after(async () => {
  await guarded.close()
  await api.close()
})

const answering = (next: Handle): void => {
  handle = (incoming, response, recorded) =>
    // Looks of the guard itself are answered as ever.
    incoming.headers.via === undefined ? answerNote(incoming, response, recorded) : next(incoming, response, recorded)
}
const ann = { 'x-user': 'ann' }
const json = { 'content-type': 'application/json' }

const exact: Readonly<Record<string, readonly [headers: Record<string, string>, path: string, body: string]>> = {
  'spaces and order of JSON': [json, '/v1/notes', '{ "text":"a\\u00e9é" ,\n "amount" : 1.50 }'],
  'numbers longer than a double': [json, '/v1/notes', '{"amount":12.34000000000000000001}'],
  exponents: [json, '/v1/notes', '{"amount":1E1,"x":-0.0}'],
  'a name that is no name': [json, '/v1/notes', '{"amount":1,"__proto__":{"x":1},"constructor":2}'],
  'a form': [{ 'content-type': 'application/x-www-form-urlencoded' }, '/v1/forms', 'amount=1&text=a+b%20c'],
  'opaque bytes': [{ 'content-type': 'application/octet-stream' }, '/v1/files', 'raw\0bytes\r\n\r\n'],
}
for (const [name, [headers, path, body]] of Object.entries(exact)) {
  test(`the API gets the same bytes: ${name}`, async () => {
    answering(answerNote)
    const answer = await request(guarded.url + path, { method: 'POST', headers, body })
    await answer.body.dump()
    assert.equal(answer.statusCode, 200)
    assert.equal(api.seen.at(-1)?.body.toString('utf8'), body)
    assert.equal(api.seen.at(-1)?.url, path)
  })
}

test('what is judged is what was sent', async () => {
  const before = api.seen.length
  for (const body of ['{"amount":100.00000000000000001}', '{"amount":1e3}', '{"amount":"5"}', '{}']) {
    const answer = await request(`${guarded.url}/v1/notes`, { method: 'POST', headers: json, body })
    await answer.body.dump()
    assert.equal(answer.statusCode, 403, body)
  }
  // A query parameter that nobody declared does not stand before a member of the body.
  const hidden = await request(`${guarded.url}/v1/notes?amount=1`, {
    method: 'POST',
    headers: json,
    body: '{"amount":1000}',
  })
  assert.equal(hidden.statusCode, 403)
  const typed = await request(`${guarded.url}/v1/notes?limit=11`)
  assert.equal(typed.statusCode, 403)
  assert.equal(api.seen.length, before)
})

test('headers between neighbours stay there; who calls from where is said anew', async () => {
  answering(answerNote)
  await exchangeBytes(
    guarded.url,
    'GET /v1/notes HTTP/1.1\r\nHost: notes.test\r\nConnection: keep-alive, te\r\nTE: trailers\r\nKeep-Alive: 5\r\n' +
      'X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nVia: 1.1 evil\r\nLockstep-Call: mine\r\n' +
      'Proxy-Authorization: secret\r\nX-Odd-Name: Kept\r\nConnection: close\r\n\r\n',
  )
  const seen = api.seen.at(-1)?.headers ?? []
  const headers = new Map(seen.flatMap((name, index) => (index % 2 === 0 ? [[name, seen[index + 1]] as const] : [])))
  assert.equal(headers.get('x-forwarded-for'), '127.0.0.1')
  assert.equal(headers.get('x-forwarded-host'), 'notes.test')
  assert.equal(headers.get('forwarded'), 'for=127.0.0.1;host="notes.test";proto=http')
  assert.equal(headers.get('via'), '1.1 lockstep')
  assert.equal(headers.get('host'), api.url.replace('http://', ''))
  assert.equal(headers.get('X-Odd-Name'), 'Kept')
  for (const gone of ['TE', 'Keep-Alive', 'X-Real-IP', 'Lockstep-Call', 'Proxy-Authorization', 'Forwarded'])
    assert.equal(headers.has(gone), false, gone)
})

test('a stream of events comes event by event', async () => {
  answering((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  })
  const answer = await request(`${guarded.url}/v1/events`, { headers: { accept: 'text/event-stream' } })
  const first: unknown = (await answer.body[Symbol.asyncIterator]().next()).value
  assert.equal(String(first), 'data: 1\n\n')
  answer.body.destroy()
})

test('an answer is read no faster than the client reads', async () => {
  let written = 0
  answering((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    const chunk = Buffer.alloc(64 * 1024)
    const more = (): void => {
      while (written < 64 * 1024 * 1024) {
        written += chunk.length
        if (!response.write(chunk)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  const socket = connect(guarded.gateway.address.port, '127.0.0.1')
  socket.write('GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'readable')
  await pause(300)
  assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken for a client that reads none`)
  socket.destroy()
})

test('a body that nothing judges is streamed up', async () => {
  answering(answerNote)
  const size = 5 * 1024 * 1024
  const answer = await request(`${guarded.url}/v1/files`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.alloc(size, 7),
  })
  assert.equal(answer.statusCode, 200)
  await answer.body.dump()
  assert.equal(api.seen.at(-1)?.body.length, size)
})

test('a judged answer leaves out what must not be seen, and what described the old bytes', async () => {
  answering(answerNote)
  const full = await request(`${guarded.url}/v1/notes/n1`, { headers: ann })
  assert.equal(await full.body.text(), '{"id":"n1","owner":"bob","text":"hello","secret":"s3"}')
  const less = await request(`${guarded.url}/v1/notes/n1`, {
    headers: { 'x-user': 'bob', 'if-none-match': '"1"', range: 'bytes=0-5' },
  })
  assert.equal(less.statusCode, 200)
  assert.equal(await less.body.text(), '{"id":"n1","owner":"bob","text":"hello"}')
  assert.equal(less.headers['etag'], undefined)
  assert.equal(less.headers['cache-control'], 'private, no-store')
  const seen = api.seen.at(-1)?.headers.map((each) => each.toLowerCase()) ?? []
  for (const name of ['if-none-match', 'range']) assert.equal(seen.includes(name), false, name)
  const stranger = await request(`${guarded.url}/v1/notes/n1`, { headers: { 'x-user': 'eve' } })
  assert.equal(stranger.statusCode, 403)
  assert.equal((await stranger.body.text()).includes('s3'), false)
})

test('HEAD is judged as GET and answered without a body', async () => {
  answering(answerNote)
  const head = await request(`${guarded.url}/v1/notes/n1`, { method: 'HEAD', headers: { 'x-user': 'bob' } })
  assert.equal(head.statusCode, 200)
  assert.equal(await head.body.text(), '')
  const stranger = await request(`${guarded.url}/v1/notes/n1`, { method: 'HEAD', headers: { 'x-user': 'eve' } })
  assert.equal(stranger.statusCode, 403)
})

const text = '{"id":"n1","owner":"bob","text":"hello","secret":"s3"}'
const encodings: Readonly<Record<string, readonly [name: string, body: Buffer]>> = {
  gzip: ['gzip', gzipSync(text)],
  brotli: ['br', brotliCompressSync(text)],
  'deflate without its wrapper': ['deflate', deflateRawSync(text)],
}
for (const [name, [encoding, body]] of Object.entries(encodings)) {
  test(`an answer encoded although nobody asked is judged: ${name}`, async () => {
    answering((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
      response.end(body)
    })
    const answer = await request(`${guarded.url}/v1/notes/n1`, { headers: { 'x-user': 'bob' } })
    assert.equal(await answer.body.text(), '{"id":"n1","owner":"bob","text":"hello"}')
    assert.equal(answer.headers['content-encoding'], undefined)
  })
}

const unreadable: Readonly<Record<string, Handle>> = {
  'a bomb': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(Buffer.alloc(5_000_000, 32)))
  },
  'an encoding nobody knows': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'rot13' })
    response.end(text)
  },
  'a page': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<p>s3</p>')
  },
  'too much': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"id":"n1","owner":"bob","secret":"s3","text":"${'a'.repeat(200_000)}"}`)
  },
  'a stream of events': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: s3\n\n')
  },
  'another object': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"id":"n2","owner":"bob","secret":"s3"}')
  },
}
for (const [name, next] of Object.entries(unreadable)) {
  test(`an answer that cannot be judged is not shown: ${name}`, async () => {
    answering(next)
    const answer = await request(`${guarded.url}/v1/notes/n1`, { headers: { 'x-user': 'bob' } })
    assert.equal(answer.statusCode, 502)
    const body = await answer.body.text()
    assert.match(body, /upstream-failed/)
    assert.equal(body.includes('s3'), false)
  })
}

test('an API that does not answer in time is given up', async () => {
  answering(() => undefined)
  const answer = await request(`${guarded.url}/v1/notes`)
  assert.equal(answer.statusCode, 504)
  await answer.body.dump()
})

test('an API that stops in the middle is not taken for one that ended', async () => {
  answering((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 100 })
    response.write('half')
    setTimeout(() => response.destroy(), 50)
  })
  const answer = await request(`${guarded.url}/v1/notes`)
  await assert.rejects(answer.body.text())
})

test('an API that is not there leaves nothing in doubt', async () => {
  const other = await openApi()
  const nowhere = await openGuarded(notesCharter(), { upstreams: { api: { url: other.url } }, identifier: named })
  await other.close()
  const answer = await request(`${nowhere.url}/v1/notes`, { method: 'POST', headers: json, body: '{"amount":1}' })
  assert.equal(answer.statusCode, 502)
  assert.match(await answer.body.text(), /cannot be reached/)
  assert.equal(
    nowhere.events.some((each) => each.kind === 'outcome' && each.effect === 'in-doubt'),
    false,
  )
  await nowhere.close()
})

test('interim answers and trailers come through', async () => {
  answering((_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-sum' })
    response.write('a')
    response.addTrailers({ 'x-sum': '1' })
    response.end()
  })
  const answer = await exchangeBytes(
    guarded.url,
    'GET /v1/notes HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: te\r\n\r\n',
  )
  assert.match(answer, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>/i)
  assert.match(answer, /\r\n0\r\nx-sum: 1\r\n\r\n$/i)
})

test('a client that waits to be told goes on is told', async () => {
  answering(answerNote)
  const answer = await exchangeBytes(
    guarded.url,
    'POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n{"amount":1}',
  )
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
})

test('an interim answer to a request behind another does not stand in the middle of an answer', async () => {
  answering((incoming, response, recorded) => {
    if (recorded.method === 'GET') response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    setTimeout(() => answerNote(incoming, response, recorded), recorded.url.includes('first') ? 100 : 0)
  })
  const get = (query: string): string => `GET /v1/notes?tag=${query} HTTP/1.1\r\nHost: a\r\n\r\n`
  const waiting =
    'POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n{"amount":1}'
  const answer = await exchangeBytes(guarded.url, get('first') + get('second') + waiting)
  assert.equal(answer.match(/\r\n\r\n\{"id"/g)?.length, 3)
  assert.doesNotMatch(answer, /\r\n\r\nHTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n\{/)
})

test('a protocol is changed only where a description and the charter allow it', async () => {
  api.server.on('upgrade', (incoming, socket) => {
    socket.on('error', () => undefined)
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Path: ${incoming.url}\r\n\r\n`,
    )
    socket.pipe(socket)
  })
  const hand = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`
  const open = await exchangeBytes(guarded.url, `${hand('/v1/socket')}echo me`)
  assert.match(open, /^HTTP\/1\.1 101 /)
  assert.match(open, /x-path: \/v1\/socket/)
  assert.match(open, /\r\n\r\necho me$/)
  assert.match(await exchangeBytes(guarded.url, hand('/v1/notes/n1')), /^HTTP\/1\.1 403 /)
  assert.match(await exchangeBytes(guarded.url, hand('/v1/elsewhere')), /^HTTP\/1\.1 404 /)
})
