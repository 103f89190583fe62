// A response that is held: what handlers do with it while it is judged, and after.
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { holdResponse, type Shown } from '../../../src/gateway/middleware/hold-response.ts'

type Handler = (response: ServerResponse) => void | Promise<void>

async function run(
  handler: Handler,
  shown: Shown,
  maxBytes = 1000,
): Promise<{ status: number; text: string; judged: unknown }> {
  let judged: unknown
  const server = createServer((_request, response) => {
    holdResponse(response, {
      maxBytes,
      judge: async (status, headers, bytes) => {
        judged = [status, headers['x-a'], bytes?.toString()]
        await pause(5)
        return shown
      },
      onGone: () => undefined,
    })
    void handler(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const response = await fetch(`http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`)
  const text = await response.text()
  await pause(30)
  server.close()
  return { status: response.status, text, judged }
}

const writers: Readonly<Record<string, Handler>> = {
  'end alone': (response) => void response.setHeader('x-a', '1').end('hello'),
  'writeHead with an object': (response) => void response.writeHead(200, { 'x-a': '1' }).end('hello'),
  'writeHead with a reason and a list': (response) => {
    response.writeHead(200, 'Fine', ['x-a', '1'])
    response.write('aGVs', 'base64')
    response.end(Buffer.from('lo'), () => undefined)
  },
  'twice, as some frameworks do': async (response) => {
    response.setHeader('x-a', '1')
    response.flushHeaders()
    response.write(new Uint8Array([104, 101, 108, 108, 111]))
    response.end()
    assert.equal(response.headersSent, true)
    assert.equal(response.writableEnded, true)
    response.writeHead(500)
    response.end('again')
  },
}

for (const [name, handler] of Object.entries(writers)) {
  test(`is judged whole: ${name}`, async () => {
    const { status, text, judged } = await run(handler, { kind: 'pass' })
    assert.deepEqual([status, text, judged], [200, 'hello', [200, '1', 'hello']])
  })
}

const streaming: Handler = async (response) => {
  response.setHeader('x-a', '1')
  for (let count = 0; count < 10; count += 1) {
    response.write('0123456789')
    await pause(2)
  }
  response.end('end')
}

test('is judged by its status when it is long, and goes on whole', async () => {
  const { text, judged } = await run(streaming, { kind: 'pass' }, 25)
  assert.deepEqual([text, judged], [`${'0123456789'.repeat(10)}end`, [200, '1', undefined]])
})

test('is replaced while the handler still writes', async () => {
  const instead: Shown = {
    kind: 'instead',
    write: (response) => {
      response.writeHead(502)
      response.end('no')
    },
  }
  const { status, text } = await run(streaming, instead, 25)
  assert.deepEqual([status, text], [502, 'no'])
})
