// The brake decides what may still be sent, and that a request which was not sent or answered is no evidence.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Brake, openBrake } from '../../src/cli/prove/brake.ts'
import { Unreached } from '../../src/prove/run/unreached.ts'
import { openTransport } from '../../src/prove/transport/transport.ts'
import { openServer } from './prove-stage.ts'

const server = await openServer((request, response) => {
  if (request.url === '/mute') request.socket.destroy()
  else response.end('{}')
})
after(() => server.close())

function brakeOf(maxRequests: number, kept = 0): Brake {
  const transport = openTransport({
    allowHosts: ['127.0.0.1'],
    maxRequests,
    maxDurationMs: 60_000,
    paceMs: 0,
    timeoutMs: 2000,
    maxBodyBytes: 1000,
    now: Date.now,
    sleep: async () => {},
  })
  after(() => transport.close())
  return openBrake(transport, { maxRequests, kept, maxDurationMs: 50_000 })
}

const get = (path: string, base = server.url) => ({ method: 'GET', url: `${base}${path}`, headers: {} })

test('before a run is armed a refusal is an answer like any other; after, it ends the case', async () => {
  const brake = brakeOf(1)
  await brake.transport.send(get('/'))
  assert.equal((await brake.transport.send(get('/'))).failure?.code, 'cancelled')
  assert.equal(brake.stopped(), 'the budget of 1 requests is used up')
  brake.arm()
  await assert.rejects(brake.transport.send(get('/')), Unreached)
  await assert.rejects(brake.transport.race([get('/'), get('/')]), Unreached)
})

test('what is kept of the budget is for clean-up', async () => {
  const brake = brakeOf(3, 1)
  brake.arm()
  for (let count = 0; count < 2; count++) await brake.transport.send(get('/'))
  await assert.rejects(brake.transport.send(get('/')), /budget of 3 requests/)
  brake.release()
  assert.equal((await brake.transport.send(get('/'))).response?.status, 200)
  assert.equal(brake.transport.used().requests, 3)
})

test('a look without an answer is no look; a call without one is an outcome', async () => {
  const brake = brakeOf(10)
  brake.arm()
  await assert.rejects(brake.transport.send(get('/mute')), Unreached)
  const call = await brake.transport.send({ ...get('/mute'), method: 'POST', body: '{}' })
  assert.equal(call.failure?.code, 'reset')
  assert.equal(brake.stopped(), undefined)
})

test('three refused connections in a row end the run with the address', async () => {
  const brake = brakeOf(10)
  brake.arm()
  for (let count = 0; count < 3; count++)
    await assert.rejects(brake.transport.send(get('/', 'http://127.0.0.1:9')), Unreached)
  assert.match(brake.stopped() ?? '', /^http:\/\/127\.0\.0\.1:9 does not answer: no connection could be made/)
})

test('the first reason to stop counts', async () => {
  const brake = brakeOf(10)
  brake.stop('it was interrupted')
  brake.stop('something else')
  brake.arm()
  await assert.rejects(brake.transport.send(get('/')), /it was interrupted/)
})
