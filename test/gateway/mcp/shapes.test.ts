// Answers in shapes that a client may read otherwise than the gateway: what nobody judged is in none of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, askOld, callTool } from './ask.ts'
import { eventOf, openScripted, type Says, type Scripted, type Sent, tool } from './scripted.ts'
import { openStage, type Stage, toolCharter } from './stage.ts'

const tools = [tool('get_order', { order_id: { type: 'string' } })]
const ssn = '123-45-6789'
const order = { id: 'o1', ssn }
const clean = { structuredContent: { id: 'o1' }, content: [] }

let desk: Scripted
let stage: Stage
before(async () => {
  desk = await openScripted(tools)
  const charter = toolCharter(
    {
      actors: { clerk: {}, manager: {} },
      objects: { order: { read: 'desk.get_order', fields: { ssn: { 'seen-by': ['manager'] } } } },
      operations: { 'desk.get_order': { by: ['clerk', 'manager'], safe: true } },
    },
    { desk: { tools } },
  )
  stage = await openStage({ charter, servers: { desk: { http: { url: desk.url } } } })
})
after(async () => {
  await stage?.close()
  desk?.close()
})

const as = { as: 'clerk' }
const get = (): ReturnType<typeof callTool> => callTool(stage.url, 'get_order', { order_id: 'o1' }, as)
const text = JSON.stringify(order)
const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

interface Case {
  readonly says: (message: Sent) => Says
  /** What the client is told all the same. */
  readonly shows: RegExp
}

const results: Readonly<Record<string, readonly [result: unknown, shows: RegExp]>> = {
  'one that waits for input, with an answer': [
    { resultType: 'input_required', requestState: 's', structuredContent: order, content: [{ type: 'text', text }] },
    /"requestState":"s"/,
  ],
  'a task, with an answer': [
    {
      resultType: 'task',
      taskId: 'a1',
      status: 'working',
      structuredContent: order,
      content: [{ type: 'text', text }],
    },
    /"taskId":"a1"/,
  ],
  'words around it': [{ content: [{ type: 'text', text: `The order: ${text}` }] }, /-32019/],
  'two texts': [
    {
      content: [
        { type: 'text', text: text.slice(0, 12) },
        { type: 'text', text: text.slice(12) },
      ],
    },
    /-32019/,
  ],
  'two whole texts': [
    {
      content: [
        { type: 'text', text },
        { type: 'text', text: 'Hello' },
      ],
    },
    /-32019/,
  ],
  'a task that is done at once': [
    { resultType: 'task', taskId: 'a2', status: 'completed', result: { structuredContent: order } },
    /"taskId":"a2"/,
  ],
  'a task of the earlier revisions, with an answer': [
    { task: { taskId: 'a3', status: 'working', result: order }, structuredContent: order },
    /"taskId":"a3"/,
  ],
  'an answer by another name': [{ ...clean, toolResult: order, Content: [{ type: 'text', text }] }, /"id":"o1"/],
  'an answer of another method': [{ ...clean, messages: [{ role: 'user', content: { type: 'text', text } }] }, /"id"/],
  'once more beside it': [{ structuredContent: order, content: [], _meta: { order } }, /"id":"o1"/],
  'no object': [[text], /-32019/],
  'questions beside an answer': [
    { ...clean, structuredContent: order, inputRequests: { q: { method: 'roots/list' } } },
    /"id":"o1"/,
  ],
}

const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    Object.entries(results).map(([name, [result, shows]]) => [name, { says: () => ({ result }), shows }]),
  ),
  'a member twice': {
    says: ({ id }) =>
      `{"jsonrpc":"2.0","id":${String(id)},"result":{"structuredContent":${text},"content":[],"structuredContent":{"id":"o1","ssn":"${ssn}"}}}`,
    shows: /"structuredContent":\{"id":"o1"\}/,
  },
  'an event behind a byte order mark': {
    says: ({ id }) => ({ events: `\uFEFF${eventOf({ id, result: { structuredContent: order, content: [] } })}` }),
    shows: /"structuredContent":\{"id":"o1"\}/,
  },
  'an event behind two, after one that is none': {
    says: ({ id }) => ({
      events: `data: none\n\n\uFEFF\uFEFF${eventOf({ id, result: { structuredContent: order, content: [] } })}`,
    }),
    shows: /"structuredContent":\{"id":"o1"\}/,
  },
  'an answer to no request': {
    says: ({ id }) => ({
      events: eventOf({ id: null, result: { structuredContent: order } }) + eventOf({ id, result: clean }),
    }),
    shows: /"structuredContent":\{"id":"o1"\}/,
  },
  'news of a task': {
    says: ({ id }) => ({
      events:
        eventOf({ method: 'notifications/tasks', params: { taskId: 't', status: 'completed', result: order } }) +
        eventOf({ id, result: clean }),
    }),
    shows: /"structuredContent":\{"id":"o1"\}/,
  },
  'nested deeper than anybody reads': {
    says: ({ id }) =>
      `{"jsonrpc":"2.0","id":${String(id)},"result":{"content":[],"structuredContent":{"ssn":"${ssn}","a":${nested}}}}`,
    shows: /-32019/,
  },
  'nested deeper than anybody reads, as an event': {
    says: ({ id }) => ({
      events: `data: {"jsonrpc":"2.0","id":${String(id)},"result":{"content":[],"structuredContent":{"ssn":"${ssn}","a":${nested}}}}\n\n`,
    }),
    shows: /-32019/,
  },
}

