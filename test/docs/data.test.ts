// docs/data.md against the charter, the detectors and the scan.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseYaml } from '../../src/charter/parse.ts'
import { charterSchema } from '../../src/charter/schema.ts'
import { detectors } from '../../src/classify/detect/detectors.ts'

const text = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8')

test('its charter is written right', () => {
  const [, block = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(text) ?? []
  const whole = `lockstep: 1\nname: a\nsources: [{ name: desk, type: mcp, url: ./desk.tools.json }]\n${block}`
  assert.deepEqual(parseYaml({ file: 'docs/data.md', text: whole }, charterSchema).diagnostics, [])
})

test('it names every detector', () => {
  for (const name of detectors.keys()) assert.ok(text.includes(`\`${name}\``), name)
})

test('it names every finding about tools', () => {
  const source = readFileSync(new URL('../../src/integrity/finding.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, code = '']) => code)
  assert.ok(codes.length > 15)
  for (const code of codes) assert.ok(text.includes(`\`${code}\``), code)
})
