// Files on disk: includes and descriptions, found, missing, outside and in circles.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { loadCharter } from '../../src/charter/load.ts'
import { fixture } from './fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'charter-'))
after(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'case-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return join(root, 'charter.yaml')
}

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { diagnostics } = await loadCharter(write(files))
  return diagnostics.map((each) => `${each.code} ${each.file.split('/').at(-1)} ${each.line}:${each.column}`)
}

const openapi = `openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /ping: { get: { operationId: ping, responses: { '200': { description: ok } } } }
`
const described = `lockstep: 1
sources:
  - { name: api, url: ./api/openapi.yaml }
operations:
  api.ping: { by: anyone }
`

test('one file', async () => {
  const { charter, texts } = await loadCharter(write({ 'charter.yaml': fixture('shop.yaml') }))
  assert.equal(charter?.objects.size, 1)
  assert.equal(texts.size, 1)
})

test('includes are joined, and positions name the file they are in', async () => {
  const files = {
    'charter.yaml': 'lockstep: 1\nname: whole\ninclude: [parts/actors.yaml, parts/rest.yaml]\n',
    'parts/actors.yaml': 'lockstep: 1\nactors: { clerk: {} }\ninclude: [more.yaml]\n',
    'parts/more.yaml': 'lockstep: 1\nactors: { boss: {} }\n',
    'parts/rest.yaml': 'lockstep: 1\ninclude: [more.yaml]\nactors: { clerk: {}, nobody: {} }\n',
  }
  const { charter } = await loadCharter(write(files))
  assert.deepEqual(charter, undefined)
  assert.deepEqual(await problems(files), ['duplicate-name rest.yaml 3:18'])
  const named = { ...files, 'parts/rest.yaml': 'lockstep: 1\nactors: { nobody: {} }\n' }
  assert.deepEqual(await problems(named), ['reserved-name rest.yaml 2:19'])
  assert.deepEqual([...((await loadCharter(write(named))).charter?.actors.keys() ?? [])], ['clerk', 'boss', 'nobody'])
})

test('includes that cannot be', async () => {
  const main = (include: string): string => `lockstep: 1\ninclude:\n  - ${include}\n`
  const cases: [include: string, expected: string[]][] = [
    ['gone.yaml', ['include-unreadable charter.yaml 3:5']],
    ['../outside.yaml', ['include-outside charter.yaml 3:5']],
    ['/etc/hostname', ['include-outside charter.yaml 3:5']],
    ['charter.yaml', ['include-cycle charter.yaml 3:5']],
    ['back.yaml', ['include-cycle back.yaml 2:11']],
  ]
  for (const [include, expected] of cases) {
    const files = { 'charter.yaml': main(include), 'back.yaml': 'lockstep: 1\ninclude: [charter.yaml]\n' }
    assert.deepEqual(await problems(files), expected, include)
  }
})

test('a charter that is not there, or a folder', async () => {
  assert.deepEqual(
    (await loadCharter(join(folder, 'none.yaml'))).diagnostics.map((each) => each.code),
    ['charter-unreadable'],
  )
  assert.deepEqual(
    (await loadCharter(folder)).diagnostics.map((each) => each.code),
    ['charter-unreadable'],
  )
})

test('a description beside the charter', async () => {
  assert.deepEqual(await problems({ 'charter.yaml': described, 'api/openapi.yaml': openapi }), [])
  const uncovered = described.replace('operations:\n  api.ping: { by: anyone }\n', '')
  assert.deepEqual(await problems({ 'charter.yaml': uncovered, 'api/openapi.yaml': openapi }), [
    'operation-uncovered openapi.yaml 4:17',
  ])
})

test('a description that is missing or none: said where it is named, names are not complained about', async () => {
  const missing = await problems({ 'charter.yaml': described })
  assert.ok(missing.includes('description-unusable charter.yaml 3:23'), missing.join('\n'))
  assert.ok(!missing.some((each) => each.startsWith('unknown-name')))
  const wrong = await problems({ 'charter.yaml': described, 'api/openapi.yaml': 'hello' })
  assert.ok(wrong.includes('description-unusable charter.yaml 3:23'), wrong.join('\n'))
})
