// The command line as users meet it: words, exit codes, JSON.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { exitCodes, openTerminal } from '../../src/cli/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'cli-'))
after(() => rmSync(folder, { recursive: true }))
const good = new URL('../charter/fixtures/shop.yaml', import.meta.url).pathname
const bad = join(folder, 'bad.yaml')
writeFileSync(bad, 'lockstep: 1\nnmae: x\n')

interface Run {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function run(args: readonly string[], env: Record<string, string> = {}, isTTY = false): Promise<Run> {
  let [out, error] = ['', '']
  const terminal = openTerminal({ write: (text) => (out += text), isTTY }, { write: (text) => (error += text) }, env)
  const code = await main(args, terminal)
  return { code, out, error }
}

test('exit codes are pinned', () => {
  assert.deepEqual(exitCodes, { fine: 0, failure: 1, denied: 2, invalid: 3 })
})

const cases: [args: string[], code: number, out: RegExp, error: RegExp][] = [
  [['check', good], 0, /no errors, 1 warning \(1 object, 8 operations, \d+ constraints\)\n$/, /^$/],
  [
    ['check', bad],
    3,
    /error\[unknown-member\]: the file has no member `nmae`\n {2}--> .*bad\.yaml:2:1[\s\S]*did you mean `name`\?/,
    /^$/,
  ],
  [['check', join(folder, 'none.yaml')], 3, /charter-unreadable/, /^$/],
  [['explain', good], 0, /order\.refund {2}shop\.refundOrder {2}POST/, /^$/],
  [['explain', bad], 3, /unknown-member/, /^$/],
  [['explain', good, '--object', 'ordr'], 1, /^$/, /did you mean `order`\?/],
  [['explain', good, '--format', 'mermaid'], 0, /^stateDiagram-v2\n {2}\[\*\] --> placed: create/, /^$/],
  [['--version'], 0, /^\d+\.\d+\.\d+/, /^$/],
  [['chek'], 1, /^$/, /unknown command 'chek'[\s\S]*Did you mean check\?/],
  [['check', '--jsno'], 1, /^$/, /unknown option/],
  [['completion', 'tcsh'], 1, /^$/, /bash, zsh, fish/],
  [['--help'], 0, /check[\s\S]*explain[\s\S]*completion/, /^$/],
]
for (const [args, code, out, error] of cases) {
  test(`lockstep ${args.map((arg) => arg.replace(/^.*\//, '')).join(' ')}`, async () => {
    const found = await run(args)
    assert.match(found.out, out)
    assert.match(found.error, error)
    assert.equal(found.code, code)
  })
}

test('check --json is one document with every diagnostic', async () => {
  const { code, out } = await run(['check', bad, '--json'])
  const { valid, errors, diagnostics } = JSON.parse(out)
  assert.deepEqual(
    { code, valid, errors, codes: diagnostics.map((each: { code: string }) => each.code) },
    {
      code: 3,
      valid: false,
      errors: 1,
      codes: ['unknown-member'],
    },
  )
})

test('colours: on a screen only, and never against NO_COLOR', async () => {
  const sequence = '\u001b['
  const colored = async (env: Record<string, string>, isTTY: boolean): Promise<boolean> =>
    (await run(['check', bad], env, isTTY)).out.includes(sequence)
  assert.equal(await colored({}, true), true)
  assert.equal(await colored({}, false), false)
  assert.equal(await colored({ NO_COLOR: '1' }, true), false)
  assert.equal(await colored({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false)
  assert.equal(await colored({ FORCE_COLOR: '1' }, false), true)
})

test('every command has --json', async () => {
  const { out } = await run(['completion', 'bash', '--json'])
  interface Shape {
    readonly name: string
    readonly options: readonly { readonly flag: string }[]
    readonly commands?: readonly Shape[]
  }
  // A command that only groups others has nothing to print itself.
  const leaves = (shape: Shape): readonly Shape[] => (shape.commands?.length ? shape.commands.flatMap(leaves) : [shape])
  const commands: readonly Shape[] = JSON.parse(out).commands
  for (const { name, options } of commands.flatMap(leaves)) {
    // What it prints is the protocol.
    if (name === 'wrap') continue
    assert.ok(
      options.some(({ flag }) => flag === '--json'),
      name,
    )
  }
})

test('the bash completion is a bash script that completes', async () => {
  const { out } = await run(['completion', 'bash'])
  const probe = `${out}\nCOMP_WORDS=(lockstep expl); COMP_CWORD=1; _lockstep; echo "\${COMPREPLY[0]}"`
  const result = spawnSync('bash', ['-c', probe], { encoding: 'utf8', cwd: folder })
  assert.equal(result.stdout.trim(), 'explain', result.stderr)
})

test('explain writes a file for each object', async () => {
  const { out } = await run(['explain', good, '--format', 'svg', '--out', join(folder, 'pictures')])
  assert.match(out, /wrote .*order\.svg/)
  assert.match(readFileSync(join(folder, 'pictures', 'order.svg'), 'utf8'), /^<svg /)
})
