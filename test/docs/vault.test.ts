// docs/vault.md against the parser and the command line.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Command } from 'commander'
import { parseYaml } from '../../src/charter/parse.ts'
import { guardFileSchema } from '../../src/cli/guard/schema.ts'
import { makeProgram } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parsePlace } from '../../src/vault/scope.ts'

const text = readFileSync(new URL('../../docs/vault.md', import.meta.url), 'utf8')

test('the guard file in it is right', () => {
  const files = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  assert.equal(files.length, 1)
  assert.deepEqual(parseYaml({ file: 'docs/vault.md', text: files[0] ?? '' }, guardFileSchema).diagnostics, [])
})

test('its commands, options and places are there', () => {
  const program = makeProgram(openTerminal({ write: () => {} }, { write: () => {} }, {}))
  const vault = program.commands.find((each) => each.name() === 'vault')
  assert.ok(vault !== undefined)
  const named = [...text.matchAll(/lockstep vault ([a-z]+)/g)].map(([, name]) => name)
  const known = vault.commands.map((each) => each.name())
  assert.deepEqual(
    [...new Set(named)].filter((name) => !known.includes(name ?? '')),
    [],
  )
  assert.ok(named.length > 6)
  const options = new Set(vault.commands.flatMap((each: Command) => each.options.map(({ long }) => long ?? '')))
  const used = [...text.matchAll(/`(?:[^`\n]*\s)?(--[a-z][a-z-]+)/g)].map(([, flag]) => flag ?? '')
  assert.deepEqual(
    used.filter((flag) => !options.has(flag)),
    [],
  )
  for (const [, place = ''] of text.matchAll(/--as ([a-z]+:(?:[^`\s']|'[^']*')+)/g))
    assert.doesNotThrow(() => parsePlace(place.replaceAll("'", '')), place)
})
