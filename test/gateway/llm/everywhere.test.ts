// Nothing of a request goes to a provider unread: a value is planted at every place there is, as it is, in another form and under a name nobody knows.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Pointer, setPointer } from '../../../src/charter/pointer.ts'
import { isObject } from '../../../src/charter/source/plain.ts'
import { Refused } from '../../../src/gateway/http/refused.ts'
import { type Api, readRequest } from '../../../src/gateway/llm/request.ts'
import { json } from './provider.ts'
import { openStage, type Stage } from './stage.ts'
import { chatWhole, messagesWhole, responsesWhole } from './wire.ts'

const iban = 'GB33BUKB20201555555555'
const f = { name: 'f', arguments: '{"a":1}' }
const bodies: Readonly<Record<Api, Readonly<Record<string, unknown>>>> = {
  chat: {
    model: 'gpt-5',
    max_tokens: 10,
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', name: 'ann', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example', detail: 'low' } }] },
      { role: 'assistant', refusal: 'no', function_call: f, audio: { id: 'a' } },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: f }] },
      { role: 'assistant', tool_calls: [{ id: 'c2', type: 'custom', custom: { name: 'g', input: 'x' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'done' },
      { role: 'function', name: 'f', content: '' },
    ],
    prediction: { type: 'content', content: 'maybe' },
    tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
  },
  responses: {
    model: 'gpt-5',
    instructions: 'Be kind.',
    max_output_tokens: 10,
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { role: 'user', content: [{ type: 'input_image', image_url: 'https://a.example', detail: 'low' }] },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [
          { type: 'output_text', text: 'x', annotations: [{ type: 'url_citation', url: 'https://a.example' }] },
        ],
      },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'so' }], encrypted_content: 'abc' },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}', status: 'completed' },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'done' }] },
      { type: 'computer_call_output', call_id: 'c3', output: { type: 'computer_screenshot', file_id: 'file-1' } },
      { type: 'tool_search_output', call_id: 'c4', output: 'x', tools: [{ type: 'function', name: 'h' }] },
    ],
    tools: [{ type: 'function', name: 'f', parameters: {} }],
  },
  messages: {
    model: 'claude-5',
    max_tokens: 10,
    system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '5m' } }],
    messages: [
      {
        role: 'user',
        content: [{ type: 'text', text: 'Hi', citations: [{ type: 'char_location', cited_text: 'x' }] }],
      },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'so', signature: 'abc' }] },
      { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'abc' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: { a: 'b' } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', is_error: false, content: [{ type: 'text', text: 'done' }] },
          { type: 'tool_result', tool_use_id: 't2', content: 'done' },
          { type: 'document', title: 'a', context: 'b', source: { type: 'text', media_type: 'text/plain', data: 'c' } },
          { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'x' }] } },
          { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'x' }] },
          { type: 'image', source: { type: 'url', url: 'https://a.example' } },
          { type: 'tool_addition', tool: { type: 'tool_reference', tool_name: 'f' } },
          { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
        ],
      },
    ],
    tools: [{ name: 'f', input_schema: {} }],
  },
}

/** The body with the value at every place, one after the other. */
function* planted(body: Readonly<Record<string, unknown>>): Generator<readonly [at: string, body: unknown]> {
  for (const at of placesIn(body, [])) {
    for (const value of [iban, { [iban]: 1 }, { text: iban }, [iban], 4111111111111111])
      yield [`${at.join('/')} ${JSON.stringify(value)}`, setPointer(body, at, value)]
    yield [`${at.join('/')} with a member of its own`, setPointer(body, [...at, 'note'], iban)]
  }
}

function placesIn(value: unknown, at: Pointer): readonly Pointer[] {
  if (typeof value !== 'object' || value === null) return [at]
  const below = Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))
  return at.length === 0 ? below : [at, ...below]
}

