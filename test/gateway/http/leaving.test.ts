// Clients that leave and connections that close: a read ends with its client, a write ends with its answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { createServer, type Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, type Dispatcher, request } from 'undici'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import { selfSigned } from '../../transport/certificate.ts'
import { listen } from '../../transport/open.ts'
import { type Api, answerNote, exchangeBytes, type Handle, notesCharter, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

const json = { 'content-type': 'application/json' }
const bob = { 'x-user': 'bob' }
const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

/** An API whose guarded calls are answered by `next`; looks of the guard itself are answered as ever. */
async function open(
  next: Handle,
  options: Partial<Parameters<typeof openGuarded>[1]> = {},
  upstream: object = {},
): Promise<{ api: Api; guarded: Guarded }> {
  const api = await openApi((incoming, response, recorded) =>
    (incoming.headers.via === undefined ? answerNote : next)(incoming, response, recorded),
  )
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url, timeoutMs: 1500, idleMs: 1500, ...upstream } },
    identifier: named,
    readers: { api: [() => ({ 'x-user': 'ann' })] },
    ...options,
  })
  opened.push(api, guarded)
  return { api, guarded }
}

function gate(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((open) => {
    resolve = open
  })
  return { promise, resolve }
}

type Settled = Extract<GuardEvent, { kind: 'outcome' }>

async function outcomesOf(guarded: Guarded, count = 1): Promise<readonly Settled[]> {
  for (let round = 0; round < 200; round += 1) {
    const found = guarded.events.filter((each) => each.kind === 'outcome')
    if (found.length >= count) return found
    await pause(15)
  }
  throw new Error('nothing was settled')
}

/** Sends a request and leaves once it has arrived at the API. */
async function askAndLeave(url: string, options: Dispatcher.RequestOptions, arrived: Promise<unknown>): Promise<void> {
  const client = new Client(url)
  const leaving = new AbortController()
  const asked = client.request({ ...options, signal: leaving.signal })
  asked.catch(() => undefined)
  await arrived
  leaving.abort()
  await assert.rejects(asked)
  await client.destroy()
}

const put: Dispatcher.RequestOptions = {
  method: 'PUT',
  path: '/v1/notes/n9',
  headers: { ...json, ...bob },
  body: '{"amount":1}',
}

test('a read whose client leaves is cut off', async () => {
  const arrived = gate()
  const cut = gate()
  const { guarded } = await open((_request, response) => {
    response.once('close', () => cut.resolve())
    arrived.resolve()
  })
  await askAndLeave(guarded.url, { method: 'GET', path: '/v1/notes/n9', headers: bob }, arrived.promise)
  await cut.promise
})

const answers: readonly (readonly [name: string, status: number, effect: string])[] = [
  ['what was done', 200, 'effective'],
  ['what was refused', 409, 'released'],
]
for (const [name, status, effect] of answers) {
  test(`a write whose client leaves is settled by its answer: ${name}`, async () => {
    const arrived = gate()
    const { guarded, api } = await open((incoming, response, recorded) => {
      arrived.resolve()
      setTimeout(() => {
        if (status === 200) answerNote(incoming, response, recorded)
        else response.writeHead(status).end()
      }, 150)
    })
    await askAndLeave(guarded.url, put, arrived.promise)
    const outcomes = await outcomesOf(guarded)
    assert.deepEqual(
      outcomes.map((each) => [each.effect, each.status]),
      [[effect, status]],
    )
    // The object is free for the next call at once.
    const next = await request(`${guarded.url}/v1/notes/n9`, {
      method: 'PUT',
      headers: { ...json, ...bob },
      body: '{}',
    })
    await next.body.dump()
    assert.notEqual(next.statusCode, 503)
    assert.equal(api.seen.filter((each) => each.method === 'PUT').length, 2)
  })
}

