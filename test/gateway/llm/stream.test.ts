// Streams: the first word at once, what is held back alone waits, and a client or provider that leaves is dealt with.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { stream } from './provider.ts'
import { openStage } from './stage.ts'
import { chatStream, messagesStream, pieces, responsesStream } from './wire.ts'

const asked: string[] = []
let gate: Promise<void> = Promise.resolve()
const stage = await openStage({
  hooks: {
    onToolCall: async ({ tool }) => {
      asked.push(tool)
      await gate
      return undefined
    },
  },
})
after(() => stage.close())
beforeEach(() => {
  asked.length = 0
  gate = Promise.resolve()
})

const call = { id: 'call_1', name: 'clock', args: '{"zone":"Europe/Berlin"}' }
const answer = { text: pieces('Let me look at the clock for you.'), calls: [call] }
const streams = {
  chat: {
    path: '/gpt/v1/chat/completions',
    text: chatStream(answer, true),
    body: { messages: [{ role: 'user', content: 'Time?' }] },
  },
  responses: { path: '/gpt/v1/responses', text: responsesStream(answer), body: { input: 'Time?' } },
  messages: {
    path: '/claude/v1/messages',
    text: messagesStream(answer),
    body: { max_tokens: 100, messages: [{ role: 'user', content: 'Time?' }] },
  },
}

async function open(
  { path, body }: { readonly path: string; readonly body: object },
  signal?: AbortSignal,
): Promise<{ readonly read: () => Promise<string | undefined> }> {
  const response = await fetch(`${stage.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer token-ann',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({ model: path.startsWith('/gpt') ? 'gpt-5' : 'claude-5', stream: true, ...body }),
    ...(signal === undefined ? {} : { signal }),
  })
  assert.equal(response.status, 200)
  const reader = response.body?.getReader() ?? assert.fail()
  const decoder = new TextDecoder()
  return {
    read: async () => {
      const { done, value } = await reader.read()
      return done ? undefined : decoder.decode(value, { stream: true })
    },
  }
}

async function rest(read: () => Promise<string | undefined>): Promise<string> {
  let text = ''
  for (let piece = await read(); piece !== undefined; piece = await read()) text += piece
  return text
}

const eventsOf = (text: string): readonly string[] => text.split(/(?<=\n\n)/)
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(condition())
}

for (const [api, { path, text, body }] of Object.entries(streams)) {
  test(`${api}: every event goes on before the next one comes`, async () => {
    let arrived: () => void = () => undefined
    stage.provider.script = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // Text first: each event is written only after the one before it was read.
      for (const event of eventsOf(text)) {
        if (event.includes('call_1')) break
        const seen = new Promise<void>((resolve) => {
          arrived = resolve
        })
        response.write(event)
        await seen
      }
      response.end()
    }
    const { read } = await open({ path, body })
    let count = 0
    await assert.rejects(async () => {
      for (let piece = await read(); piece !== undefined; piece = await read()) {
        count += eventsOf(piece).length
        arrived()
      }
    })
    assert.ok(count > 10, String(count))
  })

  test(`${api}: a call is held until it is decided, while text has gone on`, async () => {
    let decide: () => void = () => undefined
    gate = new Promise((resolve) => {
      decide = resolve
    })
    stage.provider.script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(text)
    }
    const { read } = await open({ path, body })
    let before = ''
    const reading = (async () => {
      for (let piece = await read(); piece !== undefined; piece = await read()) before += piece
    })()
    await until(() => asked.length === 1 && before.includes('"ock"'))
    assert.ok(!before.includes('zone') && !before.includes('call_1'), before)
    decide()
    await reading
    assert.ok(before.includes('call_1'))
    assert.deepEqual(asked, ['clock'])
  })

  test(`${api}: a client that leaves takes the provider with it, and what it used counts`, async () => {
    stage.provider.script = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(eventsOf(text).slice(0, 12).join(''))
    }
    const before = stage.entries.length
    const leaving = new AbortController()
    const { read } = await open({ path, body }, leaving.signal)
    await read()
    leaving.abort()
    await stage.provider.aborted
    await until(() => stage.entries.slice(before).some((each) => each.kind === 'outcome'))
    const { effect, answer: record } = stage.last('outcome')
    const { usage, complete } = record as { usage: { tokens: number; estimated: boolean }; complete: boolean }
    assert.deepEqual([effect, complete, usage.estimated], ['effective', false, true])
    assert.ok(usage.tokens > 0)
  })

  test(`${api}: a provider that breaks off does not look like an end`, async () => {
    stage.provider.script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const half = eventsOf(text)
      response.write(half.slice(0, half.length - 4).join(''), () => response.destroy())
    }
    const before = stage.entries.length
    const { read } = await open({ path, body })
    await assert.rejects(() => rest(read))
    await until(() => stage.entries.slice(before).some((each) => each.kind === 'outcome'))
    assert.equal(stage.last('outcome').effect, 'effective')
  })
}

test('chat: the usage is asked for, and seen only by who asked for it', async () => {
  const { path, body } = streams.chat
  stage.provider.script = (response, { body: { stream_options: options } }) => {
    assert.deepEqual(options, { include_usage: true })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(streams.chat.text)
  }
  const silent = await rest((await open({ path, body })).read)
  assert.ok(!silent.includes('usage'))
  assert.equal(silent.replaceAll(/"created":0/g, ''), silent)
  const shown = await rest((await open({ path, body: { ...body, stream_options: { include_usage: true } } })).read)
  assert.ok(shown.includes('"usage":{"prompt_tokens":100'))
  const { answer: record } = stage.last('outcome')
  assert.equal((record as { usage: { reasoning: number } }).usage.reasoning, 5)
})

test('chat: a stream that ends without saying so is whole once its choices are, and an error that is none is none', async () => {
  const chunk = (finish_reason: string | null): string =>
    `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason }], error: null })}\n\n`
  const read = async (text: string): Promise<string> => {
    stage.provider.script = stream(text)
    const answer = await stage.openai.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    let told = ''
    for await (const { choices } of answer) told += choices[0]?.delta.content ?? ''
    return told
  }
  assert.equal(await read(chunk(null) + chunk('stop')), 'HiHi')
  await assert.rejects(() => read(chunk(null)))
})

test('comments that keep a stream alive pass', async () => {
  const { path, body, text } = streams.messages
  stage.provider.script = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`: still thinking\n\n${text}`)
  }
  assert.match(await rest((await open({ path, body })).read), /^: still thinking\n\n/)
})

test('an error on the way passes, and the stream ends after it', async () => {
  const { path, body, text } = streams.messages
  const error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
  stage.provider.script = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(eventsOf(text).slice(0, 6).join('') + error)
  }
  assert.ok((await rest((await open({ path, body })).read)).endsWith(error))
})

test('one long event is no way to fill the memory', async () => {
  const small = await openStage({ limits: { answerBytes: 10_000 } })
  small.provider.script = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${'x'.repeat(20_000)}`)
  }
  const runner = small.openai.chat.completions.stream({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] })
  await assert.rejects(() => runner.finalChatCompletion())
  await small.close()
})