for (const [api, body] of Object.entries(bodies) as [Api, Readonly<Record<string, unknown>>][])
  test(`${api}: what is planted anywhere is read, or the request is none`, () => {
    let read = 0
    for (const [what, each] of planted(body)) {
      const text = JSON.stringify(each)
      if (!isObject(each) || !(text.includes(iban) || text.includes('4111111111111111'))) continue
      try {
        const { said, model } = readRequest(api, each, new Set())
        const all = [model, ...said.flatMap(({ text: words, call }) => [words, call])].join('\n')
        assert.ok(all.includes(iban) || all.includes('4111111111111111'), what)
        read += 1
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
    }
    assert.ok(read > 200, String(read))
  })

test('what was counted is decided once more when it is sent', async () => {
  const stage = await openStage({
    words: {
      charter: {
        operations: {
          'claude.generate': { by: 'clerk', when: "!request.messages.exists(m, m.text.contains('secret plan'))" },
          'claude.count': { by: 'clerk' },
        },
        workflows: {},
        actors: { clerk: {} },
      },
    },
  })
  after(() => stage.close())
  const messages = [{ role: 'user' as const, content: 'the secret plan' }]
  stage.provider.script = json({ input_tokens: 5 })
  await stage.anthropic.messages.countTokens({ model: 'claude-5', messages })
  stage.provider.script = json(messagesWhole({ text: ['Seen.'], calls: [] }))
  await assert.rejects(() => stage.anthropic.messages.create({ model: 'claude-5', max_tokens: 10, messages }), /403/)
  assert.equal(stage.provider.seen.length, 1)
})

describe('what may not go to a model', () => {
  let stage: Stage
  before(async () => {
    const data = {
      classes: ['public', 'secret'],
      labels: [{ pattern: 'iban', class: 'secret' }],
      flows: [{ class: 'secret', to: ['desk.*'], else: 'redact' }],
    }
    stage = await openStage({ words: { charter: { data }, workflow: { unread: 'allow' } } })
  })
  after(async () => stage?.close())

  const hi = { role: 'user', content: 'Hi' }
  const call = { id: 'c1', type: 'function', function: f }
  const cases: readonly (readonly [what: string, Api, unknown, sent?: unknown])[] = [
    ['in the name of a model', 'chat', { model: `gpt-5 ${iban}`, messages: [hi] }],
    [
      'in the id of a call',
      'chat',
      { model: 'gpt-5', messages: [hi, { role: 'assistant', tool_calls: [{ ...call, id: iban }] }] },
    ],
    [
      'in a name beside words that stay',
      'chat',
      { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi', name: iban }] },
      { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi', name: '[secret]' }] },
    ],
    [
      'in a quotation',
      'messages',
      {
        model: 'claude-5',
        max_tokens: 1,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', citations: [{ cited_text: iban }] }] }],
      },
      {
        model: 'claude-5',
        max_tokens: 1,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', citations: [{ cited_text: '[secret]' }] }] }],
      },
    ],
    [
      'in content that is no list',
      'responses',
      { model: 'gpt-5', input: [{ role: 'user', content: { type: 'input_text', text: iban } }] },
      { model: 'gpt-5', input: [{ role: 'user', content: { type: 'input_text', text: '[secret]' } }] },
    ],
  ]
  const paths = { chat: '/gpt/v1/chat/completions', responses: '/gpt/v1/responses', messages: '/claude/v1/messages' }
  const wholes = { chat: chatWhole, responses: responsesWhole, messages: messagesWhole }
  for (const [what, api, body, sent] of cases)
    test(`${api}: ${what}`, async () => {
      stage.provider.seen.length = 0
      stage.provider.script = json(wholes[api]({ text: ['Seen.'], calls: [] }))
      const { status } = await fetch(`${stage.url}${paths[api]}`, {
        method: 'POST',
        headers: { authorization: 'Bearer token-ann', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.deepEqual(
        [status, stage.provider.seen.map((each) => each.body)],
        sent === undefined ? [403, []] : [200, [sent]],
      )
    })
})
