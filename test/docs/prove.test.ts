// docs/prove.md against the parser and the command line.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Command } from 'commander'
import * as prove from '../../src/cli/commands/prove.ts'
import * as verify from '../../src/cli/commands/verify.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'

const text = readFileSync(new URL('../../docs/prove.md', import.meta.url), 'utf8')

test('every identities file in it is right', () => {
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  assert.ok(blocks.length > 0)
  for (const block of blocks) {
    const { diagnostics } = parseIdentities(
      { file: 'docs/prove.md', text: block },
      { actors: ['clerk', 'customer'], sources: ['shop'] },
    )
    assert.deepEqual(diagnostics, [])
  }
})

test('it names every option, and no other', () => {
  const terminal = openTerminal({ write: () => {} }, { write: () => {} }, {})
  const program = new Command()
  for (const { register } of [prove, verify]) register(program, terminal)
  const known = new Set(program.commands.flatMap(({ options }) => options.map(({ long }) => long ?? '')))
  const named = new Set([...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag))
  assert.deepEqual(
    [...named].filter((flag) => !known.has(flag)),
    [],
  )
  assert.deepEqual(
    [...known].filter((flag) => !named.has(flag)).sort(),
    ['--charter', '--report'],
    'the latter is in reports.md',
  )
})
