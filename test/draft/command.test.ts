// `lockstep draft` and `lockstep arazzo` as a person runs them.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { Command } from 'commander'
import { type RunningBank, start } from '../../examples/bank-payments/start.ts'
import * as arazzo from '../../src/cli/commands/arazzo.ts'
import * as check from '../../src/cli/commands/check.ts'
import * as draft from '../../src/cli/commands/draft.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

const openapi = resolve('examples/bank-payments/openapi.yaml')
let folder: string
let bank: RunningBank
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-draft-'))
  bank = await start()
})
after(async () => {
  await bank.close()
  await rm(folder, { recursive: true })
})

async function run(...args: readonly string[]): Promise<{ out: string; error: string; code: number }> {
  let [out, error] = ['', '']
  const env = { ALICE: bank.tokens['alice'], BOB: bank.tokens['bob'], DANA: bank.tokens['dana'] }
  const terminal = openTerminal({ write: (text) => (out += text) }, { write: (text) => (error += text) }, env)
  const program = new Command('lockstep')
  for (const { register } of [draft, arazzo, check]) register(program, terminal)
  await program.parseAsync([...args], { from: 'user' })
  return { out, error, code: terminal.exitCode() }
}

const identities = (): string => `lockstep-identities: 1
targets: { bank: "${bank.url}" }
identities:
${['alice', 'bob', 'dana']
  .map(
    (name) => `  ${name}:
    actor: ${name === 'dana' ? 'clerk' : 'customer'}
    principal: { id: "\${var:id}" }
    headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" }
    login: [{ request: GET /me, headers: { Authorization: "Bearer \${env:${name.toUpperCase()}}" }, capture: { id: $response.body#/id } }]`,
  )
  .join('\n')}
`

test('a draft is written, and check finds no errors in it', async () => {
  const file = join(folder, 'charter.yaml')
  const { out, error, code } = await run('draft', openapi, '--out', file)
  assert.deepEqual({ out, code }, { out: '', code: 0 })
  assert.match(error, /wrote .*charter\.yaml/)
  const checked = await run('check', file)
  assert.equal(checked.code, 0, checked.out)
  assert.match(await readFile(file, 'utf8'), /^# A draft\. .*\n#.*\n\nlockstep: 1\nname: bank-payments\n/)
})

test('with identities the running API is looked at, and no token is printed', async () => {
  const who = join(folder, 'identities.yaml')
  await writeFile(who, identities())
  const { out, error } = await run('draft', openapi, '--identities', who)
  assert.match(out, /owner: \/ownerId # seen: alice and bob see only what has their own there/)
  assert.match(error, /\d+ requests to http:\/\/127\.0\.0\.1/)
  for (const token of Object.values(bank.tokens)) assert.ok(!(out + error).includes(token))
})

test('a target that --server replaces is the only one asked', async () => {
  const who = join(folder, 'elsewhere.yaml')
  await writeFile(who, identities().replace(bank.url, 'http://api.example.com'))
  const { out } = await run('draft', openapi, '--identities', who, '--server', bank.url)
  assert.match(out, /# seen: alice and bob/)
})

test('a wrong identities file and a wrong description are told with their place', async () => {
  const who = join(folder, 'wrong.yaml')
  await writeFile(who, identities().replace('actor: clerk', 'actors: clerk'))
  const wrong = await run('draft', openapi, '--identities', who)
  assert.equal(wrong.code, 3)
  assert.match(wrong.out, /wrong\.yaml:\d+:\d+/)
  const bad = join(folder, 'bad.yaml')
  await writeFile(bad, 'swagger: 9.9')
  const unread = await run('draft', bad, '--json')
  assert.equal(unread.code, 3)
  assert.equal(JSON.parse(unread.out).diagnostics[0].severity, 'error')
})

test('a draft is compared with the charter somebody made in the end', async () => {
  const { out } = await run('draft', openapi, '--compare', 'examples/bank-payments/charter.yaml', '--json')
  const { share, total } = JSON.parse(out)
  assert.ok(share > 0.8 && share < 1, String(share))
  assert.ok(total.right > 150)
  const table = await run('draft', openapi, '--compare', 'examples/bank-payments/charter.yaml')
  assert.match(table.out, /\nall +\d+ +\d+ +\d+ +\d+ +\d+ %/)
})

test('journeys go out of a charter and come back in', async () => {
  const [out, back] = [join(folder, 'bank.arazzo.yaml'), join(folder, 'back.yaml')]
  const charter = 'examples/bank-payments/charter.yaml'
  assert.equal((await run('arazzo', 'export', charter)).code, 1, 'there is no journey to write')
  assert.equal((await run('arazzo', 'export', charter, '--from-lifecycles', '--out', out)).code, 0)
  await writeFile(out, (await readFile(out, 'utf8')).replace('./openapi.yaml', openapi))
  const { code, error } = await run('arazzo', 'import', out, '--out', back)
  assert.equal(code, 0, error)
  assert.equal((await run('check', back)).code, 0, (await run('check', back)).out)
  const again = await run('arazzo', 'export', back, '--json')
  assert.equal(JSON.parse(again.out).workflows.length, 4)
})

test('a broken Arazzo document is told with its place', async () => {
  const file = join(folder, 'broken.yaml')
  await writeFile(file, 'arazzo: 1.0.1\ninfo: { title: a }\n')
  const { error, code } = await run('arazzo', 'import', file)
  assert.equal(code, 3)
  assert.match(error, /broken\.yaml:\d+:\d+/)
})
