// No secret is ever sent to a browser: planted everywhere, and looked for in every answer to everybody, and in the news.
import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import type { Endpoint } from '../../src/api/endpoint.ts'
import { endpoints } from '../../src/api/endpoints.ts'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { keys, type Shown, show } from '../console/shown.ts'
import { clientSecret, type Idp, openIdp, people, rolesByGroup } from './idp.ts'
import { signInAs, type Visit } from './visit.ts'

const env = {
  OIDC: clientSecret,
  OPS: 'control-credential-0123456789abcdef',
  HOOK: 'd2ViaG9vay1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZg==',
  SMTP: 'smtp-password-0123456789abcdef',
  CHAT: 'http://127.0.0.1:1/services/chat-secret-0123456789abcdef',
}
/** Agents may pay, too, in runs whose handles they show. */
const charter = `
lockstep: 1
name: shop
sources:
  - { name: shop, type: inline, operations: { pay: { method: POST, path: /pay, body: { amount: 1 } } } }
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'manager' in principal.roles" }
  bot: { kind: agent, workflow: errands, when: "'bot' in principal.roles" }
operations:
  shop.pay: { by: [customer, bot], approval: large }
approvals:
  large: { needed-when: request.amount > 100, by: manager, not: [requester] }
workflows:
  errands: { operations: [shop.pay] }
`
let handle = ''
const vaultSecret = 'vault-secret-0123456789abcdef'
const folder = mkdtempSync(join(tmpdir(), 'lockstep-secrets-'))
let idp: Idp
let shown: Shown

before(async () => {
  idp = await openIdp()
  const oidc = `{ issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { roles: /groups }, roles: ${rolesByGroup} }`
  const more = `control: { port: 0, credentials: { ops: { secret: "\${env:OPS}" } }, notify: [{ url: "http://127.0.0.1:1/", secret: "\${env:HOOK}" }] }
vault: {}
runs: { issuer: "http://127.0.0.1:1" }
`
  const notify = `[{ smtp: { host: 127.0.0.1, port: 1, user: guard, password: "\${env:SMTP}" }, from: a@shop.example, to: b@shop.example }, { chat: "\${env:CHAT}" }]`
  shown = await show(`{ port: 0, notify: ${notify}, sign-in: { oidc: ${oidc} } }`, { charter, env, folder, more })
  await idp.serve(shown.url)
  const guard = join(folder, 'guard.yaml')
  const file = join(folder, 'planted')

  writeFileSync(file, vaultSecret, { mode: 0o600 })
  const args = [
    'vault',
    'set',
    'planted',
    '--from-file',
    file,
    '--operation',
    'shop.pay',
    '--as',
    'header:X-Till',
    '--guard',
    guard,
  ]
  const said: string[] = []
  const terminal = openTerminal({ write: (text) => said.push(text) }, { write: (text) => said.push(text) }, env)
  assert.equal(await main(args, terminal), 0, said.join(''))
  rmSync(file)
  await shown.call('ann', '/pay', { amount: 5 })
  await shown.call('ann', '/pay', { amount: 500 })
  await shown.call('nobody', '/pay', { amount: 500 })
  const begun = await fetch(`${shown.control}/v1/runs`, {
    method: 'POST',
    headers: { 'x-api-key': keys['bot'] ?? '', 'content-type': 'application/json' },
    body: JSON.stringify({ workflow: 'errands', purpose: 'buy a lamp' }),
  })
  assert.equal(begun.status, 201, await begun.clone().text())
  handle = ((await begun.json()) as { handle: string }).handle
  for (const amount of [7, 700]) await shown.call('bot', '/pay', { amount }, { 'lockstep-run': handle })
})
after(async () => {
  await shown?.close()
  idp?.close()
  rmSync(folder, { recursive: true })
})

