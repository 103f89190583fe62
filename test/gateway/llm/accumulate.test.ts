// The accumulators of the gateway against those of the official SDKs, fed with the same bytes; and what goes out is valid for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import fc from 'fast-check'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { ResponseStream } from 'openai/lib/responses/ResponseStream'
import type { Judge, Output, ToolVerdict } from '../../../src/gateway/llm/output.ts'
import type { Api } from '../../../src/gateway/llm/request.ts'
import { openFraming, printFramed } from '../../../src/gateway/llm/sse.ts'
import { openStream } from '../../../src/gateway/llm/stream.ts'
import { type Answer, chatStream, chatUsage, messagesStream, responsesStream } from './wire.ts'

interface Passed {
  readonly output: Output
  readonly out: string
}

/** Sends bytes through, cut in pieces of so many. */
async function pass(api: Api, bytes: Buffer, size: number, judge: Judge): Promise<Passed> {
  const framing = openFraming(10_000_000)
  const stream = openStream(api, judge, true)
  let out = ''
  for (let at = 0; at < bytes.length; at += size)
    for (const framed of framing.feed(bytes.subarray(at, at + size)))
      for (const each of 'comment' in framed ? [framed] : await stream.take(framed)) out += printFramed(each)
  return { output: stream.output, out }
}

/** What the SDKs read from streams of another runtime: the data of each event on a line. */
function lines(text: string): ReadableStream<Uint8Array> {
  // Only these end a line, not everything that ends one for people.
  const data = text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: {') ? [`${line.slice('data: '.length)}\n`] : []))
  return new Blob(data).stream()
}

interface Told {
  readonly text: string
  readonly calls: readonly (readonly [id: string, name: string, args: unknown])[]
  readonly end: string | null | undefined
}

const oracles: Readonly<Record<Api, (text: string) => Promise<Told>>> = {
  chat: async (text) => {
    const { choices } = await ChatCompletionStream.fromReadableStream(lines(text)).finalChatCompletion()
    const { message, finish_reason: end } = choices[0] ?? assert.fail()
    const calls = (message.tool_calls ?? []).map((each) => {
      assert.ok(each.type === 'function')
      return [each.id, each.function.name, JSON.parse(each.function.arguments)] as const
    })
    return { text: message.content ?? '', calls, end }
  },
  responses: async (text) => {
    const response = await ResponseStream.fromReadableStream(lines(text)).finalResponse()
    const calls = response.output.flatMap((item) =>
      item.type === 'function_call' ? [[item.call_id, item.name, JSON.parse(item.arguments)] as const] : [],
    )
    return { text: response.output_text, calls, end: response.status }
  },
  messages: async (text) => {
    const message = await MessageStream.fromReadableStream(lines(text)).finalMessage()
    return {
      text: message.content.flatMap((each) => (each.type === 'text' ? [each.text] : [])).join(''),
      calls: message.content.flatMap((each) =>
        each.type === 'tool_use' ? [[each.id, each.name, each.input] as const] : [],
      ),
      end: message.stop_reason,
    }
  },
}

const writers: Readonly<Record<Api, (answer: Answer) => string>> = {
  chat: (answer) => chatStream(answer, true),
  responses: (answer) => responsesStream(answer),
  messages: messagesStream,
}

const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const args = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.oneof(word, fc.integer(), fc.boolean()))
  .filter((each) => !Object.hasOwn(each, '__proto__'))
  .map((each) => JSON.stringify(each))
const verdict = fc.constantFrom<ToolVerdict['kind']>('pass', 'replace', 'change')
const cases = fc.record({
  text: fc.array(word, { minLength: 1, maxLength: 6 }),
  calls: fc.array(fc.record({ args, verdict }), { maxLength: 4 }),
  size: fc.integer({ min: 1, max: 400 }),
})

