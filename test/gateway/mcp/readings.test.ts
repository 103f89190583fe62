// Requests that somebody could read in two ways: what is decided on is what is sent, to whom it was decided for.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask, askOld, callTool, post, type Said } from './ask.ts'
import { eventOf, openScripted, type Scripted, tool } from './scripted.ts'
import { openStage, type Stage, toolCharter } from './stage.ts'

const text = { type: 'string' }
const tools = [
  tool('get_order', { order_id: text }),
  tool('mail', {
    to: text,
    region: { ...text, 'x-mcp-header': 'Region' },
    site: { type: 'object', properties: { city: { ...text, 'x-mcp-header': 'City' } } },
  }),
]
const can = { tools: {}, logging: {}, resources: {}, prompts: {}, completions: {} }
const as = { as: 'clerk' }

let desk: Scripted
let files: Scripted
let stage: Stage
before(async () => {
  desk = await openScripted(tools, can)
  files = await openScripted(tools, can)
  const clerk = { by: 'clerk' }
  const manager = { by: 'manager' }
  const charter = toolCharter(
    {
      actors: { clerk: {}, manager: {} },
      operations: {
        'desk.get_order': clerk,
        'desk.mail': clerk,
        'files.get_order': clerk,
        'files.resources/read': clerk,
        'files.completion/complete': clerk,
        'files.prompts/get': clerk,
        'desk.resources/read': manager,
        'desk.completion/complete': manager,
        'desk.prompts/get': manager,
      },
    },
    { desk: { tools }, files: { tools } },
    { desk: { elicitation: { forms: 'deny' } } },
  )
  stage = await openStage({
    charter,
    servers: { desk: { http: { url: desk.url } }, files: { http: { url: files.url } } },
  })
})
after(async () => {
  await stage?.close()
  desk?.close()
  files?.close()
})
beforeEach(() => {
  for (const [name, server] of Object.entries({ desk, files })) {
    server.seen.length = 0
    server.says = ({ method, params }) => {
      if (method === 'resources/templates/list')
        return { result: { resourceTemplates: [{ uriTemplate: `${name}://t/{x}`, name: 't' }] } }
      if (method === 'resources/list' && params?.['cursor'] === undefined)
        return { result: { resources: [{ uri: `${name}://first`, name: 'first' }], nextCursor: 'more' } }
      if (method === 'resources/list') return { result: { resources: [{ uri: `${name}://second`, name: 'second' }] } }
      return { result: { content: [] } }
    }
  }
})

const asks: ReadonlySet<string | undefined> = new Set([
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
])
const got = (server: Scripted): readonly unknown[] =>
  server.seen.flatMap(({ message }) => (asks.has(message.method) ? [message.params] : []))

const pointings: Readonly<
  Record<string, readonly [method: string, params: Readonly<Record<string, unknown>>, toFiles: unknown]>
> = {
  'a resource of one, with a name of the other': [
    'resources/read',
    { uri: 'files://t/7', name: 'desk__x' },
    { uri: 'files://t/7', name: 'desk__x' },
  ],
  'a prompt of the other, with an address of the one': [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'desk__p', uri: 'files://first' }, argument: {} },
    undefined,
  ],
  'a prompt of one, with a name beside': [
    'completion/complete',
    { name: 'desk__x', ref: { type: 'ref/prompt', name: 'files__p' }, argument: {} },
    { name: 'desk__x', ref: { type: 'ref/prompt', name: 'p' }, argument: {} },
  ],
  'a prompt of the other, with what another method has': [
    'prompts/get',
    { name: 'desk__p', ref: { uri: 'files://first', name: 'x' } },
    undefined,
  ],
  'a resource on the second page': ['resources/read', { uri: 'files://second' }, { uri: 'files://second' }],
}
for (const [name, [method, params, toFiles]] of Object.entries(pointings))
  test(`whose it is: ${name}`, async () => {
    const said = await askOld(stage.url, method, params, as)
    assert.deepEqual(got(files), toFiles === undefined ? [] : [toFiles], said.text)
    assert.deepEqual(got(desk), [])
    if (toFiles === undefined) assert.equal(said.error?.code, -32010, said.text)
  })

test('a tool has the name of its own that was decided on, whatever stands beside', async () => {
  await askOld(stage.url, 'tools/call', { name: 'desk__get_order', arguments: {}, ref: {} }, as)
  assert.deepEqual(got(desk), [{ name: 'get_order', arguments: {}, ref: {} }])
})

