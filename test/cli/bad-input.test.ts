// Files of every wrong kind given to `lockstep prove`: a message that says what to mend, the documented exit code, no trace of our own code.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { charterText, descriptionText, identitiesText } from './notes.ts'

type Role = 'charter' | 'description' | 'identities' | 'accept' | 'baseline'

const folder = mkdtempSync(join(tmpdir(), 'input-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'folder'))
let written = 0
const write = (content: string | Buffer): string => {
  const name = `file-${written++}`
  writeFileSync(join(folder, name), content)
  return name
}
const at = (name: string): string => join(folder, name)

const binary = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))
const megabytes = (count: number): string => `{"openapi":"3.1.0","paths":{},"pad":"${'a'.repeat(count * 1_000_000)}"}`
const schema = '#/components/schemas/Note'
const itself = descriptionText.replace(/Note: \{ type.*$/m, `Note: { $ref: '${schema}' }`)
const inCircles = descriptionText.replace(
  /Note: \{ type/m,
  `Other: { allOf: [{ $ref: '${schema}' }] }\n    Note: { allOf: [{ $ref: '#/components/schemas/Other' }], type`,
)
const levels = 20_000

interface Case {
  readonly name: string
  readonly content: string | Buffer
  /** What is said for each role, all with exit code 3 but for a wrong baseline, which is 1, and for `fine`, which are 0. */
  readonly says: Partial<Record<Role, RegExp>>
  readonly fine?: true
}

const noMap = /must be a map, but is a text/
const noList = /must be a list, but is/
const noJson = /is no findings file: it is not JSON/
const noDescription = /api-not-a-description/

const cases: readonly Case[] = [
  {
    name: 'an empty file',
    content: '',
    says: {
      charter: /`lockstep` must be `1`/,
      description: noDescription,
      identities: /needs `targets`/,
      accept: noList,
      baseline: noJson,
    },
  },
  {
    name: 'broken YAML',
    content: 'a: [1, 2\nb: }\n',
    says: {
      charter: /yaml-syntax\]: .*\n {2}--> .*:2:1/,
      description: /api-syntax.*not readable as YAML or JSON/,
      identities: /yaml-syntax/,
      accept: /yaml-syntax/,
      baseline: noJson,
    },
  },
  {
    name: 'broken JSON',
    content: '{"openapi": "3.1.0", "paths": {',
    says: { charter: /yaml-syntax/, description: /api-syntax/, identities: /yaml-syntax/, baseline: noJson },
  },
  {
    name: 'several documents in one file',
    content: '---\na: 1\n---\nb: 2\n',
    says: { charter: /more than one document in the file/, description: /more than one document in the file/ },
  },
  {
    name: 'a page of HTML',
    content: '<!doctype html><title>Sign in</title>',
    says: { charter: noMap, description: noDescription, identities: noMap, accept: noList, baseline: noJson },
  },
  {
    name: 'a binary file',
    content: binary,
    says: { charter: noMap, description: noDescription, identities: noMap, accept: noList, baseline: noJson },
  },
  {
    name: 'aliases that multiply',
    content: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdef'].map((each, index) => `${each}: &${each} [${Array(9).fill(`*${'abcdef'[index]}`).join()}]`).join('\n')}\n`,
    says: { charter: /too many aliases/, description: /too many aliases/, identities: /too many aliases/ },
  },
  {
    name: 'lists in lists without end',
    content: `a: ${'['.repeat(levels)}${']'.repeat(levels)}\n`,
    says: { charter: /nested too deeply/, description: /nested too deeply/, identities: /nested too deeply/ },
  },
  {
    name: 'more than 20 MB',
    content: megabytes(21),
    says: {
      charter: /larger than 4 MB/,
      description: /api-load\]: cannot be loaded: more than 20971520 bytes/,
      identities: /larger than 4 MB/,
      accept: /larger than 4 MB/,
      baseline: /is no findings file: format: expected/,
    },
  },
  {
    name: 'a list of two hundred thousand in one line',
    content: `{"openapi":"3.1.0","paths":{},"pad":[${Array(200_000).fill(1).join()}]}`,
    says: { charter: /unknown-member/, description: /there is no operation/, identities: /needs `targets`/ },
  },
  {
    name: 'a description that refers to itself',
    content: itself,
    says: { description: /nothing.*sent|none was sent/ },
    fine: true,
  },
  {
    name: 'a description that refers in circles',
    content: inCircles,
    says: { description: /none was sent/ },
    fine: true,
  },
  {
    name: 'references that lead nowhere',
    content: descriptionText.replaceAll(schema, '#/components/schemas/Nope'),
    says: { description: /warning {2}a part of the API description could not be read: see `lockstep check`/ },
    fine: true,
  },
  {
    name: 'references that are no addresses',
    content: descriptionText.replaceAll(schema, './no%pe.yaml#/%zz'),
    says: { description: /warning {2}2 parts of the API description could not be read/ },
    fine: true,
  },
  {
    name: 'references to files that are not there, outside, or elsewhere',
    content: descriptionText.replace(schema, '../../x.yaml#/a').replace(schema, 'http://127.0.0.1:9/x#/a'),
    says: { description: /warning {2}4 parts of the API description could not be read/ },
    fine: true,
  },
  {
    name: 'Latin-1',
    content: Buffer.from(descriptionText.replace('title: notes', 'title: Größe'), 'latin1'),
    says: { description: /warning {2}a part of the API description could not be read/ },
    fine: true,
  },
  {
    name: 'UTF-16 with its mark',
    content: Buffer.from(`\uFEFF${descriptionText}`, 'utf16le'),
    says: { description: /none was sent/, charter: noMap },
    fine: true,
  },
]

