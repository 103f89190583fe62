// Every block of the guide is a charter, or a part of one with the right shape.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseCharter } from '../../src/charter/parse.ts'
import { analyse } from './fixture.ts'

const guide = readFileSync(new URL('../../docs/charter.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => ({
  line: guide.slice(0, match.index).split('\n').length + 1,
  text: match[1] ?? '',
}))

for (const { line, text } of blocks) {
  test(`docs/charter.md:${line}`, () => {
    const whole = text.startsWith('lockstep: 1')
    const { diagnostics } = whole ? analyse(text) : parseCharter([{ file: 'part.yaml', text: `lockstep: 1\n${text}` }])
    assert.deepEqual(diagnostics, [])
  })
}

test('every code of the guide is one the checker has, and the other way round', () => {
  const sources = [
    'access',
    'approval',
    'count',
    'coverage',
    'lifecycle',
    'member',
    'order',
    'place',
    'rule',
    'separation',
  ]
  const code = sources
    .map((name) => readFileSync(new URL(`../../src/charter/check/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n')
  const used = new Set([...code.matchAll(/(?:report|warn)\(\s*'([a-z-]+)'/g)].map((match) => match[1] ?? ''))
  assert.ok(used.size > 25)
  assert.deepEqual(
    [...used].filter((each) => !guide.includes(`\`${each}\``)),
    [],
  )
})
