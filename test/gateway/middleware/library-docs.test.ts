// docs/library.md: its program runs against its charter, and prints what it says.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const text = readFileSync(new URL('../../../docs/library.md', import.meta.url), 'utf8')
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? ''

test('the program of the document prints what it says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'library-'))
  try {
    const program = block('ts')
      .replace("'lockstep'", JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href))
      .replace("'express'", JSON.stringify(import.meta.resolve('express')))
    writeFileSync(join(folder, 'app.ts'), program)
    writeFileSync(join(folder, 'charter.yaml'), block('yaml'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const printed = execFileSync(process.execPath, ['app.ts'], { cwd: folder, encoding: 'utf8', timeout: 20_000 })
    const lines = printed.trim().split('\n')
    const expected = block('text').trim().split('\n')
    assert.equal(lines.length, expected.length, printed)
    for (const [index, line] of expected.entries()) assert.ok(lines[index]?.startsWith(line), `${line}\n${printed}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