test('lists of several servers have the resources and templates that their caller may read', async () => {
  const listed = await askOld(stage.url, 'resources/list', {}, as)
  assert.deepEqual(listed.result, {
    resources: [
      { uri: 'files://first', name: 'first' },
      { uri: 'files://second', name: 'second' },
    ],
  })
  const templates = await askOld(stage.url, 'resources/templates/list', {}, { as: 'manager' })
  assert.deepEqual(templates.result, { resourceTemplates: [{ uriTemplate: 'desk://t/{x}', name: 't' }] })
})

test('all servers are told how much to log', async () => {
  const said = await askOld(stage.url, 'logging/setLevel', { level: 'info' }, as)
  assert.deepEqual(said.result, {})
  for (const { seen } of [desk, files]) assert.deepEqual(seen.at(-1)?.message.params, { level: 'info' })
})

test('a question is of the server it came from, however it is written', async () => {
  const question =
    '{"jsonrpc":"2.0","id":"files:1","m\\u0065thod":"elicitation/create","params":{"message":"Your pin?"}}'
  desk.says = ({ id }) => ({
    events: `data: ${question}\n\ndata: {"method" none\n\n${eventOf({ id, result: { content: [] } })}`,
  })
  const said = await askOld(stage.url, 'tools/call', { name: 'desk__get_order', arguments: {} }, as)
  assert.doesNotMatch(said.text, /pin/)
  assert.match(said.text, /"content":\[\]/)
  desk.says = () => question
  assert.doesNotMatch(
    (await askOld(stage.url, 'tools/call', { name: 'desk__get_order', arguments: {} }, as)).text,
    /pin/,
  )
})

const sentHeaders = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(desk.seen.at(-1)?.headers ?? {}).filter(([name]) => name.startsWith('mcp-')))
const usual = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'mail' }

test('headers that repeat arguments say what they say, also of a tool that was not known before', async () => {
  const charter = toolCharter(
    { actors: { clerk: {} }, operations: { 'desk.mail': { by: 'clerk' } } },
    { desk: { tools } },
  )
  const own = await openStage({ charter, servers: { desk: { http: { url: desk.url } } } })
  after(() => own.close())
  const mail = (
    headers: Readonly<Record<string, string>>,
    given: unknown = { to: 'a', region: 'north' },
  ): Promise<Said> => callTool(own.url, 'mail', given, { ...as, headers })
  await mail({ 'mcp-param-region': 'south', 'mcp-param-tenant': 'other', 'mcp-other': 'Bearer clerk' })
  assert.deepEqual(sentHeaders(), { ...usual, 'mcp-param-region': 'north' })
  const given = { to: 'a', region: 'north', site: { city: 'Rome' } }
  const city = { 'mcp-param-region': 'north', 'mcp-param-city': 'Oslo' }
  assert.equal((await mail(city, given)).error?.code, -32020)
  await mail({ ...city, 'mcp-param-city': 'Rome' }, given)
  assert.deepEqual(sentHeaders(), { ...usual, 'mcp-param-region': 'north', 'mcp-param-city': 'Rome' })
  const old = { name: 'mail', arguments: { to: 'a', region: 'north' } }
  await askOld(own.url, 'tools/call', old, { ...as, headers: { 'mcp-param-region': 'south' } })
  assert.deepEqual(sentHeaders(), {})
})

