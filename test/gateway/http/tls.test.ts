// TLS and HTTP/2 on both sides, client certificates, and changes while calls are on their way.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, createSecureServer, type OutgoingHttpHeaders } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Agent, request } from 'undici'
import type { Presented } from '../../../src/identity/identity.ts'
import { selfSigned } from '../../transport/certificate.ts'
import { listen } from '../../transport/open.ts'
import { answerNote, exchangeBytes, notesCharter, openApi } from './api.ts'
import { anonymous, named, openGuarded } from './stage.ts'

const ours = selfSigned()
const clients = selfSigned()
const host = '127.0.0.1'

interface Answered {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly text: string
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Answered> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  const [answered] = await once(stream, 'response')
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return { status: Number(answered[':status']), headers: answered, text }
}

test('HTTP/2 in: judged, forwarded, refused alike', async () => {
  const api = await openApi()
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url } },
    identifier: named,
    listen: { host, port: 0, tls: ours },
  })
  const session = connect(guarded.url, { ca: ours.cert })
  const path = '/v1/notes'
  const json = { 'content-type': 'application/json' }
  const made = await ask(session, { ':method': 'POST', ':path': path, ...json }, '{"amount": 5}')
  assert.equal(made.status, 200)
  assert.equal(api.seen.at(-1)?.body.toString(), '{"amount": 5}')
  const less = await ask(session, { ':path': '/v1/notes/n1', 'x-user': 'bob' })
  assert.equal(less.text, '{"id":"n1","owner":"bob","text":"hello"}')
  const count = api.seen.length
  const bad: readonly (readonly [OutgoingHttpHeaders, string?])[] = [
    [{ ':method': 'POST', ':path': path, ...json }, '{"amount": 5, "amount": 500}'],
    [{ ':path': '/v1/notes/%2e%2e/x' }],
    [{ ':path': path, ':authority': 'one.test', host: 'other.test' }],
    [{ ':method': 'GET', ':path': path, ...json }, '{}'],
    [{ ':path': '/v1//notes' }],
    [{ ':path': path, 'x-http-method': 'DELETE' }],
  ]
  for (const [headers, body] of bad) {
    const answer = await ask(session, headers, body)
    assert.equal(answer.status, 400, JSON.stringify(headers))
    assert.equal(answer.headers['content-type'], 'application/problem+json')
  }
  const large = await ask(session, { ':method': 'POST', ':path': path, ...json }, ' '.repeat(2_000_000))
  assert.equal(large.status, 413)
  assert.equal((await ask(session, { ':path': path })).status, 200, 'the connection goes on')
  assert.equal(api.seen.length, count + 1)
  session.close()
  // The same port speaks HTTP/1.1 too.
  const old = await exchangeBytes(guarded.url, 'GET /v1/notes HTTP/1.1\r\nHost: a\r\n\r\n', 300, ours.cert)
  assert.match(old, /^HTTP\/1\.1 200 /)
  await guarded.close()
  await api.close()
})

test('HTTP/2 out, to an API with a certificate of its own authority', async () => {
  const server = createSecureServer({ ...ours, allowHTTP1: true })
  server.on('request', (incoming, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ version: incoming.httpVersion }))
  })
  const at = await listen(server)
  for (const [http2, version] of [
    [true, '2.0'],
    [false, '1.1'],
  ] as const) {
    const guarded = await openGuarded(notesCharter(), {
      upstreams: { api: { url: `https://${at}`, ca: ours.cert, http2 } },
      identifier: anonymous,
    })
    const answer = await request(`${guarded.url}/v1/notes`)
    assert.equal(await answer.body.text(), `{"version":"${version}"}`)
    await guarded.close()
  }
  const unknown = await openGuarded(notesCharter(), {
    upstreams: { api: { url: `https://${at}` } },
    identifier: anonymous,
  })
  const answer = await request(`${unknown.url}/v1/notes`)
  assert.equal(answer.statusCode, 502)
  await answer.body.dump()
  await unknown.close()
  await new Promise((resolve) => server.close(resolve))
})

