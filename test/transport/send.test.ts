import assert from 'node:assert/strict'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createNet, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import Big from 'big.js'
import type { FailureCode } from '../../src/prove/transport/exchange.ts'
import { selfSigned } from './certificate.ts'
import { get, listen, openLocal, post } from './open.ts'

const json = { 'content-type': 'application/json' }
const bomb = gzipSync(gzipSync(Buffer.alloc(30_000_000)))

const routes: Readonly<Record<string, RequestListener>> = {
  '/json': (_, res) =>
    res.writeHead(200, json).end('{"id":12345678901234567890,"price":0.1,"total":1234567890.123456789}'),
  '/echo': (req, res) => req.pipe(res.writeHead(201, { 'x-method': req.method ?? '' })),
  '/html': (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>{"a":1}</html>'),
  '/broken-json': (_, res) => res.writeHead(200, json).end('{"a":'),
  '/huge': (_, res) => res.writeHead(200, json).end('['.padEnd(5_000_000, '1')),
  '/bomb': (_, res) => res.writeHead(200, { ...json, 'content-encoding': 'gzip, gzip' }).end(bomb),
  '/brotli': (_, res) => res.writeHead(200, { ...json, 'content-encoding': 'br' }).end(brotliCompressSync('{"a":1}')),
  '/not-gzip': (_, res) => res.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{"a":1}'),
  '/redirect': (_, res) => res.writeHead(302, { location: 'http://198.51.100.1/away' }).end(),
  '/cookies': (_, res) =>
    res.writeHead(204, { 'set-cookie': ['a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT', 'b=2'] }).end(),
  '/silent': () => undefined,
  '/drip': (_, res) => {
    const timer = setInterval(() => res.write('x'), 20)
    res.on('close', () => clearInterval(timer))
  },
  '/reset': (_, res) => {
    res.writeHead(200, { 'content-length': '100' })
    res.write('half', () => res.socket?.resetAndDestroy())
  },
}

const sockets = new Set<Socket>()
const http = createHttp((req, res) => (routes[req.url ?? ''] ?? ((_, r) => r.writeHead(404).end()))(req, res))
const garbage = createNet((socket) => {
  sockets.add(socket)
  socket.on('error', () => undefined).once('data', () => socket.end('220 mail.example ESMTP ready\r\n'))
})
const certificate = selfSigned()
const https = createHttps(certificate, (_, res) => res.end('safe'))
let base = ''

before(async () => {
  base = `http://${await listen(http)}`
  await Promise.all([listen(garbage), listen(https)])
})
after(() => {
  http.closeAllConnections()
  https.closeAllConnections()
  for (const socket of sockets) socket.destroy()
  for (const server of [http, https, garbage]) server.close()
})

function portOf(server: typeof garbage): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('answers', () => {
  const transport = openLocal()
  after(() => transport.close())

  test('numbers a double would change stay exact, others are numbers', async () => {
    const { response } = await transport.send(get(`${base}/json`))
    assert.deepEqual(response?.json, {
      id: new Big('12345678901234567890'),
      price: 0.1,
      total: new Big('1234567890.123456789'),
    })
  })

  test('the body and method arrive as given, also for methods that usually have no body', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { response } = await transport.send({ method, url: `${base}/echo`, headers: {}, body: 'käse' })
      assert.deepEqual([response?.status, response?.headers['x-method'], response?.body], [201, method, 'käse'])
    }
  })

  const shapes = [
    { path: '/html', status: 200, json: undefined },
    { path: '/broken-json', status: 200, json: undefined },
    { path: '/brotli', status: 200, json: { a: 1 } },
    { path: '/missing', status: 404, json: undefined },
  ]
  for (const { path, status, json } of shapes) {
    test(`${path} is an answer`, async () => {
      const { response } = await transport.send(get(base + path))
      assert.deepEqual([response?.status, response?.json, response?.truncated], [status, json, undefined])
    })
  }

  for (const path of ['/huge', '/bomb']) {
    test(`${path} is cut at the limit`, async () => {
      const { response } = await transport.send(get(base + path))
      assert.deepEqual([response?.status, response?.truncated, response?.json], [200, true, undefined])
      assert.equal(response?.body.length, 100_000)
    })
  }

  test('a redirect is an answer and is not followed', async () => {
    const before = transport.used().requests
    const { response } = await transport.send(get(`${base}/redirect`))
    assert.deepEqual([response?.status, response?.headers['location']], [302, 'http://198.51.100.1/away'])
    assert.equal(transport.used().requests, before + 1)
  })

  test('cookies are kept apart', async () => {
    const { response } = await transport.send(get(`${base}/cookies`))
    assert.deepEqual(response?.headers['set-cookie']?.split('\n'), [
      'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
      'b=2',
    ])
  })

  test('a certificate is trusted when it is given', async () => {
    const trusting = openLocal({ ca: [certificate.cert] })
    const { response } = await trusting.send(get(`https://127.0.0.1:${portOf(https)}/`))
    assert.equal(response?.body, 'safe')
    await trusting.close()
  })
})

