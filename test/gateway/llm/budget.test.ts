// What a request is taken to cost before it is sent, and what counts where its provider does not say.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { keepMet, named, RunMemory } from '../../../src/gateway/llm/memory.ts'
import { json, stream } from './provider.ts'
import { openStage, type Stage } from './stage.ts'
import { chatWhole, responsesStream, responsesUsage, responsesWhole } from './wire.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const hello = { text: ['Hello.'], calls: [] }
const hi = { role: 'user' as const, content: 'Hi' }
const taken = (): { input_tokens: number; max_tokens: number } =>
  stage.last('decision').request.body as { input_tokens: number; max_tokens: number }
const used = (): { output: number; estimated: boolean } =>
  (stage.last('outcome').answer as { usage: { output: number; estimated: boolean } }).usage

test('of two limits the higher one counts', async () => {
  stage.provider.script = json(chatWhole(hello))
  const limits = { max_completion_tokens: 1, max_tokens: 9000 }
  await stage.openai.chat.completions.create({ model: 'gpt-5', messages: [hi], n: 2, ...limits })
  assert.equal(taken().max_tokens, 18_000)
})

test('a conversation that the provider keeps is counted, each time it goes on', async () => {
  const { input_tokens: input, output_tokens: output } = responsesUsage
  for (const streams of [false, true]) {
    stage.provider.script = streams ? stream(responsesStream(hello, 'resp_1')) : json(responsesWhole(hello, 'resp_1'))
    const first = await stage.openai.responses.create({ model: 'gpt-5', input: 'Hi', stream: streams })
    if ('controller' in first) for await (const _ of first);
    const alone = taken().input_tokens
    stage.provider.script = json(responsesWhole(hello, 'resp_2'))
    await stage.openai.responses.create({ model: 'gpt-5', input: 'Hi', previous_response_id: 'resp_1' })
    assert.ok(taken().input_tokens >= alone + input + output)
  }
})

test('a response can be gone on from as soon as its end is seen', async () => {
  stage.provider.script = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // What ends the stream comes late.
    response.write(responsesStream(hello, 'resp_1'))
  }
  const leaving = new AbortController()
  const first = await stage.openai.responses.create(
    { model: 'gpt-5', input: 'Hi', stream: true },
    { signal: leaving.signal },
  )
  for await (const { type } of first)
    if (type === 'response.completed') {
      stage.provider.script = json(responsesWhole(hello, 'resp_2'))
      await stage.openai.responses.create({ model: 'gpt-5', input: 'Go on', previous_response_id: 'resp_1' })
      break
    }
  leaving.abort()
})

test('a usage that says nothing is none', async () => {
  for (const usage of [{}, null, { total_tokens: 5 }, { prompt_tokens: 0, completion_tokens: 0 }]) {
    stage.provider.script = json({ ...(chatWhole({ text: ['x'.repeat(300)], calls: [] }) as object), usage })
    await stage.openai.chat.completions.create({ model: 'gpt-5', messages: [hi] })
    assert.deepEqual([used().output, used().estimated], [100, true])
  }
})

const thought = 'x'.repeat(300)
const cut: readonly (readonly [api: 'chat' | 'responses' | 'messages', what: string, data: unknown])[] = [
  [
    'chat',
    'arguments',
    { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: thought } }] } }] },
  ],
  ['chat', 'thoughts', { choices: [{ index: 0, delta: { reasoning_content: thought } }] }],
  ['responses', 'arguments', { type: 'response.function_call_arguments.delta', output_index: 0, delta: thought }],
  ['responses', 'thoughts', { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: thought }],
  [
    'messages',
    'thoughts',
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: thought } },
  ],
]
for (const [api, what, data] of cut)
  test(`${api}: ${what} that were written before a stream was cut short are counted`, async () => {
    stage.provider.script = stream(`data: ${JSON.stringify(data)}\n\n`)
    const body = { model: api === 'messages' ? 'claude-5' : 'gpt-5', max_tokens: 10, stream: true, messages: [hi] }
    const { max_tokens: _, messages: __, ...rest } = body
    const place = { chat: 'gpt/v1/chat/completions', responses: 'gpt/v1/responses', messages: 'claude/v1/messages' }
    // Where nothing was to be seen yet, the connection ends before an answer.
    const answer = await fetch(`${stage.url}/${place[api]}`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-ann', 'content-type': 'application/json' },
      body: JSON.stringify(api === 'responses' ? { ...rest, input: 'Hi' } : body),
    }).catch(() => undefined)
    await answer?.text().catch(() => undefined)
    while (!stage.entries.some(({ kind }) => kind === 'outcome')) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual([used().output, used().estimated], [100, true])
  })

test('however many models are named, the memory of a run has an end', () => {
  const notes = new RunMemory().of('run')
  const said = named([{ who: 'user', text: 'Hi', at: [] }])
  for (let number = 0; number < 1000; number += 1) keepMet(notes, `gpt model-${number}`, said)
  assert.ok(notes.met.size <= 50)
  assert.ok(notes.met.has('gpt model-999'))
})