test('a client certificate is verified and shown to the identifier', async () => {
  const api = await openApi()
  const shown: Presented[] = []
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url } },
    identifier: {
      identify: async (presented) => {
        shown.push(presented)
        return { ok: true, principal: { id: 'bob' } }
      },
      close: async () => undefined,
    },
    listen: { host, port: 0, tls: { ...ours, clientCa: clients.cert } },
  })
  const known = new Agent({ connect: { ca: ours.cert, ...clients } })
  const answer = await request(`${guarded.url}/v1/notes`, { dispatcher: known })
  assert.equal(answer.statusCode, 200)
  await answer.body.dump()
  assert.match(shown[0]?.certificate?.thumbprint ?? '', /^[\w-]{43}$/)
  assert.match(shown[0]?.certificate?.subject ?? '', /lockstep test/)
  assert.equal(shown[0]?.url, `${guarded.url}/v1/notes`)
  const unsigned = new Agent({ connect: { ca: ours.cert, ...selfSigned() } })
  const without = new Agent({ connect: { ca: ours.cert } })
  for (const dispatcher of [unsigned, without]) {
    await assert.rejects(request(`${guarded.url}/v1/notes`, { dispatcher }))
    await dispatcher.destroy()
  }
  assert.equal(shown.length, 1)
  await known.close()
  await guarded.close()
  await api.close()
})

test('where a certificate is optional, only one that was verified is shown', async () => {
  const api = await openApi()
  const shown: Presented[] = []
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url } },
    identifier: {
      identify: async (presented) => {
        shown.push(presented)
        return { ok: true, principal: {} }
      },
      close: async () => undefined,
    },
    listen: { host, port: 0, tls: { ...ours, clientCa: clients.cert, clientCertificate: 'optional' } },
  })
  for (const certificate of [{}, selfSigned(), clients]) {
    const dispatcher = new Agent({ connect: { ca: ours.cert, ...certificate } })
    const answer = await request(`${guarded.url}/v1/notes`, { dispatcher })
    assert.equal(answer.statusCode, 200)
    await answer.body.dump()
    await dispatcher.close()
  }
  assert.deepEqual(
    shown.map(({ certificate }) => certificate !== undefined),
    [false, false, true],
  )
  await guarded.close()
  await api.close()
})

test('another certificate, API or limit takes effect without a dropped call', async () => {
  let answerSlow: (() => void) | undefined
  const first = await openApi((incoming, response, recorded) => {
    answerSlow = () => answerNote(incoming, response, recorded)
  })
  const second = await openApi()
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: first.url } },
    identifier: anonymous,
    listen: { host, port: 0, tls: ours },
  })
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  const slow = request(`${guarded.url}/v1/notes`, { dispatcher })
  while (answerSlow === undefined) await pause(5)
  const other = selfSigned()
  guarded.gateway.reload({ upstreams: { api: { url: second.url } }, tls: other })
  const quick = await request(`${guarded.url}/v1/notes`, { dispatcher })
  assert.equal(quick.statusCode, 200)
  await quick.body.dump()
  assert.equal(second.seen.length, 1)
  answerSlow()
  const answer = await slow
  assert.equal(answer.statusCode, 200)
  await answer.body.dump()
  const socket = connectTls({ host, port: guarded.gateway.address.port, ca: other.cert })
  await once(socket, 'secureConnect')
  socket.destroy()
  await dispatcher.close()
  await guarded.close()
  await first.close()
  await second.close()
})

test('closing lets calls end and takes no new ones', async () => {
  let answer: (() => void) | undefined
  const api = await openApi((incoming, response, recorded) => {
    answer = () => answerNote(incoming, response, recorded)
  })
  const guarded = await openGuarded(notesCharter(), { upstreams: { api: { url: api.url } }, identifier: anonymous })
  const dispatcher = new Agent()
  const slow = request(`${guarded.url}/v1/notes`, { dispatcher })
  while (answer === undefined) await pause(5)
  const closed = guarded.gateway.close(2000)
  await assert.rejects(request(`${guarded.url}/v1/notes`))
  answer()
  assert.equal((await slow).statusCode, 200)
  await (await slow).body.dump()
  const before = performance.now()
  await closed
  assert.ok(performance.now() - before < 1500, 'it waited for a connection nobody used')
  await dispatcher.close()
  await guarded.close()
  await api.close()
})

test('an API over plain HTTPS that asks for our certificate gets it', async () => {
  const server = createHttps(
    { ...ours, ca: clients.cert, requestCert: true, rejectUnauthorized: true },
    (_in, response) => response.end('fine'),
  )
  const at = await listen(server)
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: `https://${at}`, ca: ours.cert, ...clients } },
    identifier: anonymous,
  })
  const answer = await request(`${guarded.url}/v1/notes`)
  assert.equal(await answer.body.text(), 'fine')
  await guarded.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
