// docs/console.md against the parser and the API.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { roles } from '../../src/api/viewer.ts'
import { parseYaml } from '../../src/charter/parse.ts'
import { guardFileSchema } from '../../src/cli/guard/schema.ts'

const text = readFileSync(fileURLToPath(new URL('../../docs/console.md', import.meta.url)), 'utf8')

test('every guard file in it is right', () => {
  const files = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  assert.ok(files.length > 0)
  for (const block of files)
    assert.deepEqual(parseYaml({ file: 'docs/console.md', text: block }, guardFileSchema).diagnostics, [])
})

test('it names every role', () => {
  const named = [...text.matchAll(/^\| `(\w+)` \| (?:see|that|what)/gm)].map(([, name]) => name)
  assert.deepEqual(named, [...roles])
})