test('in no answer to anybody, and not in the news', async () => {
  const visitors = await Promise.all(Object.keys(people).map((name) => signInAs(shown.url, name)))
  const sessions = visitors.flatMap(({ cookie }) => cookie('__Host-lockstep') ?? [])
  const link = new URL(await shown.link()).hash.slice('#link='.length)
  const planted = [
    ...Object.values(env),
    ...handle.split('.').slice(-2),
    vaultSecret,
    ...Object.values(keys),
    ...sessions,
    link,
    ...keyTexts(),
  ]
  assert.ok(planted.length > 12 && planted.every((each) => each.length > 8), planted.join('\n'))
  const news = await Promise.all(visitors.map((visitor) => visitor.ask('GET', '/api/news')))
  const heard = Promise.all(news.map((each) => hear(each)))
  const answers: string[] = []
  for (const visitor of visitors) {
    for (const path of await paths(visitor)) answers.push(await answerTo(visitor, path))
    for (const [path, method] of await changes(visitor)) answers.push(await answerTo(visitor, path, method))
  }
  await shown.call('ann', '/pay', { amount: 600 })
  answers.push(...(await heard))
  assert.ok(answers.length > 60)
  const whole = answers.join('\n')
  for (const what of ['shop.pay', 'buy a lamp', '700', 'b@shop.example', 'planted'])
    assert.ok(whole.includes(what), `the answers are about something: ${what}`)
  assert.deepEqual(
    planted.filter((secret) => whole.includes(secret) || whole.includes(encodeURIComponent(secret))),
    [],
  )
})

/** Lines of the key files of the store, and keys on the shelf. */
function keyTexts(): readonly string[] {
  const files = globSync('.lockstep/**/*.key', { cwd: folder })
  assert.ok(files.length >= 2, files.join())
  return files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line.length > 8 && !line.startsWith('-----')),
  )
}

/** Every address that is read, with the names of things that are there. */
async function paths(visitor: Visit): Promise<readonly string[]> {
  const names = await namesFor(visitor)
  const table: readonly (readonly [string, Endpoint])[] = Object.entries(endpoints)
  const pages = ['/', '/sign-in', '/approvals', '/nothing.js', '/api/nothing']
  return pages.concat(
    table.flatMap(([name]) => {
      const [method, path = ''] = name.split(' ')
      if (method !== 'GET' || path === '/api/news') return []
      const named = path.includes('{') ? names.map((each) => path.replaceAll(/\{[^}]+\}/g, each)) : [path]
      return named.flatMap((each) => [each, ...queries(path).map((query) => `${each}?${query}`)])
    }),
  )
}

type Listed = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

async function listed(visitor: Visit, path: string): Promise<Listed> {
  const answer = await visitor.ask('GET', path)
  return answer.ok ? ((await answer.json()) as Listed) : {}
}

/** Names of everything there is to look at: entries, calls, sessions, questions, targets. */
async function namesFor(visitor: Visit): Promise<readonly string[]> {
  const { questions = [] } = await listed(visitor, '/api/approvals')
  const { entries = [] } = await listed(visitor, '/api/entries?limit=30')
  const { sessions = [] } = await listed(visitor, '/api/sessions')
  const { targets = [] } = await listed(visitor, '/api/notices')
  const found = [
    ...questions.map(({ reference }) => reference),
    ...entries.flatMap(({ index, call, run }) => [index, call, run]),
    ...[...sessions, ...targets].map(({ id }) => id),
  ]
  const names = found.flatMap((each) => (each === undefined ? [] : [String(each)]))
  return [...new Set(['agent', 'operation', 'shop', ...names])]
}

/** Everything that changes something, with nothing in it but what its address names: what is said to that is looked at, too. */
async function changes(visitor: Visit): Promise<readonly (readonly [path: string, method: string])[]> {
  const { targets: [target] = [] } = await listed(visitor, '/api/notices')
  return Object.keys(endpoints).flatMap((name) => {
    const [method = '', path = ''] = name.split(' ')
    if (method === 'GET' || name === 'DELETE /api/session') return []
    return [[path.replaceAll(/\{[^}]+\}/g, String(target?.['id'] ?? 'x')), method] as const]
  })
}

function queries(path: string): readonly string[] {
  if (path === '/api/counts') return [`from=0&to=${Date.now()}`]
  return path.startsWith('/api/ledger') ? ['format=jsonl', 'format=ocsf', 'from=1&to=5', 'size=5'] : []
}

async function answerTo(visitor: Visit, path: string, method = 'GET'): Promise<string> {
  const answer = await visitor.ask(method, path, method === 'GET' ? {} : { body: {} })
  return `${JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie'))}${await answer.text()}`
}

async function hear(answer: Response): Promise<string> {
  if (answer.body === null || !answer.ok) return ''
  let text = ''
  const stream = Readable.fromWeb(answer.body as never)
  const timer = setTimeout(() => stream.destroy(), 3000)
  try {
    for await (const chunk of stream) text += String(chunk)
  } catch {
    // It was ended above.
  }
  clearTimeout(timer)
  return text
}
