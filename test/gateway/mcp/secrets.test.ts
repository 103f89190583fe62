// Secrets for servers of tools: in headers and arguments of the calls they are for, and in no answer.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { listen } from '../../transport/open.ts'
import { type Bench, openBench, scope } from '../../vault/bench.ts'
import { callTool } from './ask.ts'
import { openStage, type Stage, toolCharter } from './stage.ts'

const key = 'planted-key-of-desk'
const secret = 'planted-argument-1'
const tools = ['get_order', 'send_email', 'long_job', 'stream'].map((name) => ({
  name,
  description: `the tool ${name}`,
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
}))

interface Seen {
  readonly key: string | undefined
  readonly text: string
}

let bench: Bench
let server: Server
let stage: Stage
const seen: Seen[] = []
before(async () => {
  bench = await openBench()
  const keeper = bench.keeper()
  await keeper.set(
    'desk',
    { value: key, scopes: [scope('desk.* in support as header:X-Key'), scope('desk.* as header:X-Key')] },
    'olga',
  )
  await keeper.set('argument', { value: secret, scopes: [scope('desk.send_email as body:/auth/token')] }, 'olga')
  await keeper.set('off', { value: 'value-of-off', scopes: [scope('desk.long_job as header:X-Other')] }, 'olga')
  await keeper.disable('off', 'a drill', 'olga')
  server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { id, method, params = {} } = JSON.parse(text)
      const given = request.headers['x-key']?.toString()
      if (method === 'tools/call') seen.push({ key: given, text })
      const told = JSON.stringify({ given, split: [given?.slice(0, 9), given?.slice(9)], text })
      const result =
        method === 'tools/list'
          ? { tools }
          : {
              content: [{ type: 'text', text: told }],
              structuredContent: { told, base64: Buffer.from(String(given)).toString('base64') },
            }
      const answer = JSON.stringify({ jsonrpc: '2.0', id, result })
      if (params.name === 'stream')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`event: message\ndata: ${answer}\n\n`)
      else response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
    })
  })
  const by = { by: 'clerk' }
  stage = await openStage({
    charter: toolCharter(
      {
        actors: { clerk: {} },
        operations: { 'desk.get_order': by, 'desk.send_email': by, 'desk.long_job': by, 'desk.stream': by },
        workflows: { support: { operations: ['desk.get_order'] } },
      },
      { desk: { tools } },
    ),
    servers: { desk: { http: { url: `http://${await listen(server)}/mcp` } } },
    vault: await bench.injector(),
  })
})
after(async () => {
  await stage.close()
  server.closeAllConnections()
  server.close()
  await bench.close()
})
beforeEach(() => {
  seen.length = 0
})

test('a call has the header of its server, and its answer tells nobody', async () => {
  for (const name of ['get_order', 'stream']) {
    const said = await callTool(stage.url, name, { id: 'o1' }, { as: 'clerk' })
    assert.equal(said.status, 200, said.text)
    assert.match(said.text, /\[secret desk\]/)
    for (const trace of [key, Buffer.from(key).toString('base64').slice(0, -2), key.slice(9)])
      assert.ok(!said.text.includes(trace), said.text)
  }
  assert.deepEqual(
    seen.map((each) => each.key),
    [key, key],
  )
  assert.ok(!JSON.stringify(stage.events).includes('planted'))
})

test('an argument is put in where it belongs, and no other message has it', async () => {
  const said = await callTool(stage.url, 'send_email', { id: 'o1', auth: { user: 'ann' } }, { as: 'clerk' })
  assert.deepEqual(JSON.parse(seen[0]?.text ?? '').params.arguments, { id: 'o1', auth: { user: 'ann', token: secret } })
  assert.ok(!said.text.includes(secret), said.text)
  assert.match(said.text, /\[secret argument\]/)
})

test('a call whose secret cannot be had is not sent, and is given back', async () => {
  const said = await callTool(stage.url, 'long_job', {}, { as: 'clerk' })
  assert.notEqual(said.error, undefined, said.text)
  assert.doesNotMatch(said.text, /disabled|`off`/)
  assert.deepEqual(seen, [])
})

test('which version went into which call is on the record', async () => {
  await callTool(stage.url, 'get_order', { id: 'o1' }, { as: 'clerk' })
  const decided = stage.events.flatMap((event) => (event.kind === 'decision' ? [event.call] : [])).at(-1)
  const uses = (await bench.recorded()).flatMap((entry) =>
    entry.kind === 'secret-use' && entry.effect === 'used' && entry.operation === 'desk.get_order' ? [entry] : [],
  )
  const last = uses.at(-1)
  assert.deepEqual(
    [last?.call, last?.secrets, last?.workflow, last?.principal],
    [decided, ['desk#1'], 'support', { id: 'clerk' }],
  )
})
