// What may not go to a model is taken out of the request where it stood, or the request does not go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverBody } from '../../../src/gateway/llm/cover.ts'
import { named } from '../../../src/gateway/llm/memory.ts'
import { type Api, readRequest } from '../../../src/gateway/llm/request.ts'
import { json } from './provider.ts'
import { openStage } from './stage.ts'
import { chatWhole } from './wire.ts'

const bodies: Readonly<Record<Api, Readonly<Record<string, unknown>>>> = {
  chat: {
    model: 'm',
    messages: [
      { role: 'system', content: 'My IBAN is SECRET.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Use SECRET.' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"iban":"SECRET"}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'paid to SECRET' },
    ],
  },
  responses: {
    model: 'm',
    instructions: 'My IBAN is SECRET.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Use SECRET.' }] },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"iban":"SECRET"}' },
      { type: 'function_call_output', call_id: 'a', output: 'paid to SECRET' },
      { type: 'something_new', deep: { text: 'SECRET' } },
    ],
  },
  messages: {
    model: 'm',
    max_tokens: 1,
    system: [{ type: 'text', text: 'My IBAN is SECRET.' }],
    messages: [
      { role: 'user', content: 'Use SECRET.' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: { iban: 'SECRET' } }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'paid to SECRET' }] }],
      },
      { role: 'user', content: [{ type: 'document', title: 'SECRET', source: { type: 'text', data: 'SECRET' } }] },
    ],
  },
}
const allowed = { effect: 'allow', reasons: [], obligations: [] } as const
const owed = {
  ...allowed,
  obligations: [{ kind: 'cover', constraint: 'c', at: '', class: 'secret', with: 'redact' }],
} as const

for (const [api, body] of Object.entries(bodies) as [Api, (typeof bodies)[Api]][]) {
  const fresh = named(readRequest(api, body, new Set()).said)
  const covering = (change: (text: string) => unknown) => ({
    decision: owed,
    instead: { body: { messages: fresh.map(({ said }) => ({ text: change(said.text) })) } },
  })
  test(`${api}: every text is covered where it stood, and nothing else is changed`, () => {
    const found = coverBody(
      body,
      fresh,
      covering((text) => text.replaceAll('SECRET', '[iban]')),
    )
    assert.equal(JSON.stringify(found?.body), JSON.stringify(body).replaceAll('SECRET', '[iban]'))
    assert.ok(found?.untouched.every(({ said }) => !said.text.includes('SECRET')))
  })
  test(`${api}: what is not covered stays the same`, () => {
    const found = coverBody(body, fresh, { decision: allowed })
    assert.deepEqual([found?.body === body, found?.untouched === fresh], [true, true])
    assert.equal(
      coverBody(
        body,
        fresh,
        covering((text) => text),
      )?.body,
      body,
    )
  })
  test(`${api}: what cannot be covered does not go`, () => {
    assert.equal(coverBody(body, fresh, { decision: owed }), undefined)
    assert.equal(coverBody(body, fresh, { decision: owed, instead: { body: { messages: [] } } }), undefined)
    assert.equal(
      coverBody(
        body,
        fresh,
        covering(() => undefined),
      ),
      undefined,
    )
    // The rest of a request, as its tools, is no text of its own.
    assert.equal(
      coverBody(
        body,
        fresh,
        covering((text) => (text.startsWith('{}') ? '[gone]' : text)),
      ),
      undefined,
    )
  })
}

test('what was reserved and not used is given back to the budget', async () => {
  const stage = await openStage({ tokens: 10_000 })
  stage.provider.script = json(chatWhole({ text: ['Hi'], calls: [] }))
  const ask = () =>
    stage.openai.chat.completions.create({
      model: 'gpt-5',
      max_tokens: 4000,
      messages: [{ role: 'user', content: 'Hi' }],
    })
  // Each takes 4000 while it is on its way and 120 in the end.
  for (let time = 0; time < 20; time += 1) await ask()
  await assert.rejects(() => Promise.all([ask(), ask(), ask(), ask()]), /429/)
  await stage.close()
})
