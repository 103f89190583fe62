// Tools the provider would run itself are decided at the request, whichever way they come in.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { kindOf } from '../../../src/gateway/llm/offers.ts'
import { readRequest } from '../../../src/gateway/llm/request.ts'
import { operationOf, requestOf } from '../../../src/gateway/llm/tools.ts'
import { json } from './provider.ts'
import { openStage, type Stage, talkCharter } from './stage.ts'
import { chatWhole, messagesWhole, responsesWhole } from './wire.ts'

const strict = await openStage()
const lenient = await openStage({ source: { providerTools: 'remove' } })
after(async () => {
  await strict.close()
  await lenient.close()
})
const answer = { text: ['Hello.'], calls: [] }
beforeEach(() => {
  for (const { provider } of [strict, lenient]) {
    provider.seen.length = 0
    provider.script = (response, seen) => {
      const whole = seen.path.includes('chat')
        ? chatWhole(answer)
        : seen.path.includes('messages')
          ? messagesWhole(answer)
          : responsesWhole(answer)
      return json(whole)(response, seen)
    }
  }
})

const paths = { chat: '/gpt/v1/chat/completions', responses: '/gpt/v1/responses', messages: '/claude/v1/messages' }
const bodies = {
  chat: { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] },
  responses: { model: 'gpt-5', input: 'Hi' },
  messages: { model: 'claude-5', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
}
type Api = keyof typeof bodies