/** The command line with one file in the place of one that is right. */
function argsWith(role: Role, path: string): string[] {
  const charter = role === 'description' ? charterText.replace('openapi.yaml', path) : charterText
  const description = at('openapi.yaml')
  writeFileSync(description, descriptionText)
  const files = {
    charter: role === 'charter' ? at(path) : at(write(charter)),
    identities: role === 'identities' ? at(path) : at(write(identitiesText(''))),
  }
  const more = role === 'accept' || role === 'baseline' ? [`--${role}`, at(path)] : []
  return ['prove', files.charter, '--identities', files.identities, '--dry-run', ...more]
}

async function assertSaid(args: readonly string[], says: RegExp, code: number): Promise<void> {
  let said = ''
  const output = { write: (text: string) => (said += text) }
  const found = await main(args, openTerminal(output, output, { ALICE: 'alice', BOB: 'bob' }))
  assert.match(said, says)
  assert.equal(found, code, said.slice(0, 2000))
  assert.doesNotMatch(said, /\n\s+at .*\.ts:\d+|\[object|undefined|TypeError|call stack/)
  assert.deepEqual(
    [...said].filter((each) => /\p{Cc}/u.test(each) && !'\n\t'.includes(each)),
    [],
  )
  assert.ok(said.length < 5000, `${said.length} characters`)
}

const fine = (role: Role, each: Case): boolean => each.fine === true && role === 'description'

for (const each of cases) {
  describe(each.name, () => {
    for (const [role, says] of Object.entries(each.says)) {
      test(`as ${role}`, async () => {
        const known = roleOf(role)
        const code = fine(known, each) ? 0 : known === 'baseline' ? 1 : 3
        await assertSaid(argsWith(known, write(each.content)), says, code)
      })
    }
  })
}

function roleOf(name: string): Role {
  const roles: readonly Role[] = ['charter', 'description', 'identities', 'accept', 'baseline']
  const role = roles.find((each) => each === name)
  assert.ok(role !== undefined)
  return role
}

const places: readonly [what: string, path: string, says: RegExp][] = [
  ['nothing', 'missing', /there is no such file|ENOENT/],
  ['a folder', 'folder', /it is a folder|it is not a regular file|is no/],
]
for (const [what, path, says] of places) {
  for (const role of ['charter', 'description', 'identities', 'accept', 'baseline'] as const) {
    test(`${what} where the ${role} should be`, () =>
      assertSaid(argsWith(role, path), says, role === 'baseline' ? 1 : 3))
  }
}
