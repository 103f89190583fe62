// What is not let through, and how official clients learn of it.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import AnthropicClient, { APIError as AnthropicError } from '@anthropic-ai/sdk'
import OpenAIClient, { APIError as OpenAIError } from 'openai'
import { json } from './provider.ts'
import { clientsOf, openStage, providerKey } from './stage.ts'
import { chatWhole, messagesWhole, responsesWhole } from './wire.ts'

const stage = await openStage({ tokens: 20_000 })
after(() => stage.close())
const answer = { text: ['Hello.'], calls: [] }
beforeEach(() => {
  stage.provider.seen.length = 0
  stage.provider.script = (response, seen) => {
    const whole = seen.path.includes('chat')
      ? chatWhole(answer)
      : seen.path.includes('messages')
        ? messagesWhole(answer)
        : responsesWhole(answer)
    return json(whole)(response, seen)
  }
})

interface Failed {
  readonly status: number | undefined
  readonly code: unknown
  readonly text: string
  readonly call: string | null | undefined
}

async function failureOf(asking: Promise<unknown>): Promise<Failed> {
  const error = await asking.then(
    () => assert.fail('it was let through'),
    (caught: unknown) => caught,
  )
  if (error instanceof OpenAIError) {
    const { status, code, message } = error
    return { status, code, text: message, call: error.headers?.get('lockstep-call') }
  }
  if (!(error instanceof AnthropicError)) throw error
  const body = error.error as { error?: { code?: string } } | undefined
  const { status, message } = error
  return { status, code: body?.error?.code, text: message, call: error.headers?.get('lockstep-call') }
}

type Clients = ReturnType<typeof clientsOf>
const asking: Readonly<
  Record<string, (clients: Clients, more?: Readonly<Record<string, unknown>>) => Promise<unknown>>
> = {
  chat: ({ openai }, more = {}) =>
    openai.chat.completions.create({
      model: 'gpt-5',
      max_completion_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      ...more,
    }),
  responses: ({ openai }, more = {}) =>
    openai.responses.create({ model: 'gpt-5', max_output_tokens: 100, input: 'Hi', ...more }),
  messages: ({ anthropic }, more = {}) =>
    anthropic.messages.create({
      model: 'claude-opus-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      ...more,
    }),
}

for (const [api, ask] of Object.entries(asking)) {
  const family = api === 'messages' ? 'claude' : 'gpt'
  test(`${api}: who may not ask is refused, and nothing is sent`, async () => {
    const { status, code, call } = await failureOf(ask(clientsOf(stage.url, 'token-intern')))
    assert.deepEqual([status, code, stage.provider.seen.length], [403, 'denied', 0])
    assert.match(call ?? '', /^[0-9a-f-]{36}$/)
  })
  test(`${api}: who is not known is refused`, async () => {
    const { status, code } = await failureOf(ask(clientsOf(stage.url, 'nobody')))
    assert.deepEqual([status, code, stage.provider.seen.length], [401, 'unauthenticated', 0])
  })
  test(`${api}: a rule of the charter about the model counts`, async () => {
    const { status, code } = await failureOf(ask(stage, { model: `${family}-old` }))
    assert.deepEqual([status, code, stage.provider.seen.length], [403, 'denied', 0])
  })
  test(`${api}: a model that is not on the workflow's list is refused, on the record`, async () => {
    const { status, text } = await failureOf(ask(stage, { model: 'davinci' }))
    assert.deepEqual([status, stage.provider.seen.length], [403, 0])
    assert.match(text, /`support` may not use the model `(openai|anthropic)\/davinci`/)
    const { effect, reasons } = stage.last('decision')
    assert.deepEqual([effect, reasons.map(({ constraint }) => constraint)], ['deny', [`${family}.generate.delegation`]])
  })
  test(`${api}: what would pass the budget of tokens is 429, and is not tried again`, async () => {
    const eager = {
      openai: new OpenAIClient({ apiKey: 'token-ann', baseURL: `${stage.url}/gpt/v1`, maxRetries: 3 }),
      anthropic: new AnthropicClient({ apiKey: 'token-ann', baseURL: `${stage.url}/claude`, maxRetries: 3 }),
    }
    const limit = { chat: 'max_completion_tokens', responses: 'max_output_tokens', messages: 'max_tokens' }[api] ?? ''
    const before = stage.entries.length
    const { status, code, text } = await failureOf(ask(eager, { [limit]: 20_000 }))
    assert.deepEqual([status, code, stage.provider.seen.length], [429, 'denied', 0])
    assert.match(text, /`request.tokens`/)
    assert.equal(stage.entries.slice(before).filter((each) => each.kind === 'decision').length, 1)
  })
  test(`${api}: a member nobody knows the meaning of is refused by name`, async () => {
    const { status, code, text } = await failureOf(ask(stage, { fallbacks: [{ model: 'other' }] }))
    assert.deepEqual([status, code, stage.provider.seen.length], [400, 'malformed', 0])
    assert.match(text, /`fallbacks`/)
  })
  test(`${api}: errors of the provider pass as they are`, async () => {
    const error =
      api === 'messages'
        ? { type: 'error', error: { type: 'invalid_request_error', message: 'too hot' } }
        : { error: { message: 'too hot', type: 'invalid_request_error', param: 'temperature', code: null } }
    stage.provider.script = json(error, 400)
    const { status, text } = await failureOf(ask(stage))
    assert.equal(status, 400)
    assert.match(text, /too hot/)
    assert.equal(stage.last('outcome').effect, 'released')
    stage.provider.script = json(error, 529, { 'retry-after': '7' })
    assert.equal((await failureOf(ask(stage))).status, 529)
    assert.deepEqual(
      [stage.last('outcome').effect, stage.last('outcome').why],
      ['released', 'the provider answered 529'],
    )
  })
  test(`${api}: that the provider does not take our key is told to nobody but the operator`, async () => {
    stage.provider.script = json({ error: { message: `Incorrect API key provided: ${providerKey}` } }, 401)
    const { status, code, text } = await failureOf(ask(stage))
    assert.deepEqual([status, code], [502, 'upstream-failed'])
    assert.ok(!text.includes('sk-'))
    assert.deepEqual(stage.events.at(-1)?.kind, 'failed')
  })
}