for (const [name, { says, shows }] of Object.entries(cases))
  test(`not shown: ${name}`, async () => {
    desk.says = says
    const old = (): ReturnType<typeof askOld> =>
      askOld(stage.url, 'tools/call', { name: 'get_order', arguments: { order_id: 'o1' } }, as)
    for (const call of [get, old]) {
      const said = await call()
      assert.doesNotMatch(said.text, /123-45-6789/)
      assert.match(said.text, shows)
    }
  })

test('a task that works, failed or says nothing shows no result', async () => {
  desk.says = ({ method }) =>
    method === 'tools/call'
      ? { result: { resultType: 'task', taskId: 'b1', status: 'working' } }
      : { result: { resultType: 'complete', taskId: 'b1', status: 'working', result: { structuredContent: order } } }
  await get()
  const poll = (): ReturnType<typeof ask> => ask(stage.url, 'tasks/get', { taskId: 'b1' }, as)
  assert.deepEqual((await poll()).result, { resultType: 'complete', taskId: 'b1', status: 'working' })
  desk.says = () => ({ result: { resultType: 'complete', taskId: 'b1', status: 'completed', result: [order] } })
  assert.doesNotMatch((await poll()).text, /123-45/)
  desk.says = () => ({ result: { resultType: 'complete', taskId: 'b1', status: 'failed', result: order } })
  assert.deepEqual((await poll()).result, { resultType: 'complete', taskId: 'b1', status: 'failed' })
})

test('nobody listens to tasks, which may be of somebody else, nor to resources they may not subscribe to', async () => {
  desk.says = () => ({ events: eventOf({ method: 'notifications/subscriptions/acknowledged', params: {} }) })
  const wanted = { taskIds: ['t-of-ann'], resourceSubscriptions: ['a:b'], toolsListChanged: true }
  await ask(stage.url, 'subscriptions/listen', { notifications: wanted }, as)
  assert.deepEqual(desk.seen.at(-1)?.message.params?.['notifications'], {
    toolsListChanged: true,
    resourceSubscriptions: [],
  })
  const open = await openStage({ servers: { desk: { http: { url: desk.url } } } })
  after(() => open.close())
  await ask(open.url, 'subscriptions/listen', { notifications: { resourceSubscriptions: ['a:b'] } }, as)
  assert.deepEqual(desk.seen.at(-1)?.message.params?.['notifications'], { resourceSubscriptions: ['a:b'] })
})

test('what a resource or a prompt shows is data that may not go everywhere, however it is written', async () => {
  const iban = 'DE89370400440532013000'
  const clerk = { id: 'ann', kind: 'user', actors: ['clerk'], roles: ['clerk'] } as const
  const principal = { id: 'bot', kind: 'agent', roles: ['bot'], actors: ['bot'], chain: [clerk] } as const
  const by = { by: 'clerk' }
  const names = ['get_order', 'resources/read', 'prompts/get'].map((name) => `desk.${name}`)
  const charter = toolCharter(
    {
      actors: { clerk: {}, bot: { kind: 'agent', workflow: 'all', 'acts-for': 'clerk' } },
      operations: Object.fromEntries(names.map((name) => [name, by])),
      workflows: { all: { operations: names } },
      data: {
        classes: ['public', 'secret'],
        labels: [{ pattern: 'iban', class: 'secret' }],
        flows: [{ class: 'secret', to: ['bank.*'] }],
      },
    },
    { desk: { tools } },
  )
  const identifier = { identify: async () => ({ ok: true, principal }) as const, close: async () => undefined }
  const contents = [{ uri: 'a:b', text: `Pay to ${iban}` }]
  const messages = [{ role: 'user', content: { type: 'text', text: `Pay to ${iban}` } }]
  for (const [method, params, result] of [
    ['resources/read', { uri: 'a:b' }, { contents }],
    ['prompts/get', { name: 'p' }, { messages, description: 'x' }],
  ] as const) {
    const own = await openStage({ charter, identifier, servers: { desk: { http: { url: desk.url } } } })
    after(() => own.close())
    const backwards = { order_id: [...iban].reverse().join('') }
    desk.says = () => ({ result: { content: [] } })
    assert.equal((await callTool(own.url, 'get_order', backwards)).error, undefined)
    desk.says = () => ({ result })
    assert.deepEqual((await ask(own.url, method, params)).result, result)
    assert.equal((await callTool(own.url, 'get_order', backwards)).error?.code, -32010, method)
  }
})

test('an error sends users only where a question may', async () => {
  const elicitations = [{ mode: 'url', elicitationId: 'e', url: 'https://evil.example/', message: 'sign in' }]
  desk.says = () => ({ error: { code: -32042, message: 'sign in first', data: { elicitations } } })
  const said = await get()
  assert.equal(said.error?.code, -32010)
  assert.doesNotMatch(said.text, /evil/)
  desk.says = () => ({
    error: { code: -32042, message: 'sign in first', data: { elicitations: { url: 'https://evil.example/' } } },
  })
  assert.doesNotMatch((await get()).text, /evil/)
})