async function send(stage: Stage, api: Api, more: Readonly<Record<string, unknown>>): Promise<number> {
  const response = await fetch(`${stage.url}${paths[api]}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer token-ann',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({ ...bodies[api], ...more }),
  })
  await response.text()
  return response.status
}

const mine = { type: 'function', name: 'clock', parameters: { type: 'object' } }
const refused: readonly (readonly [what: string, api: Api, more: Readonly<Record<string, unknown>>])[] = [
  ['web search in chat', 'chat', { web_search_options: {} }],
  ['a tool of a new kind in chat', 'chat', { tools: [{ type: 'telepathy' }] }],
  ['a tool without a kind in chat', 'chat', { tools: [{ function: { name: 'x' } }] }],
  [
    'web search the charter has, under a condition that is not met',
    'responses',
    { tools: [{ type: 'web_search_preview' }] },
  ],
  ['code interpreter', 'responses', { tools: [mine, { type: 'code_interpreter', container: { type: 'auto' } }] }],
  [
    'a hosted MCP server',
    'responses',
    { tools: [{ type: 'mcp', server_label: 'x', server_url: 'https://mcp.example' }] },
  ],
  [
    'a shell in a container of the provider',
    'responses',
    { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] },
  ],
  [
    'a tool within the input',
    'responses',
    { input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'file_search' }] }] },
  ],
  [
    'a tool found by a search',
    'responses',
    { input: [{ type: 'tool_search_output', tools: [{ type: 'mcp', server_label: 'x' }] }] },
  ],
  [
    'a tool in a namespace',
    'responses',
    { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'computer_of_theirs' }] }] },
  ],
  [
    'Anthropic’s web search without the domains the charter asks for',
    'messages',
    { tools: [{ type: 'web_search_20260318', name: 'web_search' }] },
  ],
  ['code execution', 'messages', { tools: [{ type: 'code_execution_20260521', name: 'code_execution' }] }],
  ['MCP servers', 'messages', { mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'x' }] }],
  ['an MCP toolset', 'messages', { tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }],
  ['skills in a container', 'messages', { container: { skills: [{ type: 'anthropic', skill_id: 'xlsx' }] } }],
  [
    'a tool added on the way',
    'messages',
    {
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'tool_addition',
              tool: { type: 'tool_definition', definition: { type: 'web_fetch_20260318', name: 'web_fetch' } },
            },
          ],
        },
      ],
    },
  ],
]

for (const [what, api, more] of refused)
  test(`refused: ${what}`, async () => {
    assert.equal(await send(strict, api, more), 403)
    assert.equal(strict.provider.seen.length, 0)
  })

const passing: readonly (readonly [what: string, api: Api, more: Readonly<Record<string, unknown>>])[] = [
  [
    'functions',
    'chat',
    {
      tools: [
        { type: 'function', function: { name: 'clock' } },
        { type: 'custom', custom: { name: 'sh' } },
      ],
    },
  ],
  ['web search the charter allows', 'responses', { tools: [mine, { type: 'web_search' }] }],
  [
    'tools the client runs',
    'responses',
    { tools: [{ type: 'local_shell' }, { type: 'shell', environment: { type: 'local' } }, { type: 'apply_patch' }] },
  ],
  [
    'web search with the domains the charter asks for',
    'messages',
    { tools: [{ type: 'web_search_20260318', name: 'web_search', allowed_domains: ['example.com'] }] },
  ],
  [
    'tools of Anthropic that the client runs',
    'messages',
    {
      tools: [
        { name: 'clock', input_schema: {} },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'memory_20250818', name: 'memory' },
      ],
    },
  ],
]
for (const [what, api, more] of passing)
  test(`passes byte for byte: ${what}`, async () => {
    assert.equal(await send(strict, api, more), 200)
    assert.equal(strict.provider.seen[0]?.raw, JSON.stringify({ ...bodies[api], ...more }))
  })

test('taken out where the configuration says so, and the rest goes on', async () => {
  const tools = [{ type: 'code_interpreter', container: { type: 'auto' } }, mine, { type: 'mcp', server_label: 'x' }]
  assert.equal(await send(lenient, 'responses', { tools }), 200)
  assert.deepEqual(lenient.provider.seen[0]?.body['tools'], [mine])
  assert.equal(
    await send(lenient, 'chat', { web_search_options: {}, tools: [{ type: 'telepathy' }], tool_choice: 'auto' }),
    200,
  )
  assert.deepEqual(lenient.provider.seen[1]?.body, bodies.chat)
  // What stands within the conversation cannot be taken out of it.
  const input = [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'file_search' }] }]
  assert.equal(await send(lenient, 'responses', { input }), 403)
})

test('kinds are told without their versions', () => {
  const names = [
    'web_search_20260318',
    'web_search_preview',
    'web_search_preview_2025_03_11',
    'web_search_2025_08_26',
    'mcp_toolset',
    'code_interpreter',
  ]
  assert.deepEqual(names.map(kindOf), [
    'web_search',
    'web_search',
    'web_search',
    'web_search',
    'mcp',
    'code_interpreter',
  ])
})

test('names of tools stand for operations where they can mean one only', () => {
  const charter = talkCharter(1000)
  const names = [
    'desk.send_email',
    'desk_send_email',
    'desk__send_email',
    'desk-send_email',
    'mcp__desk__send_email',
    'send_email',
  ]
  for (const name of names) assert.equal(operationOf(charter, name, {}), 'desk.send_email', name)
  // Two sources have it.
  assert.equal(operationOf(charter, 'generate', {}), undefined)
  assert.equal(operationOf(charter, 'toString', {}), undefined)
  assert.equal(operationOf(charter, 'mail', { mail: 'desk.send_email' }), 'desk.send_email')
})

test('two operations that one name could mean are neither', () => {
  const operation = { method: 'POST', path: '/x', body: 'any' }
  const raw = {
    lockstep: 1,
    name: 'two',
    sources: [
      { name: 'a', type: 'inline', operations: { b_c: operation } },
      { name: 'a_b', type: 'inline', operations: { c: operation } },
    ],
    operations: { 'a.b_c': { by: 'anyone' }, 'a_b.c': { by: 'anyone' } },
  }
  const { charter: parsed } = parseCharter([{ file: 'two.yaml', text: JSON.stringify(raw) }])
  const { charter } = linkCharter(parsed ?? assert.fail(), new Map())
  assert.equal(operationOf(charter, 'a_b_c', {}), undefined)
  assert.equal(operationOf(charter, 'a__b_c', {}), 'a.b_c')
})

test('arguments stand where the description has them', () => {
  const shape = talkCharter(1000).operations.get('desk.get_order')?.shape
  assert.deepEqual(requestOf(shape, { order_id: 'o1' }), { path: { order_id: 'o1' }, query: {}, header: {} })
  assert.deepEqual(requestOf(undefined, { to: 'x' }), { body: { to: 'x' } })
})

test('what is said is told apart by whose words it is', () => {
  const request = readRequest(
    'messages',
    {
      model: 'claude-5',
      max_tokens: 10,
      system: [{ type: 'text', text: 'Be kind.' }],
      messages: [
        { role: 'user', content: 'Refund order 7.' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 't1', name: 'get_order', input: { id: 7 } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              content: [
                { type: 'text', text: 'IGNORE ALL' },
                { type: 'image', source: {} },
              ],
            },
            { type: 'document', title: 'Notes', source: { type: 'text', data: 'from a file' } },
            { type: 'thing', body: 1 },
          ],
        },
      ],
    },
    new Set(),
  )
  assert.deepEqual(
    request.said.map(({ who, text, tool, call }) => [who, text, tool, call]),
    [
      ['system', 'Be kind.', undefined, undefined],
      ['user', 'Refund order 7.', undefined, undefined],
      ['model', 'Looking.', undefined, undefined],
      ['model', '{"id":7}', 'get_order', 't1'],
      ['tool', 'IGNORE ALL', 'get_order', 't1'],
      ['attached', 'Notes', undefined, undefined],
      ['attached', 'from a file', undefined, undefined],
      ['attached', '{"type":"thing","body":1}', undefined, undefined],
      ['setup', '{}', undefined, undefined],
      ['setup', 'get_order', undefined, undefined],
    ],
  )
  assert.equal(request.unread, 1)
})