test('the key of the provider goes to the provider, and the token of the caller does not', async () => {
  for (const [api, ask] of Object.entries(asking)) {
    await ask(stage)
    const [{ headers } = assert.fail('nothing was sent')] = stage.provider.seen.splice(0)
    const carried = JSON.stringify(headers)
    assert.ok(!carried.includes('token-ann'), carried)
    if (api === 'messages') assert.deepEqual([headers['x-api-key'], headers['authorization']], [providerKey, undefined])
    else assert.equal(headers['authorization'], `Bearer ${providerKey}`)
  }
  const recorded = JSON.stringify([stage.entries, stage.events])
  assert.ok(!recorded.includes(providerKey) && !recorded.includes('token-ann'))
})

test('headers that name accounts stay here', async () => {
  await stage.openai.chat.completions.create(
    { model: 'gpt-5', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
    {
      headers: {
        'openai-organization': 'org-other',
        'openai-project': 'p',
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4',
      },
    },
  )
  const [{ headers } = assert.fail('nothing was sent')] = stage.provider.seen
  for (const name of ['openai-organization', 'openai-project', 'cookie', 'x-forwarded-for'])
    assert.equal(headers[name], undefined, name)
})

test('what could be read in two ways is refused', async () => {
  const send = async (body: string, path = '/gpt/v1/chat/completions', type = 'application/json'): Promise<number> => {
    const response = await fetch(`${stage.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-ann', 'content-type': type },
      body,
    })
    await response.text()
    return response.status
  }
  assert.equal(await send('{"model":"gpt-5","model":"gpt-old","messages":[]}'), 400)
  assert.equal(await send('{"model":"gpt-5","messages":[{"role":"root","content":"x"}]}'), 400)
  assert.equal(await send('{"model":"gpt-5","messages":"x"}'), 400)
  assert.equal(await send('{"model":"gpt-5","stream":"yes","messages":[]}'), 400)
  assert.equal(await send('[]'), 400)
  const plain = '{"model":"gpt-5","messages":[{"role":"user","content":"Hi"}]}'
  for (const query of ['q=GB33BUKB20201555555555', 'beta=true&q=1', 'beta=GB33', 'api-version=a%20b'])
    assert.equal(await send(plain, `/gpt/v1/chat/completions?${query}`), 400)
  assert.equal(await send('{"model":"gpt-5","messages":[]}', '/gpt/v1/chat/completions', 'text/plain'), 400)
  assert.equal(stage.provider.seen.length, 0)
  for (const query of ['beta=true', 'api-version=2026-01-01-preview'])
    assert.equal(await send(plain, `/gpt/v1/chat/completions?${query}`), 200)
})

test('a source works where the guard file says, whatever the request asks for', async () => {
  const body = { model: 'claude-opus-5', max_tokens: 10, messages: [{ role: 'user' as const, content: 'Hi' }] }
  const there = await openStage({ source: { region: 'us' } })
  there.provider.script = json(messagesWhole(answer))
  stage.provider.script = json(messagesWhole(answer))
  const ask = (on: Pick<typeof there, 'anthropic'>, inference_geo: string) =>
    on.anthropic.messages.create({ ...body, inference_geo })
  await ask(there, 'us')
  await ask(stage, 'global')
  assert.match((await failureOf(ask(there, 'global'))).text, /another region/)
  assert.equal(there.provider.seen.length, 1)
  await there.close()
})

test('other endpoints of the provider are not there', async () => {
  for (const path of [
    '/gpt/v1/files',
    '/gpt/v1/responses/resp_1',
    '/gpt/v1/batches',
    '/claude/v1/messages/batches',
    '/other/v1/responses',
  ]) {
    const response = await fetch(`${stage.url}${path}`, { headers: { authorization: 'Bearer token-ann' } })
    assert.equal(response.status, 404, path)
    const body = (await response.json()) as { error: { code: string } }
    assert.equal(body.error.code, 'undescribed')
  }
  assert.equal(stage.provider.seen.length, 0)
})

test('models are listed and tokens counted where the charter has that', async () => {
  stage.provider.script = json({ object: 'list', data: [{ id: 'gpt-5', object: 'model' }] })
  assert.deepEqual(
    (await stage.openai.models.list()).data.map((each) => each.id),
    ['gpt-5'],
  )
  assert.equal(stage.provider.seen.at(-1)?.path, '/v1/models')
  stage.provider.script = json({ input_tokens: 12 })
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  assert.equal((await stage.anthropic.messages.countTokens({ model: 'claude-opus-5', messages })).input_tokens, 12)
  const { status } = await failureOf(stage.openai.responses.inputTokens.count({ model: 'gpt-5', input: 'Hi' }))
  assert.equal(status, 403)
})

test('a provider that is not there is an error to try again', async () => {
  const lone = await openStage()
  await lone.provider.close()
  const { status, code } = await failureOf(asking['chat']?.(lone) ?? assert.fail())
  assert.deepEqual([status, code, lone.last('outcome').effect], [502, 'upstream-failed', 'released'])
  await lone.close().catch(() => undefined)
})