for (const api of ['chat', 'responses', 'messages'] as const)
  test(`${api}: the same as the SDK makes of it, whatever is said, asked for and replaced`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ text, calls, size }) => {
        const answer: Answer = {
          text,
          calls: calls.map((each, index) => ({ id: `c${index}`, name: `tool${index}`, args: each.args })),
        }
        const written = writers[api](answer)
        const judge: Judge = async ({ id }) => {
          const kind = calls[Number(id?.slice(1))]?.verdict ?? assert.fail()
          return kind === 'pass' ? { kind } : { kind, text: kind === 'replace' ? '[no]' : '{"changed":1}' }
        }
        const { output, out } = await pass(api, Buffer.from(written), size, judge)
        const before = await oracles[api](written)
        assert.equal(output.text, before.text)
        assert.deepEqual(
          output.calls.map((each) => [each.id, each.tool, JSON.parse(each.text)]),
          before.calls,
        )
        assert.equal(output.end, before.end)
        assert.equal(output.complete, true)
        assert.equal(output.usage?.output, chatUsage.completion_tokens)
        const after = await oracles[api](out)
        const kept = calls.flatMap((each, index) =>
          each.verdict === 'replace'
            ? []
            : [[`c${index}`, `tool${index}`, each.verdict === 'change' ? { changed: 1 } : JSON.parse(each.args)]],
        )
        assert.deepEqual(after.calls, kept)
        assert.equal(after.text.replaceAll(/\n?\[no\]/g, ''), before.text.replaceAll(/\n?\[no\]/g, ''))
        assert.equal(after.text.split('[no]').length - 1, calls.filter((each) => each.verdict === 'replace').length)
        if (calls.every((each) => each.verdict === 'pass')) {
          assert.deepEqual(after, before)
          if (api === 'messages') assert.equal(out, written)
        }
      }),
      { numRuns: 60 },
    )
  })

const deny: Judge = async () => ({ kind: 'replace', text: '[no]' })
/** Lets everything pass that does not name her. */
const wary: Judge = async ({ text }) =>
  text.includes('mallory') ? { kind: 'replace', text: '[no]' } : { kind: 'pass' }
const plain = (...chunks: readonly unknown[]): Buffer =>
  Buffer.from(chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''))
const named = (...events: readonly Readonly<Record<string, unknown>>[]): Buffer =>
  Buffer.from(
    events
      .map(
        (each, sequence_number) => `event: ${each['type']}\ndata: ${JSON.stringify({ ...each, sequence_number })}\n\n`,
      )
      .join(''),
  )
const chunk = (delta: unknown, finish_reason: string | null = null, index = 0): unknown => ({
  id: 'x',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index, delta, finish_reason }],
})
const fragment = (index: number, id: string | undefined, text: string): unknown => ({
  tool_calls: [
    {
      index,
      ...(id === undefined ? {} : { id, type: 'function' }),
      function: { ...(id === undefined ? {} : { name: 'send' }), arguments: text },
    },
  ],
})
const item = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c1',
  name: 'send',
  arguments: '{"to":"mallory"}',
  status: 'completed',
}
const response = (output: readonly unknown[], status = 'completed'): Readonly<Record<string, unknown>> => ({
  id: 'r',
  status,
  output,
})

