// The section `models` of a guard file: official clients at the door of a guard in a process of its own, and where its key is not.
import assert from 'node:assert/strict'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { json, openProvider, type ScriptedProvider } from '../gateway/llm/provider.ts'
import { messagesWhole } from '../gateway/llm/wire.ts'
import { charterText, guardText, openTill, type Running, run, startGuard, type Till } from './guard-stage.ts'

const key = 'sk-ant-4b7e-of-the-provider'
const charter = charterText
  .replace('actors:', '  - { name: claude, type: model, provider: anthropic }\nactors:')
  .replace('  api.me:', '  claude.generate: { by: user }\n  api.me:')
const section = (url: string, more = ''): string => `
models:
  port: 0
  sources:
    claude: { url: "${url}", key: "\${file:keys/anthropic}"${more} }
`

let till: Till
let provider: ScriptedProvider
let guard: Running
before(async () => {
  till = await openTill()
  provider = await openProvider()
  mkdirSync(till.path('keys'))
  till.write('keys/anthropic', key)
  till.write('till.yaml', charter)
  till.write('guard.yaml', guardText(till.url) + section(provider.url))
  guard = await startGuard(till.path('guard.yaml'))
})
after(async () => {
  if (guard.process.exitCode === null) guard.process.kill('SIGKILL')
  await provider.close()
  till.close()
})

const ask = (apiKey: string, more = {}): Promise<Anthropic.Message> => {
  const baseURL = `${guard.news[0]?.models}/claude`
  const client = new Anthropic({ apiKey, baseURL, maxRetries: 0 })
  return client.messages.create({
    model: 'claude-5',
    max_tokens: 50,
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  })
}

test('a client asks a model with its own token, and the provider gets the key', async () => {
  provider.script = json(messagesWhole({ text: ['Hello.'], calls: [] }))
  const { content } = await ask('ann')
  assert.deepEqual(content, [{ type: 'text', text: 'Hello.', citations: null }])
  assert.equal(provider.seen[0]?.headers['x-api-key'], key)
  await assert.rejects(() => ask('bea'), /403 .*denied/)
  await assert.rejects(() => ask('nobody'), /401 .*unauthenticated/)
})

test('what changes in the section counts at once', async () => {
  await assert.rejects(() => ask('ann', { fallbacks: [] }), /`fallbacks`/)
  till.write('guard.yaml', guardText(till.url) + section(provider.url, ', passing: [fallbacks]'))
  for (let turn = 0; turn < 60; turn += 1) {
    if (await ask('ann', { fallbacks: [] }).catch(() => undefined)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it never counted')
})

test('the key is in no file of the guard, and in nothing it said', async () => {
  provider.script = json({ type: 'error', error: { type: 'authentication_error', message: `bad key ${key}` } }, 401)
  await assert.rejects(() => ask('ann'), /502/)
  await guard.stop()
  const said = JSON.stringify(guard.news)
  assert.ok(!said.includes(key), said)
  const files = globSync('**/*', { cwd: till.folder, withFileTypes: true }).filter((each) => each.isFile())
  const holding = files.filter((each) => readFileSync(`${each.parentPath}/${each.name}`).includes(key))
  assert.deepEqual(
    holding.map(({ name }) => name),
    ['anthropic'],
  )
  const found = await run(['ledger', 'search', till.path('guard.yaml'), '--operation', 'claude.generate', '--json'])
  assert.match(found.out, /claude\.generate/)
})

test('what is wrong with the section is said', async () => {
  const check = async (text: string): Promise<string> => {
    till.write('wrong.yaml', text)
    return (await run(['guard', till.path('wrong.yaml'), '--check'])).out
  }
  const plain = guardText(till.url)
  assert.match(await check(plain), /nothing says where the provider of `claude` is/)
  assert.match(
    await check(plain + section('https://x.example').replace('claude:', 'claud:')),
    /no source `claud`[\s\S]*did you mean `claude`/,
  )
  assert.match(
    await check(plain + section('https://x.example').replace('claude:', 'api:')),
    /`api` is no source of models/,
  )
  assert.match(
    await check(plain + section('https://x.example', ', tools: { pay: api.pai }')),
    /no operation `api\.pai`/,
  )
  assert.match(
    await check(plain + section('https://x.example').replace(/"[^"]+anthropic[^"]+"/, 'sk-1')),
    /a secret is named/,
  )
})