describe('failures', () => {
  const transport = openLocal({ timeoutMs: 150 })
  after(() => transport.close())

  const cases: readonly { name: string; url: () => string; code: FailureCode }[] = [
    { name: 'a server that never answers', url: () => `${base}/silent`, code: 'timeout' },
    { name: 'a body that never ends', url: () => `${base}/drip`, code: 'timeout' },
    { name: 'a reset in the middle', url: () => `${base}/reset`, code: 'reset' },
    { name: 'a body that is not the encoding it claims', url: () => `${base}/not-gzip`, code: 'not-http' },
    { name: 'a mail server', url: () => `http://127.0.0.1:${portOf(garbage)}/`, code: 'not-http' },
    { name: 'a closed port', url: () => 'http://127.0.0.1:1/', code: 'unreachable' },
    { name: 'a self-signed certificate', url: () => `https://127.0.0.1:${portOf(https)}/`, code: 'tls' },
    { name: 'another host', url: () => 'http://198.51.100.1/', code: 'scope' },
    { name: 'a look-alike host', url: () => 'http://127.0.0.1.example.com/', code: 'scope' },
    { name: 'credentials in the URL', url: () => 'http://127.0.0.1@198.51.100.1/', code: 'scope' },
    { name: 'no URL', url: () => 'file:///etc/passwd', code: 'scope' },
  ]
  for (const { name, url, code } of cases) {
    test(`${name} is ${code}, alone and in a race`, async () => {
      const alone = await transport.send(get(url()))
      assert.equal(alone.failure?.code, code, alone.failure?.message)
      const [raced] = await transport.race([get(url())])
      assert.equal(raced?.failure?.code, code, raced?.failure?.message)
    })
  }

  test('a request no HTTP can carry is a failure', async () => {
    const exchange = await transport.send({ method: 'GET', url: base, headers: { 'X-A': 'a\r\nb: c' } })
    assert.equal(exchange.failure?.code, 'not-http')
  })

  test('a port in the list admits that port only', async () => {
    const narrow = openLocal({ allowHosts: [base.slice('http://'.length)] })
    assert.equal((await narrow.send(get(`${base}/json`))).response?.status, 200)
    assert.equal((await narrow.send(get(`http://127.0.0.1:${portOf(garbage)}/`))).failure?.code, 'scope')
    await narrow.close()
  })
})

describe('budget', () => {
  test('requests beyond the budget are failures; a race is let through whole or not at all', async () => {
    const transport = openLocal({ maxRequests: 3 })
    const racers = [1, 2, 3].map((n) => post(`${base}/echo`, n))
    assert.equal((await transport.send(get(`${base}/json`))).failure, undefined)
    for (const exchange of await transport.race(racers)) assert.equal(exchange.failure?.code, 'budget')
    assert.equal(transport.used().requests, 1)
    await transport.send(get(`${base}/json`))
    await transport.send(get(`${base}/json`))
    assert.equal((await transport.send(get(`${base}/json`))).failure?.code, 'budget')
    await transport.close()
  })

  test('time and pace follow the clock given', async () => {
    let time = 0
    const waits: number[] = []
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms)
      time += ms
    }
    const transport = openLocal({ now: () => time, sleep, paceMs: 100, maxDurationMs: 450 })
    await transport.send(get(`${base}/json`))
    await transport.race([get(`${base}/json`), get(`${base}/json`)])
    await transport.send(get(`${base}/json`))
    assert.deepEqual(waits, [100, 200])
    time = 450
    assert.equal((await transport.send(get(`${base}/json`))).failure?.code, 'budget')
    await transport.close()
  })

  test('cancelling ends what is under way and refuses what comes after', async () => {
    const cancel = new AbortController()
    const transport = openLocal({ signal: cancel.signal, paceMs: 0 })
    const silent = [transport.send(get(`${base}/silent`)), transport.race([get(`${base}/silent`)]).then(([one]) => one)]
    setTimeout(() => cancel.abort(), 30)
    for (const exchange of await Promise.all(silent)) assert.equal(exchange?.failure?.code, 'cancelled')
    assert.equal((await transport.send(get(base))).failure?.code, 'cancelled')
    await transport.close()
  })
})
