import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, describe, it } from 'node:test'
import { Command } from 'commander'
import { register } from '../../src/cli/commands/test.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-cases-'))
after(() => rmSync(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ text: string; code: number }> {
  let text = ''
  const out = { write: (part: string) => (text += part) }
  const terminal = openTerminal(out, out, {})
  const program = new Command('lockstep').exitOverride()
  register(program, terminal)
  await program.parseAsync(['test', ...args], { from: 'user' })
  return { text, code: terminal.exitCode() }
}

function write(name: string, change: (text: string) => string): string {
  const path = join(folder, name)
  const text = readFileSync('cases/decide/signing-up-comes-first.yaml', 'utf8')
  writeFileSync(path, change(text.replace('../charters/shop.yaml', resolve('cases/charters/shop.yaml'))))
  return path
}

describe('lockstep test', () => {
  it('finds the cases in a folder and their charters', async () => {
    const { text, code } = await run('cases/decide')
    assert.match(text, /^\d+ passed, 0 failed\n$/)
    assert.equal(code, 0)
  })

  it('shows where a case stands and why it was decided otherwise, and ends with 2', async () => {
    const file = write('wrong.yaml', (text) => text.replace('effect: deny, reasons: [rules.1]', 'effect: allow'))
    const { text, code } = await run(file)
    assert.equal(code, 2)
    assert.match(
      text,
      /^not ok an order before it\n {2}--> .*wrong\.yaml:\d+:\d+\n {2}effect: expected allow, got deny\n {2}rules\.1: /,
    )
    assert.match(text, /2 passed, 1 failed\n$/)
  })

  it('ends with 3 for a file that is no cases, or names nobody known', async () => {
    const shape = await run(write('shape.yaml', (text) => text.replaceAll('effect:', 'affect:')))
    assert.equal(shape.code, 3)
    const name = await run(write('name.yaml', (text) => text.replace('as: bob', 'as: eve')))
    assert.equal(name.code, 3)
    assert.match(name.text, /there is no principal `eve`/)
  })

  it('gives everything as JSON', async () => {
    const { text } = await run('cases/decide/signing-up-comes-first.yaml', '--json')
    const reports: unknown = JSON.parse(text)
    assert.ok(Array.isArray(reports))
    assert.deepEqual(
      reports[0].cases.map((each: { passed: boolean }) => each.passed),
      [true, true, true],
    )
  })

  it('says so when there are no cases', async () => {
    await assert.rejects(run('docs'), /no cases in docs/)
  })
})
