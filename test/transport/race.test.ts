import assert from 'node:assert/strict'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { connect, createServer as createNet, type Server } from 'node:net'
import { after, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openConnection } from '../../src/prove/transport/connect.ts'
import { startDeadline } from '../../src/prove/transport/deadline.ts'
import { holdLastByte } from '../../src/prove/transport/race-http1.ts'
import { createScope } from '../../src/prove/transport/scope.ts'
import { selfSigned } from './certificate.ts'
import { get, listen, openLocal, post } from './open.ts'

const rounds = 40
const width = 20
const certificate = selfSigned()
let sold = 0

/** One piece in stock; the check and the write are 2 ms apart, as with a call to another service in between. */
async function sell(req: IncomingMessage | Http2ServerRequest, answer: (status: number) => void): Promise<void> {
  for await (const _ of req);
  const available = sold === 0
  await delay(2)
  if (available) sold += 1
  answer(available ? 200 : 409)
}

const onHttp1 = (req: IncomingMessage, res: ServerResponse): void =>
  void sell(req, (code) => res.writeHead(code).end('{}'))
const onHttp2 = (req: Http2ServerRequest, res: Http2ServerResponse): void =>
  void sell(req, (code) => {
    res.writeHead(code)
    res.end('{}')
  })

const servers: readonly { name: string; server: Server; scheme: string; h2c: boolean }[] = [
  { name: 'HTTP/1.1', server: createHttp(onHttp1), scheme: 'http', h2c: false },
  { name: 'HTTP/2 in the clear', server: createHttp2(onHttp2), scheme: 'http', h2c: true },
  { name: 'HTTP/2 over TLS', server: createSecureServer(certificate, onHttp2), scheme: 'https', h2c: false },
]

for (const { name, server, scheme, h2c } of servers) {
  describe(name, async () => {
    const transport = openLocal({ h2c, ca: [certificate.cert] })
    const url = `${scheme}://${await listen(server)}/buy`
    after(async () => {
      await transport.close()
      server.close()
    })
    for (const request of [post(url, { amount: 1 }), { method: 'POST', url, headers: {} }, get(url)]) {
      const kind = `${request.method} ${'body' in request ? 'with' : 'without'} a body`
      test(`${kind}: the overrun shows in at least 95 % of ${rounds} rounds`, async () => {
        let found = 0
        for (let round = 0; round < rounds; round += 1) {
          sold = 0
          const exchanges = await transport.race(Array.from({ length: width }, () => request))
          assert.equal(exchanges.filter(({ response }) => response?.status === 200).length, sold)
          if (sold > 1) found += 1
        }
        assert.ok(found >= rounds * 0.95, `found in ${found} of ${rounds}`)
      })
    }
  })
}

test('over HTTP/1.1 all but the last byte is at the server before the release', async (t) => {
  let seen = ''
  const server = createNet((socket) => {
    socket.on('data', (chunk) => {
      seen += chunk
      if (!seen.endsWith('}')) return
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n"ok"\r\n0\r\n\r\n')
    })
  })
  t.after(() => server.close())
  const url = `http://${await listen(server)}/`
  const target = createScope(['127.0.0.1'])(url)
  assert.ok('origin' in target)
  const deadline = startDeadline(2000, undefined)
  t.after(() => deadline.stop())
  const connection = await openConnection(target, { protocols: ['http/1.1'], signal: deadline.signal })
  const wire = { deadline, maxBodyBytes: 1000, now: () => 0 }
  const racer = await holdLastByte(post(url, { n: 1 }), target, { connection, wire })
  await delay(20)
  assert.match(seen, /content-length: 7\r\n\r\n\{"n":1$/)
  racer.release()
  const { response } = await racer.finish(0)
  assert.deepEqual([response?.status, response?.body], [200, '"ok"'])
})

test('over HTTP/2 all requests end in one packet', async () => {
  const target = createHttp2(onHttp2)
  const [host = '', port = ''] = (await listen(target)).split(':')
  const chunks: Buffer[] = []
  const tap = createNet((client) => {
    const upstream = connect(Number(port), host)
    client.on('data', (chunk) => chunks.push(chunk)).pipe(upstream)
    upstream.pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
  })
  const url = `http://${await listen(tap)}/buy`
  const transport = openLocal({ h2c: true })
  await transport.race(Array.from({ length: width }, (_, n) => post(url, { n })))
  const ends = chunks.map(countEnds).filter((count) => count > 0)
  assert.deepEqual(ends, [width])
  await transport.close()
  tap.close()
  target.close()
})

/** DATA frames with END_STREAM (RFC 9113 section 4.1) in a write; a preface or a frame cut in two ends the count. */
function countEnds(chunk: Buffer): number {
  let count = 0
  for (let at = 0; at + 9 <= chunk.length; at += 9 + chunk.readUIntBE(at, 3)) {
    if (chunk[at + 3] === 0 && ((chunk[at + 4] ?? 0) & 1) === 1) count += 1
  }
  return count
}

test('a racer that cannot connect fails alone, order is kept, and the width is bounded', async () => {
  const server = createHttp((_, res) => res.end('"ok"'))
  const url = `http://${await listen(server)}/`
  const transport = openLocal()
  const exchanges = await transport.race([get(url), get('http://127.0.0.1:1/'), get('http://198.51.100.1/'), get(url)])
  assert.deepEqual(
    exchanges.map(({ response, failure }) => response?.status ?? failure?.code),
    [200, 'unreachable', 'scope', 200],
  )
  await assert.rejects(transport.race(Array.from({ length: 51 }, () => get(url))), TypeError)
  await transport.close()
  server.close()
})
