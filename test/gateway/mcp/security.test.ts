// What must not work, whoever tries it.
import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Conversation } from '../../../src/gateway/mcp/conversation.ts'
import { stdioUpstream } from '../../../src/gateway/mcp/stdio-upstream.ts'
import type { AnswerHead } from '../../../src/gateway/mcp/upstream.ts'
import { listen } from '../../transport/open.ts'
import { ask, askOld, callTool, modernMeta, post, type Said } from './ask.ts'
import { type Desk, openDesk } from './desk.ts'
import { openStage, type Stage } from './stage.ts'

let desk: Desk
let stage: Stage
before(async () => {
  desk = await openDesk()
  stage = await openStage({
    servers: { desk: { http: { url: desk.url }, headers: () => ({ authorization: 'Bearer our-own-credential' }) } },
    limits: { bodyBytes: 100_000, jsonDepth: 20 },
    resource: { authorizationServers: ['https://id.example'], scopes: ['tools'], anonymous: true },
  })
})
after(async () => {
  await stage?.close()
  desk?.close()
})

/** Host and Origin as no well-meaning client lets them be set. */
function raw(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      stage.url,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.once('error', reject)
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }))
  })
}

test('a page of another site reaches nothing under its own name', async () => {
  const before = desk.seen.length
  assert.equal(await raw({ host: 'evil.example' }), 403)
  assert.equal(await raw({ host: 'evil.example:8088', origin: 'http://evil.example:8088' }), 403)
  assert.equal(await raw({ origin: 'https://evil.example' }), 403)
  assert.equal(await raw({ origin: 'null' }), 403)
  assert.equal(desk.seen.length, before)
  assert.equal(await raw({ origin: 'http://localhost:3000' }), 200)
})

const call = (params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'tools/call', params: { ...params, _meta: modernMeta } })
const right = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'get_order' }
const order = call({ name: 'get_order', arguments: {} })

const mismatches: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'another method': { ...right, 'mcp-method': 'tools/list' },
  'another tool': { ...right, 'mcp-name': 'purge' },
  'another revision': { ...right, 'mcp-protocol-version': '2025-11-25' },
  'no tool': { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' },
  'no method': { 'mcp-protocol-version': '2026-07-28', 'mcp-name': 'get_order' },
  'no revision': { 'mcp-method': 'tools/call', 'mcp-name': 'get_order' },
  'a wrapping that is none': { ...right, 'mcp-name': '=?base64?Z2V0X29yZGVy!?=' },
}
for (const [name, headers] of Object.entries(mismatches)) {
  test(`headers with ${name} for the body are refused`, async () => {
    const before = desk.seen.length
    const said = await post(stage.url, order, { headers })
    assert.deepEqual([said.status, said.error?.code], [400, -32020])
    assert.equal(desk.seen.length, before)
  })
}

test('a header for an argument says what the argument says', async () => {
  await ask(stage.url, 'tools/list')
  const send = (headers: Readonly<Record<string, string>>): Promise<Said> =>
    callTool(stage.url, 'send_email', { to: 'a', region: 'north' }, { headers })
  assert.equal((await send({ 'mcp-param-region': 'south' })).error?.code, -32020)
  assert.equal((await send({})).error?.code, -32020)
  assert.equal((await send({ 'mcp-param-region': 'north' })).error, undefined)
})

const bodies: Readonly<Record<string, string | Buffer>> = {
  'a name twice': order.replace('"arguments"', '"name":"purge","arguments"'),
  'a name twice, in other letters': order.replace('"arguments"', '"Name":"purge","arguments"'),
  'a name twice, escaped': order.replace('"arguments"', '"n\\u0061me":"purge","arguments"'),
  'a batch': `[${order}]`,
  'bytes that are no UTF-8': Buffer.concat([Buffer.from(order.slice(0, -1)), Buffer.from([0xff, 0x7d])]),
  'no JSON': order.slice(1),
  'no JSON-RPC': order.replace('"2.0"', '"1.0"'),
  'a method and a result': order.replace('"id":9', '"id":9,"result":{}'),
  'an id that is none': order.replace('"id":9', '"id":{"a":1}'),
  'deep nesting': call({ name: 'get_order', arguments: { a: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) } }),
  'more than is judged': call({ name: 'get_order', arguments: { a: 'x'.repeat(200_000) } }),
}
for (const [name, body] of Object.entries(bodies)) {
  test(`a body with ${name} is refused`, async () => {
    const before = desk.seen.length
    const said = await post(stage.url, body, { headers: right })
    assert.ok([400, 413].includes(said.status), String(said.status))
    assert.ok(said.error !== undefined, said.text)
    assert.equal(desk.seen.length, before)
  })
}

