// docs/library.md: its programs run against their charters, and print what it says.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const text = readFileSync(new URL('../../../docs/library.md', import.meta.url), 'utf8')
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block)
const [charters, programs, prints] = [blocks('yaml'), blocks('ts'), blocks('text')]

for (const [index, program] of programs.entries())
  test(`program ${index + 1} of the document prints what it says`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'library-'))
    try {
      const runnable = program
        .replace("'lockstep'", JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href))
        .replace("'express'", JSON.stringify(import.meta.resolve('express')))
      writeFileSync(join(folder, 'app.ts'), runnable)
      writeFileSync(join(folder, 'charter.yaml'), charters[index] ?? '')
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      const printed = execFileSync(process.execPath, ['app.ts'], { cwd: folder, encoding: 'utf8', timeout: 60_000 })
      const lines = printed.trim().split('\n')
      const expected = (prints[index] ?? '').trim().split('\n')
      assert.equal(lines.length, expected.length, printed)
      for (const [at, line] of expected.entries()) assert.ok(lines[at]?.startsWith(line), `${line}\n${printed}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