/** Ways in which a call could slip past whoever looks only where calls usually are. */
const hidden: readonly (readonly [what: string, api: Api, bytes: Buffer])[] = [
  [
    'fragments of two calls in turn',
    'chat',
    plain(
      chunk(fragment(0, 'a', '{"to":')),
      chunk(fragment(1, 'b', '{"to":')),
      chunk(fragment(0, undefined, '"mallory"}')),
      chunk(fragment(1, undefined, '"mallory"}')),
      chunk({}, 'tool_calls'),
    ),
  ],
  [
    'a call in the chunk that ends the choice',
    'chat',
    plain(chunk({ role: 'assistant', ...(fragment(0, 'a', '{"to":"mallory"}') as object) }, 'tool_calls')),
  ],
  [
    'a call and no end',
    'chat',
    Buffer.concat([plain(chunk(fragment(0, 'a', '{"to":"mallory"}'))), Buffer.from('data: [DONE]\n\n')]),
  ],
  [
    'a call of the second choice',
    'chat',
    plain(
      chunk({ content: 'x' }, 'stop'),
      chunk(fragment(0, 'a', '{"to":"mallory"}'), null, 1),
      chunk({}, 'tool_calls', 1),
    ),
  ],
  [
    'a call in the old form',
    'chat',
    plain(
      chunk({ function_call: { name: 'send', arguments: '{"to":' } }),
      chunk({ function_call: { arguments: '"mallory"}' } }),
      chunk({}, 'function_call'),
    ),
  ],
  [
    'a call of a kind of its own',
    'chat',
    plain(
      chunk({
        tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'send', input: '{"to":"mallory"}' } }],
      }),
      chunk({}, 'tool_calls'),
    ),
  ],
  ['a call said to end as text', 'chat', plain(chunk(fragment(0, 'a', '{"to":"mallory"}')), chunk({}, 'stop'))],
  [
    'a call beside the delta',
    'chat',
    plain({
      id: 'x',
      choices: [
        {
          index: 0,
          delta: {},
          message: {
            tool_calls: [{ id: 'a', type: 'function', function: { name: 'send', arguments: '{"to":"mallory"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    }),
  ],
  [
    'fragments without an index',
    'chat',
    plain(
      chunk({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'send', arguments: '{"to":"mall' } }] }),
      chunk({ tool_calls: [{ function: { arguments: 'ory"}' } }] }),
      chunk({}, 'tool_calls'),
    ),
  ],
  [
    'a call in JSON that only some readers take',
    'chat',
    Buffer.from(
      `data: {"choices":[{"index":0,"delta":${JSON.stringify(fragment(0, 'a', '{"to":"mallory"}'))},"x":NaN}]}\n\n`,
    ),
  ],
  [
    'an event of a new kind with the whole response',
    'responses',
    named({ type: 'response.paused', response: response([item], 'in_progress') }),
  ],
  [
    'an event of a new kind with an item',
    'responses',
    named(
      { type: 'response.output_item.updated', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
    ),
  ],
  [
    'arguments of an item that never was announced',
    'responses',
    named(
      { type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'fc_1', delta: '{"to":"mallory"}' },
      {
        type: 'response.function_call_arguments.done',
        output_index: 0,
        item_id: 'fc_1',
        name: 'send',
        arguments: '{"to":"mallory"}',
      },
    ),
  ],
  [
    'a message that starts with a call',
    'messages',
    named({
      type: 'message_start',
      message: { id: 'm', content: [{ type: 'tool_use', id: 'a', name: 'send', input: { to: 'mallory' } }] },
    }),
  ],
  [
    'an item that never was announced',
    'responses',
    named({ type: 'response.output_item.done', output_index: 0, item }),
  ],
  [
    'an item that only the last snapshot has',
    'responses',
    named({ type: 'response.completed', response: response([item]) }),
  ],
  [
    'an item that a snapshot on the way has',
    'responses',
    named({ type: 'response.in_progress', response: response([item], 'in_progress') }),
  ],
  [
    'an item that is cut short',
    'responses',
    named(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
      { type: 'response.incomplete', response: response([item], 'incomplete') },
    ),
  ],
  [
    'an item with another one’s id',
    'responses',
    named(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, arguments: '{}' } },
      { type: 'response.completed', response: response([item]) },
    ),
  ],
  [
    'an item without any id',
    'responses',
    named({ type: 'response.output_item.done', output_index: 0, item: { ...item, id: undefined, call_id: undefined } }),
  ],
  [
    'an item of a new kind',
    'responses',
    named(
      { type: 'response.output_item.added', output_index: 0, item: { id: 't', type: 'telepathy_call', to: 'mallory' } },
      { type: 'response.telepathy.delta', output_index: 0, delta: 'mallory' },
      { type: 'response.output_item.done', output_index: 0, item: { id: 't', type: 'telepathy_call', to: 'mallory' } },
    ),
  ],
  [
    'a call with its input at once',
    'messages',
    named(
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 'a', name: 'send', input: { to: 'mallory' } },
      },
      { type: 'content_block_stop', index: 0 },
    ),
  ],
  [
    'a block of a new kind',
    'messages',
    named(
      { type: 'content_block_start', index: 0, content_block: { type: 'telepathy', to: 'mallory' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'telepathy_delta', to: 'mallory' } },
      { type: 'content_block_stop', index: 0 },
    ),
  ],
  [
    'a block that never ends',
    'messages',
    named(
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 'a', name: 'send', input: { to: 'mallory' } },
      },
      { type: 'message_stop' },
    ),
  ],
]