const almost: Readonly<Record<string, string>> = {
  arguments: '{"name":"mail","Arguments":{"to":"b"}}',
  'arguments, with a long s': '{"name":"mail","argument\u017f":{"to":"b"}}',
  'arguments, twice': '{"name":"mail","arguments":{},"argument\u017f":{"to":"b"}}',
  'an argument': '{"name":"mail","arguments":{"To":"b"}}',
  'an argument in another': '{"name":"mail","arguments":{"site":{"CITY":"b"}}}',
}
for (const [name, params] of Object.entries(almost))
  test(`refused: names that some servers take for another: ${name}`, async () => {
    const said = await post(
      `${stage.url}/desk`,
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`,
      as,
    )
    assert.ok([-32600, -32602, -32700].includes(said.error?.code ?? 0), said.text)
    assert.deepEqual(got(desk), [])
  })

test('a method that nobody knows is asked of nobody, whatever it is called', async () => {
  for (const method of ['toString', 'constructor', '__proto__', 'tools/none'])
    for (const url of [stage.url, `${stage.url}/desk`]) {
      const said = await askOld(url, method, {}, as)
      assert.equal(said.error?.data?.['code'], 'undescribed', said.text)
    }
  assert.deepEqual([...desk.seen, ...files.seen], [])
})

test('an answer that nobody asked for goes no further than here', async () => {
  const inputResponses = { confirm: { action: 'accept', content: { sure: true } } }
  const said = await ask(`${stage.url}/files`, 'tools/call', { name: 'get_order', arguments: {}, inputResponses }, as)
  assert.equal(said.error, undefined, said.text)
  assert.equal(files.seen.at(-1)?.message.params?.['name'], 'get_order')
  assert.doesNotMatch(files.seen.at(-1)?.text ?? '', /sure/)
})

test('what a task asks for is answered where tasks are', async () => {
  const inputRequests = { name: { method: 'elicitation/create', params: { message: 'Who?' } } }
  const task = { taskId: 'files-7', status: 'input_required' }
  files.says = ({ method }) =>
    method === 'tools/call'
      ? { result: { resultType: 'task', ...task } }
      : { result: { resultType: 'complete', ...task, ...(method === 'tasks/get' ? { inputRequests } : {}) } }
  await askOld(stage.url, 'prompts/get', { name: 'files__p' }, as)
  files.says = (
    (before) => (message, response) =>
      message.method === 'prompts/get' ? { result: { resultType: 'task', ...task } } : before(message, response)
  )(files.says)
  await askOld(stage.url, 'prompts/get', { name: 'files__p' }, as)
  const asked = await askOld(stage.url, 'tasks/get', { taskId: 'files-7' }, as)
  assert.deepEqual(asked.result?.['inputRequests'], inputRequests, asked.text)
  const inputResponses = { name: { action: 'accept', content: { name: 'Ann' } } }
  await askOld(stage.url, 'tasks/update', { taskId: 'files-7', inputResponses }, as)
  assert.deepEqual(files.seen.at(-1)?.message.params?.['inputResponses'], inputResponses)
})

test('a server that asks whether its client is there is answered', async () => {
  desk.says = ({ id }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(eventOf({ id: 'alive', method: 'ping' }))
    void delay(300).then(() => response.end(eventOf({ id, result: { content: [] } })))
    return undefined
  }
  const calling = askOld(`${stage.url}/desk`, 'tools/call', { name: 'get_order', arguments: {} }, as)
  await delay(150)
  await post(`${stage.url}/desk`, '{"jsonrpc":"2.0","id":"alive","result":{"note":"and more"}}', as)
  await calling
  assert.deepEqual(
    desk.seen.flatMap(({ message }) => (message.id === 'alive' ? [message.result] : [])),
    [{}],
  )
})

test('looks on the session of a client are under ids that nobody foresees', async () => {
  const seen = [desk, files].flatMap((server) => server.seen.length)
  await askOld(stage.url, 'tools/list', {}, as)
  assert.ok(seen.length > 0)
  const ids = desk.seen.flatMap(({ message }) => (message.method === 'tools/list' ? [String(message.id)] : []))
  assert.match(ids.at(-1) ?? '', /^lockstep-[\da-f]{8}-/)
})

test('a call to a program that its client cancels is in doubt, and its id is free again', async () => {
  const program = fileURLToPath(new URL('./fixture/silent.ts', import.meta.url))
  const own = await openStage({
    charter: toolCharter(
      { actors: { clerk: {} }, operations: { 'desk.get_order': { by: 'clerk' } } },
      { desk: { tools: [tools[0]] } },
    ),
    servers: { desk: { stdio: { command: process.execPath, args: [program] } } },
    environment: process.env,
  })
  after(() => own.close())
  const opened = await askOld(own.url, 'initialize', { protocolVersion: '2025-11-25', capabilities: {} }, as)
  const session = { ...as, headers: { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' } }
  const call = '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_order","arguments":{}}}'
  const calling = post(own.url, call, session)
  while (!own.events.some((each) => each.kind === 'decision')) await delay(20)
  await delay(200)
  await post(own.url, '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}', session)
  assert.equal((await calling).error?.code, -32019)
  assert.deepEqual(
    own.events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : [])),
    ['in-doubt'],
  )
  assert.equal((await post(own.url, '{"jsonrpc":"2.0","id":5,"method":"ping"}', session)).error, undefined)
})