test("a caller's token goes no further, in whatever place it is", async () => {
  const token = 'clerk-7f3a9c1d2e'
  await callTool(
    stage.url,
    'get_order',
    { id: 'o1' },
    { as: token, headers: { cookie: `session=${token}`, 'x-forwarded-for': token } },
  )
  const last = desk.seen.at(-1)
  assert.ok(last?.message.method === 'tools/call')
  assert.ok(!JSON.stringify(last.headers).includes('7f3a9c1d2e'))
  assert.equal(last.headers.authorization, 'Bearer our-own-credential')
  const before = desk.seen.length
  for (const params of [{ _meta: { token } }, { arguments: { note: `use ${token}` } }]) {
    const said = await ask(stage.url, 'tools/call', { name: 'get_order', arguments: {}, ...params }, { as: token })
    assert.equal(said.status, 400, said.text)
  }
  assert.equal(desk.seen.length, before)
})

test('a program gets nothing of our environment but what every program needs', async () => {
  const script = `process.stdin.once('data', () => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result: process.env })))`
  const upstream = stdioUpstream({
    source: 'env',
    command: { command: process.execPath, args: ['-e', script], env: { OWN: 'yes' } },
    environment: { ...process.env, SECRET_TOKEN: 'planted' },
    maxBytes: 100_000,
  })
  const message = {
    kind: 'request',
    id: 1,
    method: 'initialize',
    params: {},
    bytes: Buffer.from('{"jsonrpc":"2.0","id":1,"method":"initialize"}'),
  } as const
  const text = await new Promise<string>((resolve) => {
    const nothing = (): void => undefined
    const sink = {
      head: nothing,
      whole: (bytes: Buffer) => resolve(bytes.toString('utf8')),
      event: nothing,
      end: nothing,
      fail: () => resolve(''),
    }
    upstream.send({ method: 'POST', era: 'legacy', headers: {}, message }, sink, new AbortController().signal)
  })
  await upstream.close()
  assert.ok(text.includes('"OWN":"yes"'), text)
  assert.ok(!text.includes('planted'))
})

test('whoever has most programs gives one up for somebody who has fewer, and for nobody else', async () => {
  const program = fileURLToPath(new URL('./fixture/silent.ts', import.meta.url))
  const upstream = stdioUpstream({
    source: 'desk',
    command: { command: process.execPath, args: [program] },
    environment: process.env,
    maxBytes: 100_000,
    most: 3,
  })
  after(() => upstream.close())
  const send = (method: string, id: string, session?: string): Promise<number> =>
    new Promise((resolve) => {
      const nothing = (): void => undefined
      const sink = { head: ({ status }: AnswerHead) => resolve(status), whole: nothing, event: nothing, end: nothing }
      const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }))
      const message = { kind: 'request', id: 1, method, params: {}, bytes } as const
      const headers: Record<string, string> = session === undefined ? {} : { 'mcp-session-id': session }
      const exchange = { method: 'POST', era: 'legacy', headers, message, whose: { principal: { id } } } as const
      upstream.send(exchange, { ...sink, fail: () => resolve(0) }, new AbortController().signal)
    })
  const opened: number[] = []
  for (const id of ['ann', 'ann', 'ann', 'ann', 'bob', 'carl', 'bob', 'dora']) opened.push(await send('initialize', id))
  assert.deepEqual(opened, [200, 200, 200, 503, 200, 200, 503, 503])
})