test('a read over HTTP/2 whose stream is reset is cut off, also while events come', async () => {
  const ours = selfSigned()
  for (const path of ['/v1/notes/n9', '/v1/events']) {
    const [arrived, cut] = [gate(), gate()]
    const { guarded } = await open(
      (_request, response) => {
        response.once('close', () => cut.resolve())
        if (path === '/v1/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
        arrived.resolve()
      },
      { listen: { host: '127.0.0.1', port: 0, tls: ours } },
    )
    const session = connectHttp2(guarded.url, { ca: ours.cert })
    const stream = session.request({ ':path': path, ...bob })
    stream.on('error', () => undefined)
    await arrived.promise
    stream.close(8)
    await cut.promise
    session.close()
  }
})

test('a write over HTTP/2 whose stream is reset is settled by its answer', async () => {
  const arrived = gate()
  const ours = selfSigned()
  const { guarded } = await open(
    (...all) => {
      arrived.resolve()
      setTimeout(() => answerNote(...all), 150)
    },
    { listen: { host: '127.0.0.1', port: 0, tls: ours } },
  )
  const session = connectHttp2(guarded.url, { ca: ours.cert })
  const stream = session.request({ ':method': 'PUT', ':path': '/v1/notes/n9', ...json, ...bob })
  stream.on('error', () => undefined)
  stream.end('{"amount":1}')
  await arrived.promise
  stream.close(8)
  assert.deepEqual(
    (await outcomesOf(guarded)).map((each) => each.effect),
    ['effective'],
  )
  session.close()
})

test('a write nobody answers is waited for no longer than the API may take', async () => {
  const arrived = gate()
  const { guarded } = await open(() => arrived.resolve(), {}, { timeoutMs: 300 })
  await askAndLeave(guarded.url, put, arrived.promise)
  assert.deepEqual(
    (await outcomesOf(guarded)).map((each) => [each.effect, each.why]),
    [['in-doubt', 'UND_ERR_HEADERS_TIMEOUT']],
  )
})

test('a write that still waits for a connection when its client leaves is never sent', async () => {
  const arrived = gate()
  let answerFirst: (() => void) | undefined
  const { guarded, api } = await open(
    (...all) => {
      answerFirst = () => answerNote(...all)
      arrived.resolve()
    },
    {},
    { connections: 1 },
  )
  const first = request(`${guarded.url}/v1/notes`, { method: 'POST', headers: json, body: '{"amount":1}' })
  await arrived.promise
  await askAndLeave(guarded.url, put, pause(200))
  await pause(100)
  answerFirst?.()
  await (await first).body.dump()
  const outcomes = await outcomesOf(guarded, 2)
  assert.deepEqual(outcomes.map((each) => each.effect).toSorted(), ['effective', 'released'])
  assert.equal(
    api.seen.some((each) => each.method === 'PUT'),
    false,
  )
})

test('a body that does not come whole keeps no object', async () => {
  const { guarded, api } = await open(answerNote)
  const head = `PUT /v1/boxes/b1 HTTP/1.1\r\nHost: a\r\nX-User: bob\r\nContent-Type: application/octet-stream\r\n`
  await exchangeBytes(guarded.url, `${head}Content-Length: 100\r\n\r\nhalf`, 100)
  await exchangeBytes(guarded.url, `${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, 100)
  assert.equal(await exchangeBytes(guarded.url, `${head}Content-Length: 9999999\r\n\r\n`).then(statusOf), '413')
  await pause(50)
  assert.equal(api.seen.length, 0)
  const whole = await exchangeBytes(guarded.url, `${head}Content-Length: 4\r\n\r\nfile`)
  assert.equal(statusOf(whole), '200')
  assert.equal(api.seen.at(-1)?.body.toString(), 'file')
})

function statusOf(answer: string): string | undefined {
  return /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
}

test('closing waits for writes whose clients have left', async () => {
  const arrived = gate()
  const { guarded } = await open((...all) => {
    arrived.resolve()
    setTimeout(() => answerNote(...all), 300)
  })
  await askAndLeave(guarded.url, put, arrived.promise)
  await guarded.gateway.close(2000)
  assert.deepEqual(
    guarded.events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : [])),
    ['effective'],
  )
})

/** Answers the first request of each connection and hangs up without a word when a second one comes. */
async function openHangingUp(): Promise<{ url: string; connections: () => number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    let answered = false
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1').startsWith('GET') || !answered)
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"id":"n12"}')
      else socket.resetAndDestroy()
      answered = true
    })
  })
  const host = await listen(server)
  return {
    url: `http://${host}`,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a write is sent on no connection that was idle; one that is cut off on it is not taken for unsent', async () => {
  const api = await openHangingUp()
  const guarded = await openGuarded(notesCharter(), { upstreams: { api: { url: api.url } }, identifier: named })
  opened.push(api, guarded)
  const post = async (): Promise<number> => {
    const answer = await request(`${guarded.url}/v1/notes`, { method: 'POST', headers: json, body: '{"amount":1}' })
    await answer.body.dump()
    return answer.statusCode
  }
  assert.equal(await post(), 200)
  await pause(1200)
  assert.equal(await post(), 200)
  assert.equal(api.connections(), 2)
  assert.equal(await post(), 502)
  const outcomes = guarded.events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : []))
  assert.deepEqual(outcomes, ['effective', 'effective', 'in-doubt'])
  // Reads keep their connections.
  for (let round = 0; round < 3; round += 1) await (await request(`${guarded.url}/v1/notes`)).body.dump()
  assert.equal(api.connections(), 3)
})
