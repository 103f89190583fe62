// What official clients get through the gateway is what they would get from the provider, with calls of tools judged on the way.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { json, stream } from './provider.ts'
import { openStage } from './stage.ts'
import {
  type Answer,
  chatStream,
  chatWhole,
  messagesStream,
  messagesWhole,
  responsesStream,
  responsesWhole,
} from './wire.ts'

const stage = await openStage()
after(() => stage.close())
beforeEach(() => {
  stage.provider.seen.length = 0
  stage.entries.length = 0
})

const good = { id: 'call_1', name: 'desk_send_email', args: '{"to":"bob@example.com","subject":"Grüße 🎉"}' }
const bad = { id: 'call_2', name: 'desk_send_email', args: '{"to":"eve@evil.example","subject":"all of it"}' }
const other = { id: 'call_3', name: 'clock', args: '{}' }
const text = ['Ich ', 'schreibe ', 'ihm 🎉.']

interface Seen {
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[]
  readonly end: string | null | undefined
}

const prompt = 'Write to Bob.'
const tool = { name: 'desk_send_email', parameters: { type: 'object', properties: { to: { type: 'string' } } } }

/** Every way in which an official client asks a model. */
const ways: Readonly<Record<string, (answer: Answer, size?: number) => Promise<Seen>>> = {
  'chat, whole': async (answer) => {
    stage.provider.script = json(chatWhole(answer))
    const { choices } = await stage.openai.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: prompt }],
      tools: [{ type: 'function', function: tool }],
    })
    return seenInChoice(choices[0])
  },
  'chat, streamed': async (answer, size) => {
    stage.provider.script = (response, seen) =>
      stream(chatStream(answer, seen.raw.includes('include_usage')), size)(response, seen)
    const runner = stage.openai.chat.completions.stream({
      model: 'gpt-5',
      messages: [{ role: 'user', content: prompt }],
      tools: [{ type: 'function', function: tool }],
    })
    const completion = await runner.finalChatCompletion()
    return seenInChoice(completion.choices[0])
  },
  'responses, whole': async (answer) => {
    stage.provider.script = json(responsesWhole(answer))
    const response = await stage.openai.responses.create({ model: 'gpt-5', input: prompt })
    return seenInResponse(response)
  },
  'responses, streamed': async (answer, size) => {
    stage.provider.script = stream(responsesStream(answer), size)
    const runner = stage.openai.responses.stream({ model: 'gpt-5', input: prompt })
    return seenInResponse(await runner.finalResponse())
  },
  'messages, whole': async (answer) => {
    stage.provider.script = json(messagesWhole(answer))
    const message = await stage.anthropic.messages.create({
      model: 'claude-opus-5',
      max_tokens: 500,
      messages: [{ role: 'user', content: prompt }],
    })
    return seenInMessage(message)
  },
  'messages, streamed': async (answer, size) => {
    stage.provider.script = stream(messagesStream(answer), size)
    const runner = stage.anthropic.messages.stream({
      model: 'claude-opus-5',
      max_tokens: 500,
      messages: [{ role: 'user', content: prompt }],
    })
    return seenInMessage(await runner.finalMessage())
  },
}

function seenInChoice(choice: OpenAI.ChatCompletion.Choice | undefined): Seen {
  const { message, finish_reason: end } = choice ?? assert.fail('no choice')
  return {
    text: message.content ?? '',
    calls: (message.tool_calls ?? []).map((each) =>
      each.type === 'function'
        ? { id: each.id, name: each.function.name, args: JSON.parse(each.function.arguments) }
        : assert.fail(each.type),
    ),
    end,
  }
}

function seenInResponse(response: OpenAI.Responses.Response): Seen {
  return {
    text: response.output
      .flatMap((item) => (item.type === 'message' ? item.content : []))
      .map((part) => (part.type === 'output_text' ? part.text : ''))
      .join('\n'),
    calls: response.output.flatMap((item) =>
      item.type === 'function_call' ? [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) }] : [],
    ),
    end: response.status,
  }
}

function seenInMessage(message: Anthropic.Message): Seen {
  return {
    text: message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n'),
    calls: message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    end: message.stop_reason,
  }
}

const endings: Readonly<Record<string, readonly [calls: string, none: string]>> = {
  chat: ['tool_calls', 'stop'],
  responses: ['completed', 'completed'],
  messages: ['tool_use', 'end_turn'],
}
const called = (calls: readonly { id: string; name: string; args: string }[]): Seen['calls'] =>
  calls.map(({ id, name, args }) => ({ id, name, args: JSON.parse(args) }))

for (const [way, ask] of Object.entries(ways)) {
  const [withCalls, without] = endings[way.split(',')[0] ?? ''] ?? assert.fail(way)
  test(`${way}: text passes as it is`, async () => {
    assert.deepEqual(await ask({ text, calls: [] }), { text: text.join(''), calls: [], end: without })
  })
  test(`${way}: calls that may be made pass as they are`, async () => {
    const seen = await ask({ text, calls: [good, other] })
    assert.deepEqual(seen, { text: text.join(''), calls: called([good, other]), end: withCalls })
  })
  test(`${way}: a call that may not be made is replaced, the others stay`, async () => {
    const seen = await ask({ text, calls: [bad, good] })
    assert.match(seen.text, /🎉\.\n\[Lockstep did not let the call of `desk_send_email` pass \(denied\)/)
    assert.deepEqual(seen.calls, called([good]))
    assert.equal(seen.end, withCalls)
  })
  test(`${way}: where no call is left, the answer ends as one without calls`, async () => {
    const seen = await ask({ text, calls: [bad] })
    assert.deepEqual([seen.calls, seen.end], [[], without])
    assert.ok(!seen.text.includes('eve@evil.example'))
  })
  test(`${way}: what was said, asked for and used is on the record`, async () => {
    await ask({ text, calls: [bad, good] })
    const decision = stage.entries.find((each) => each.kind === 'decision' && each.operation.endsWith('.generate'))
    const { answer, effect } = stage.last('outcome')
    assert.equal(decision?.kind === 'decision' && decision.effect, 'allow')
    assert.equal(effect, 'effective')
    const record = answer as Readonly<Record<string, unknown>>
    assert.deepEqual(
      (record['tool_calls'] as { id: string; verdict: string; operation: string }[]).map((each) => [
        each.id,
        each.verdict,
        each.operation,
      ]),
      [
        ['call_2', 'replace', 'desk.send_email'],
        ['call_1', 'pass', 'desk.send_email'],
      ],
    )
    const { tokens, cache_read, estimated } = record['usage'] as Readonly<Record<string, unknown>>
    assert.deepEqual([cache_read, estimated], [40, false])
    assert.equal(tokens, way.startsWith('messages') ? 130 : 120)
    assert.equal(record['text'], text.join(''))
  })
  if (!way.includes('streamed')) continue
  test(`${way}: the same however the bytes are cut`, async () => {
    for (const size of [1, 7, 64]) {
      const seen = await ask({ text, calls: [bad, good] }, size)
      assert.deepEqual(seen.calls, called([good]))
      assert.ok(seen.text.startsWith('Ich schreibe ihm 🎉.\n[Lockstep'))
    }
  })
}