for (const [what, api, bytes] of hidden)
  test(`${api}: not past the judge: ${what}`, async () => {
    // What nobody can read ends the stream.
    const { out } = await pass(api, bytes, 50, wary).catch(() => ({ out: '' }))
    assert.ok(!out.includes('mal'), out)
  })

const begun = (index: number | undefined, id: string, name: string, text = ''): unknown => ({
  tool_calls: [
    { ...(index === undefined ? {} : { index }), id, type: 'function', function: { name, arguments: text } },
  ],
})
const again = (name: string): unknown => ({ tool_calls: [{ index: 0, function: { name, arguments: '' } }] })
/** Ways in which providers cut calls that clients read in several ways: one comes out. */
const cuts: readonly (readonly [
  what: string,
  chunks: readonly unknown[],
  calls: readonly (readonly [string, string])[],
])[] = [
  ['a name in pieces', [begun(0, 'a', 'se'), again('nd'), fragment(0, undefined, '{}')], [['send', '{}']]],
  ['a name again and again', [begun(0, 'a', 'send'), again('send'), fragment(0, undefined, '{}')], [['send', '{}']]],
  ['an id again and again', [begun(0, 'a', 'send', '{'), begun(0, 'a', 'send', '}')], [['send', '{}']]],
  [
    'calls of one index',
    [begun(0, 'a', 'send', '{}'), begun(0, 'b', 'read', '{}')],
    [
      ['send', '{}'],
      ['read', '{}'],
    ],
  ],
  [
    'no index',
    [begun(undefined, 'a', 'send', '{'), { tool_calls: [{ function: { arguments: '}' } }] }],
    [['send', '{}']],
  ],
]
for (const [what, chunks, calls] of cuts)
  test(`chat: one reading of ${what}`, async () => {
    const judgedCalls: (readonly [string, string])[] = []
    const { out } = await pass(
      'chat',
      plain(chunk({ role: 'assistant', content: null }), ...chunks.map((each) => chunk(each)), chunk({}, 'tool_calls')),
      1000,
      async ({ tool, text }) => {
        judgedCalls.push([tool, text])
        return { kind: 'pass' }
      },
    )
    assert.deepEqual(judgedCalls, calls)
    const told = await oracles.chat(out)
    assert.deepEqual(
      told.calls.map(([, name]) => name),
      calls.map(([name]) => name),
    )
    for (const word of ['"name":"', '"id":"[ab]"'])
      assert.equal(out.match(new RegExp(word, 'g'))?.length, calls.length, out)
  })

test('text goes on while a call is held, and numbers stay in order', async () => {
  const late = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
  }
  const bytes = named(
    { type: 'response.created', response: response([], 'in_progress') },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '', status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 1, item: { ...late, content: [] } },
    {
      type: 'response.content_part.added',
      output_index: 1,
      item_id: 'm1',
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [] },
    },
    { type: 'response.output_text.delta', output_index: 1, item_id: 'm1', content_index: 0, delta: 'Hi' },
    { type: 'response.output_item.done', output_index: 1, item: late },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: response([item, late]) },
  )
  for (const judge of [deny, async () => ({ kind: 'pass' }) as const]) {
    const { out } = await pass('responses', bytes, 1000, judge)
    const numbers = [...out.matchAll(/"sequence_number":(\d+)/g)].map(([, each]) => Number(each))
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
    )
    const told = await oracles.responses(out)
    assert.equal(told.text.includes('Hi'), true)
    assert.equal(told.calls.length, judge === deny ? 0 : 1)
    assert.ok(out.indexOf('"delta":"Hi"') < out.indexOf(judge === deny ? '[no]' : 'function_call'))
  }
})