test('news of a program that may be of another caller is shown to nobody', async () => {
  const say = (message: object): string =>
    `console.log(JSON.stringify(${JSON.stringify({ jsonrpc: '2.0', ...message })}))`
  const news = say({ method: 'notifications/message', params: { data: 'of ann' } })
  const script = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line)
    const answer = () => console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }))
    if (method !== 'tools/call') return answer()
    ${news}
    setTimeout(answer, 50)
  })`
  const stage = await openStage({
    servers: { desk: { stdio: { command: process.execPath, args: ['-e', script] } } },
    environment: process.env,
  })
  after(() => stage.close())
  const call = async (as: string): Promise<string> => (await callTool(stage.url, 'any', {}, { as })).text
  assert.match(await call('ann'), /of ann/)
  assert.doesNotMatch(await call('bob'), /of ann/)
})

test('a session is of use only to whoever opened it', async () => {
  const opened = await askOld(
    stage.url,
    'initialize',
    { protocolVersion: '2025-11-25', capabilities: {} },
    { as: 'clerk' },
  )
  const session = opened.headers.get('mcp-session-id') ?? ''
  assert.ok(session !== '' && !session.startsWith('upstream'))
  const list = (as: string | undefined, id: string): Promise<Said> =>
    askOld(stage.url, 'tools/list', {}, { ...(as === undefined ? {} : { as }), headers: { 'mcp-session-id': id } })
  assert.equal((await list('clerk', session)).status, 200)
  assert.match(desk.seen.at(-1)?.headers['mcp-session-id']?.toString() ?? '', /^upstream-/)
  const before = desk.seen.length
  const other = await list('manager', session)
  const nobody = await list(undefined, session)
  const unknown = await list('clerk', 'upstream-1')
  assert.deepEqual([other.status, nobody.status, unknown.status], [404, 404, 404])
  assert.deepEqual(other.error, unknown.error)
  assert.equal(desk.seen.length, before)
})

test('a client that leaves ends the request behind it', async () => {
  const leaving = new AbortController()
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...right, 'mcp-name': 'get_order' }
  const response = await fetch(stage.url, {
    method: 'POST',
    headers,
    body: call({ name: 'get_order', arguments: { wait: true } }),
    signal: leaving.signal,
  })
  const first = await response.body?.getReader().read()
  assert.match(Buffer.from(first?.value ?? []).toString('utf8'), /notifications\/progress/)
  assert.equal(response.headers.get('x-accel-buffering'), 'no')
  leaving.abort()
  for (let time = 0; time < 50 && desk.aborted.length === 0; time += 1) await delay(20)
  assert.deepEqual(desk.aborted, ['9'])
})

test('it is a protected resource of its own', async () => {
  const stranger = await callTool(stage.url, 'get_order', {}, { headers: { authorization: 'Basic eA==' } })
  assert.equal(stranger.status, 401)
  const challenge = stranger.headers.get('www-authenticate') ?? ''
  const [, address = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  assert.match(challenge, /^Bearer error="invalid_token"/)
  const metadata = await (await fetch(address)).json()
  assert.deepEqual(metadata, {
    resource: stage.url,
    authorization_servers: ['https://id.example'],
    bearer_methods_supported: ['header'],
    scopes_supported: ['tools'],
  })
  assert.ok(stage.events.some((each) => each.kind === 'sign-in' && !each.accepted))
})

test('clients that look for metadata at the root find that of /mcp', async () => {
  const two = await openStage({
    servers: { desk: { http: { url: desk.url } }, files: { http: { url: desk.url } } },
    resource: { authorizationServers: ['https://id.example'] },
  })
  for (const { url } of [stage, two]) {
    const answer = await fetch(new URL('/.well-known/oauth-protected-resource', url))
    assert.equal(((await answer.json()) as { readonly resource?: unknown }).resource, url)
    const ofOne = await fetch(new URL('/.well-known/oauth-protected-resource/mcp/desk', url))
    assert.equal(((await ofOne.json()) as { readonly resource?: unknown }).resource, `${url}/desk`)
  }
  await two.close()
})

test('a token that is for something else has to be asked for again', async () => {
  const narrow = await openStage({
    servers: { desk: { http: { url: desk.url } } },
    resource: { authorizationServers: ['https://id.example'], scopes: ['tools', 'admin'] },
  })
  const said = await callTool(narrow.url, 'get_order', {}, { as: 'clerk' })
  const nobody = await callTool(narrow.url, 'get_order')
  await narrow.close()
  assert.equal(said.status, 403)
  assert.match(
    said.headers.get('www-authenticate') ?? '',
    /error="insufficient_scope", scope="tools admin", resource_metadata=/,
  )
  assert.equal(nobody.status, 401)
})

test('a client whose server answers something else is told so', async () => {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'upstream' })
      response.end('{"jsonrpc":"2.0","id":"of-nobody","result":{}}')
    })
  })
  const other = await openStage({ servers: { desk: { http: { url: `http://${await listen(server)}/mcp` } } } })
  for (const send of [ask, askOld]) {
    const said = await send(other.url, 'prompts/list')
    assert.deepEqual([said.status, said.error?.code], [502, -32019])
  }
  await other.close()
  server.close()
})

test('a second answer, and one to no question, are shown to nobody', async () => {
  const conversation = new Conversation(() => true)
  const bytesOf = (text: string, id = 1): Buffer =>
    Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: { text } }))
  const came = (bytes: Buffer, id = 1) => ({ kind: 'response', id, result: {}, bytes }) as const
  conversation.expect(1, { answered: () => undefined, lost: () => Buffer.alloc(0) })
  assert.equal(await conversation.show(came(bytesOf('other', 2), 2), 200), undefined)
  assert.deepEqual(await conversation.show(came(bytesOf('judged')), 200), bytesOf('judged'))
  assert.equal(await conversation.show(came(bytesOf('unjudged')), 200), undefined)
  assert.deepEqual(await conversation.show(came(bytesOf('judged')), 200), bytesOf('judged'), 'a stream that is resumed')
})

test('answers that were changed are kept for streams that are resumed, but not without end', async () => {
  const conversation = new Conversation(() => true)
  const shown = Buffer.alloc(1024 * 1024, ' ')
  const show = (id: number): Promise<Buffer | undefined> =>
    conversation.show({ kind: 'response', id, result: {}, bytes: Buffer.from(`answer ${id}`) }, 200)
  for (let id = 1; id <= 8; id += 1) {
    conversation.expect(id, { answered: () => shown, lost: () => Buffer.alloc(0) })
    assert.equal(await show(id), shown)
  }
  const again = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(async (id) => (await show(id)) === shown))
  assert.deepEqual(again, [false, false, false, false, true, true, true, true])
})
