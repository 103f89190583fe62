// Several servers behind one address, with names kept apart.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { ask, callTool } from './ask.ts'
import { type Desk, openDesk } from './desk.ts'
import { type FixtureHttp, openFixture } from './fixture/http.ts'
import { openStage, type Stage } from './stage.ts'

let desk: Desk
let fixture: FixtureHttp
let stage: Stage
before(async () => {
  desk = await openDesk()
  fixture = await openFixture()
  const program = fileURLToPath(new URL('./fixture/stdio.ts', import.meta.url))
  stage = await openStage({
    servers: {
      desk: { http: { url: desk.url } },
      fixture: { http: { url: fixture.url } },
      program: { stdio: { command: process.execPath, args: [program] } },
    },
    environment: process.env,
  })
})
after(async () => {
  await stage?.close()
  desk?.close()
  fixture?.close()
})

test('tools of all are listed and called by names that say whose they are', async () => {
  const listed = await ask(stage.url, 'tools/list')
  const names = (listed.result?.['tools'] as { name: string }[] | undefined)?.map(({ name }) => name) ?? []
  assert.ok(
    names.includes('desk__get_order') &&
      names.includes('fixture__test_simple_text') &&
      names.includes('program__test_simple_text'),
  )
  assert.equal(new Set(names).size, names.length)
  const order = await callTool(stage.url, 'desk__get_order', { order_id: 'o1' })
  assert.match(order.text, /"structuredContent":\{"id":"o1"/)
  const sent = desk.seen.findLast(({ message }) => message.method === 'tools/call')
  assert.deepEqual([sent?.message.params?.['name'], sent?.headers['mcp-name']], ['get_order', 'get_order'])
  for (const source of ['fixture', 'program']) {
    const simple = await callTool(stage.url, `${source}__test_simple_text`)
    assert.match(simple.text, /simple text response/)
  }
  assert.equal((await callTool(stage.url, 'get_order')).error?.code, -32602)
  assert.equal((await callTool(stage.url, 'nobody__get_order')).error?.code, -32602)
})

test('what servers answer to alone is put together', async () => {
  const found = await ask(stage.url, 'server/discover')
  assert.deepEqual(Object.keys(found.result?.['capabilities'] as object).sort(), [
    'completions',
    'logging',
    'prompts',
    'resources',
    'tools',
  ])
  const read = await ask(stage.url, 'resources/read', { uri: 'test://static-text' })
  assert.match(read.text, /The static text/)
  const templated = await ask(stage.url, 'resources/read', { uri: 'test://template/7/data' })
  assert.match(templated.text, /templateTest/)
  const prompt = await ask(stage.url, 'prompts/get', { name: 'fixture__test_simple_prompt' })
  assert.match(prompt.text, /simple/)
  const alone = await ask(`${stage.url}/desk`, 'tools/list')
  assert.match(alone.text, /"name":"get_order"/)
})

test('a client of an earlier revision has one session with all of them, and their questions reach it', async () => {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { response: 'tea' } }))
  await client.connect(new StreamableHTTPClientTransport(new URL(stage.url)) as Parameters<Client['connect']>[0])
  for (const source of ['fixture', 'program']) {
    const said = await client.callTool({ name: `${source}__test_elicitation`, arguments: { message: 'What?' } })
    assert.match(JSON.stringify(said), /tea/)
  }
  await client.close()
})

test('a client of 2026-07-28 works with all of them', async () => {
  const client = new ModernClient(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  await client.connect(new ModernTransport(new URL(stage.url)))
  const { tools } = await client.listTools()
  assert.ok(tools.length > 50)
  assert.match(
    JSON.stringify(await client.callTool({ name: 'program__test_simple_text', arguments: {} })),
    /simple text/,
  )
  await client.close()
})
