// Flows to regions and providers: a guard file says where its sources are, and data of a class goes no further.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { json, openProvider, type ScriptedProvider } from '../gateway/llm/provider.ts'
import { messagesWhole } from '../gateway/llm/wire.ts'
import { call, charterText, guardText, openTill, type Running, run, startGuard, type Till } from './guard-stage.ts'

const charter = (otherwise: string): string =>
  `${charterText
    .replace(
      'actors:',
      '  - { name: near, type: model, provider: acme }\n  - { name: far, type: model, provider: acme }\nactors:',
    )
    .replace('body: { amount: 1 }, response: { id: o1 }', 'body: { amount: 1, note: text }, response: { id: o1 }')
    .replace('  api.me:', '  near.generate: { by: user }\n  far.generate: { by: user }\n  api.me:')}
data:
  classes: [public, personal]
  labels: [{ pattern: email, class: personal }]
  flows: [{ class: personal, to: ['region:eu', 'provider:own-*'], else: ${otherwise} }]
`
/** `far` is where no word of it is said, unless `more` says it. */
const guardFile = (url: string, provider: string, { api = '', far = '' } = {}): string =>
  `${guardText(url).replace(/(upstreams: \{ api: \{ url: "[^"]+")/, `$1${api}`)}
models:
  port: 0
  sources:
    near: { url: "${provider}", region: eu }
    far: { url: "${provider}"${far} }
`

let till: Till
let provider: ScriptedProvider
let guard: Running
before(async () => {
  till = await openTill()
  provider = await openProvider()
  provider.script = json(messagesWhole({ text: ['Hello.'], calls: [] }))
  till.write('till.yaml', charter('deny'))
  till.write('guard.yaml', guardFile(till.url, provider.url, { api: ', region: us', far: ', region: us' }))
  guard = await startGuard(till.path('guard.yaml'))
})
after(async () => {
  if (guard.process.exitCode === null) guard.process.kill('SIGKILL')
  await provider.close()
  till.close()
})

const text = 'Write to ann.miller@example.com today.'
const ask = (source: string, content = text): Promise<Anthropic.Message> =>
  new Anthropic({ apiKey: 'ann', baseURL: `${guard.news[0]?.models}/${source}`, maxRetries: 0 }).messages.create({
    model: 'm-5',
    max_tokens: 50,
    messages: [{ role: 'user', content }],
  })
const open = (note: string) => call(guard.url, 'ann', 'POST /orders', { amount: 1, note })
/** Until what was written counts. */
async function until(what: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) {
    if (await what().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it never counted')
}

test('a personal value goes to a model in the region, and to none outside', async () => {
  await ask('near')
  await assert.rejects(() => ask('far'), /403 .*would go to `model:acme\/m-5` in `region:us`.*`region:eu`/)
  await ask('far', 'Nothing of that kind.')
  assert.equal(provider.seen.filter(({ body }) => JSON.stringify(body).includes('ann.miller')).length, 1)
})

test('the same for an API', async () => {
  const { status, body } = await open(text)
  assert.equal(status, 403)
  assert.match(JSON.stringify(body), /api\.open` in `region:us`/)
  assert.equal((await open('none')).status, 200)
  assert.deepEqual(till.effects, ['open o1 1'])
})

test('what is on the record names the region', async () => {
  const found = await run(['ledger', 'search', till.path('guard.yaml'), '--operation', 'far.generate', '--json'])
  assert.match(found.out, /far\.generate\.flow/)
})

test('who runs a source may count instead, and counts from the moment it is written down', async () => {
  till.write('guard.yaml', guardFile(till.url, provider.url, { api: ', provider: own-cloud', far: ', region: us' }))
  await until(async () => (await open(text)).status === 200)
})

test('a source of which no region is said is in none; covered instead of refused', async () => {
  till.write('till.yaml', charter('redact'))
  till.write('guard.yaml', guardFile(till.url, provider.url))
  const before = provider.seen.length
  await until(async () => (await ask('far')).type === 'message')
  const sent = JSON.stringify(provider.seen.slice(before).map(({ body }) => body))
  assert.ok(!sent.includes('ann.miller'), sent)
  assert.ok(sent.includes('[personal]'), sent)
})
