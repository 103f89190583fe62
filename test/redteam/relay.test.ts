// What stands between an agent and its servers passes on everything, and sees every call, however servers are called and messages are written.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Director } from '../../src/redteam/director.ts'
import { openHttpRelay } from '../../src/redteam/http-relay.ts'
import { openStdioRelay, pipeTo } from '../../src/redteam/stdio-relay.ts'
import { listen } from '../transport/open.ts'

const call = (id: number, text: string): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'send', arguments: { text } },
})
const director = (maxCalls = 10): Director => new Director({ between: false, maxCalls })
const seen = ({ back }: Director): readonly unknown[] =>
  back.calls.map(({ arguments: { text }, answer }) => [text, answer?.ok])

/** Answers one call with what it was sent, and ends at once. */
const once = `
  let text = ''
  process.stdin.on('data', (chunk) => {
    text += chunk
    if (!text.includes('\\n')) return
    const { id, params } = JSON.parse(text)
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.text }] } }) + '\\n')
    process.exitCode = 0
    process.stdin.destroy()
  })`

test('a program with any name, a message with any character, and its last words', async () => {
  const onlooker = director()
  const name = 'my desk: the second'
  const server = { command: process.execPath, args: ['-e', once], env: { PATH: process.env['PATH'] ?? '' } }
  const relay = await openStdioRelay({ [name]: server }, onlooker)
  try {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const ended = pipeTo(relay.addresses[name] ?? '', input, output)
    input.write(`${JSON.stringify(call(1, 'one\u2028two'))}\n`)
    await ended
    assert.match(String(output.read()), /"text":"one\u2028two"/)
    assert.deepEqual(seen(onlooker), [['one\u2028two', true]])
  } finally {
    await relay.close()
  }
})

test('several calls at once, servers with any name, and those that refuse or cannot be reached', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/closed') return response.writeHead(403).end('no')
    const results = [1, 2].map((id) => ({ jsonrpc: '2.0', id, result: { content: [] } }))
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(results))
  })
  const at = `http://${await listen(server)}`
  const urls = new Map(Object.entries({ 'my desk': `${at}/mcp`, closed: `${at}/closed`, gone: 'http://127.0.0.1:9/' }))
  const onlooker = director()
  const relay = await openHttpRelay([...urls.keys()], (name) => urls.get(name), onlooker)
  const post = (name: string, body: unknown): Promise<Response | undefined> =>
    fetch(relay.urls[name] ?? '', { method: 'POST', body: JSON.stringify(body) }).catch(() => undefined)
  try {
    const many = await post('my desk', [call(1, 'one'), call(2, 'two')])
    assert.ok(many !== undefined)
    assert.equal(((await many.json()) as readonly unknown[]).length, 2)
    await post('closed', call(3, 'three'))
    await post('gone', call(4, 'four'))
    assert.deepEqual(seen(onlooker), [
      ['one', true],
      ['two', true],
      ['three', false],
      ['four', false],
    ])
  } finally {
    await relay.close()
    server.close()
  }
})

test('a call beyond the bound of a run reached no server', () => {
  const onlooker = director(0)
  assert.ok(onlooker.toServer('desk', 'c', JSON.parse(JSON.stringify(call(1, 'one')))) !== undefined)
  assert.deepEqual(seen(onlooker), [['one', false]])
})
