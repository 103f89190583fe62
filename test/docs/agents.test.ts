// docs/agents.md and the agents of docs/identity.md against the shape of guard files and the command line.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { guardFileSchema } from '../../src/cli/guard/schema.ts'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const blocks = (text: string): string[] => [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)

test('the guard file is one', () => {
  const [written = ''] = blocks(read('agents.md'))
  const file = { 'lockstep-guard': 1, upstreams: {}, ...parse(written) }
  assert.deepEqual(guardFileSchema.safeParse(file).error?.issues, undefined)
})

test('the agents of an identity are', () => {
  const written = blocks(read('identity.md')).filter((block) => block.includes('kind: agents'))
  assert.equal(written.length, 1)
  for (const block of written) {
    const file = { 'lockstep-guard': 1, upstreams: {}, ...parse(block) }
    assert.deepEqual(guardFileSchema.safeParse(file).error?.issues, undefined)
  }
})

test('the commands are there', async () => {
  const commands = [...read('agents.md').matchAll(/^lockstep (run \w+|switch \w+)/gm)].map(([, name = '']) => name)
  assert.ok(commands.length >= 5)
  for (const name of commands) {
    let out = ''
    const terminal = openTerminal({ write: (text) => (out += text) }, { write: (text) => (out += text) }, {})
    assert.equal(await main([...name.split(' '), '--help'], terminal), 0)
    assert.match(out, new RegExp(`lockstep ${name}`))
  }
})
