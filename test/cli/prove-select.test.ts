// Which operations a change touches: by comparison of two charters, and by git.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { changedSince } from '../../src/cli/prove/changed-since.ts'
import { changedOperations } from '../../src/prove/select.ts'
import { openFolder, openServer } from './prove-stage.ts'

const folder = openFolder()
after(() => folder.remove())
const main = join(folder.path, 'charter.yaml')
const originals = new Map(
  ['charter.yaml', 'openapi.yaml'].map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]),
)

function restore(): void {
  for (const [each, text] of originals) writeFileSync(join(folder.path, each), text)
}

async function load(): Promise<Charter> {
  const { charter, diagnostics } = await loadCharter(main)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  return charter
}

/** Replaces a text in one of the files, the others as they were. */
function edit(name: string, from: string, to: string): void {
  restore()
  const text = originals.get(name) ?? ''
  assert.ok(text.includes(from), `${name} has no ${from}`)
  writeFileSync(join(folder.path, name), text.replace(from, to))
}

const edits: [what: string, file: string, from: string, to: string, expected: readonly string[] | number][] = [
  ['a comment', 'charter.yaml', 'lockstep: 1\n', 'lockstep: 1\n# a remark\n\n', []],
  [
    'a rule',
    'charter.yaml',
    'name: funds, rule: object.amount + object.fee <=',
    'name: funds, rule: object.amount <=',
    ['bank.executeTransfer'],
  ],
  [
    'the state a move starts from',
    'charter.yaml',
    'from: executed',
    'from: [approved, executed]',
    ['bank.reverseTransfer'],
  ],
  ['an approval', 'charter.yaml', 'quorum: 2', 'quorum: 3', ['bank.executeTransfer']],
  ['who may see a field', 'charter.yaml', 'seen-by: [clerk, admin]', 'seen-by: [admin]', 2],
  ['a path', 'openapi.yaml', '/accounts/{accountId}/freeze', '/accounts/{accountId}/stop', ['bank.freezeAccount']],
]
for (const [what, file, from, to, expected] of edits) {
  test(`${what} touches ${Array.isArray(expected) ? expected.join(', ') || 'nothing' : `${expected} or more`}`, async () => {
    restore()
    const old = await load()
    edit(file, from, to)
    const changed = changedOperations(old, await load())
    if (typeof expected === 'number') assert.ok(changed.size >= expected, [...changed].join())
    else assert.deepEqual([...changed], expected)
  })
}

test('a schema touches the operations that refer to it, however far', async () => {
  restore()
  const old = await load()
  edit('openapi.yaml', 'riskScore:', 'riskGrade:')
  const changed = changedOperations(old, (await loadCharter(main)).charter ?? old)
  assert.ok(changed.has('bank.getAccount') && changed.has('bank.listAccounts'), [...changed].join())
  assert.ok(!changed.has('bank.approveTransfer'))
})

test('a charter that was not there before is new as a whole; a revision is read with its description', async () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder.path, encoding: 'utf8', stdio: 'pipe' })
  restore()
  git('init', '-q')
  const commit = (message: string) =>
    git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-q', '--allow-empty', '-m', message)
  commit('empty')
  git('add', '.')
  commit('all')
  const charter = await load()
  assert.equal((await changedSince(main, 'HEAD~1', charter)).operations.size, charter.operations.size)
  assert.equal((await changedSince(main, 'HEAD', charter)).operations.size, 0)
  edit('openapi.yaml', '/accounts/{accountId}/freeze', '/accounts/{accountId}/stop')
  assert.deepEqual([...(await changedSince(main, 'HEAD', await load())).operations], ['bank.freezeAccount'])
  assert.deepEqual((await changedSince(main, 'HEAD', await load())).notes, [])
  assert.match((await changedSince(main, 'HEAD~1', charter)).notes.join(), /`charter.yaml` is not in that revision/)
  await assert.rejects(changedSince(main, 'nope', charter), /git knows no revision `nope`/)
  await assert.rejects(changedSince(main, '--output=x', charter), /git knows no revision/)
})

test('a description below another folder, with the file it refers to, is compared as it was', async () => {
  const git = openRepository('apart', {
    'charters/main.yaml': charterOf('../api/openapi.yaml'),
    'api/openapi.yaml': descriptionOf('my%20schemas/thing.yaml#/Thing'),
    'api/my schemas/thing.yaml': 'Thing: { type: object, properties: { id: { type: string } } }\n',
  })
  const file = join(git.path, 'charters/main.yaml')
  assert.deepEqual(await since(file), { operations: [], notes: [] })
  git.write('api/my schemas/thing.yaml', 'Thing: { type: object, properties: { id: { type: integer } } }\n')
  assert.deepEqual(await since(file), { operations: ['api.makeThing'], notes: [] })
})

test('a description that is fetched is said to be compared as it is now, without its credentials', async () => {
  const server = await openServer((_request, response) => response.end(descriptionOf('#/components/schemas/Thing')))
  const git = openRepository('fetched', { 'main.yaml': charterOf(`${server.url}/openapi.yaml?key=hidden`) })
  const { operations, notes } = await since(join(git.path, 'main.yaml'))
  server.close()
  assert.deepEqual(operations, [])
  assert.equal(notes.length, 1)
  assert.match(
    notes[0] ?? '',
    /^`http:\/\/127\.0\.0\.1:\d+\/openapi\.yaml` is in no revision, since it is fetched: .* is not seen$/,
  )
})

test('a description that is not committed counts as changed', async () => {
  const git = openRepository('outside', { 'main.yaml': charterOf('made.yaml') }, ['made.yaml'])
  git.write('made.yaml', descriptionOf('#/components/schemas/Thing'))
  assert.deepEqual(await since(join(git.path, 'main.yaml')), {
    operations: ['api.makeThing'],
    notes: ['`made.yaml` is not in that revision: everything it says counts as changed'],
  })
})

interface Repository {
  readonly path: string
  readonly write: (name: string, text: string) => void
}

/** A repository with one commit of these files. */
function openRepository(
  name: string,
  files: Readonly<Record<string, string>>,
  ignored: readonly string[] = [],
): Repository {
  const path = join(folder.path, name)
  const write = (each: string, text: string): void => {
    mkdirSync(dirname(join(path, each)), { recursive: true })
    writeFileSync(join(path, each), text)
  }
  for (const [each, text] of Object.entries(files)) write(each, text)
  write('.gitignore', ignored.join('\n'))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: path, stdio: 'pipe' })
  git('init', '-q')
  git('add', '.')
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-q', '-m', 'all')
  return { path, write }
}

async function since(file: string): Promise<{ operations: string[]; notes: readonly string[] }> {
  const { charter, diagnostics } = await loadCharter(file)
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics))
  const { operations, notes } = await changedSince(file, 'HEAD', charter)
  return { operations: [...operations], notes }
}

function charterOf(url: string): string {
  return `lockstep: 1
name: things
sources: [{ name: api, type: openapi, url: "${url}" }]
actors: { user: {} }
operations: { api.makeThing: { by: user } }
`
}

function descriptionOf(reference: string): string {
  return `openapi: 3.1.0
info: { title: things, version: '1' }
paths:
  /things:
    post:
      operationId: makeThing
      requestBody: { content: { application/json: { schema: { $ref: '${reference}' } } } }
      responses: { '201': { description: made } }
components: { schemas: { Thing: { type: object, properties: { id: { type: string } } } } }
`
}
