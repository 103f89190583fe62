// The README keeps its word: its commands run, in order, and what it shows of their output is in their output.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? '',
  text: match[2] ?? '',
  line: readme.slice(0, match.index).split('\n').length,
}))

/** A copy of the examples beside links to everything else, so that no server of another test is disturbed. */
const folder = mkdtempSync(join(tmpdir(), 'readme-'))
cpSync(join(root, 'examples'), join(folder, 'examples'), {
  recursive: true,
  filter: (path) => !path.includes('.lockstep'),
  dereference: true,
})
for (const name of ['src', 'bin', 'node_modules', 'schema', 'package.json'])
  symlinkSync(join(root, name), join(folder, name))
const port = await freePort()
const identities = join(folder, 'examples/bank-payments/identities.yaml')
writeFileSync(identities, readFileSync(identities, 'utf8').replace('127.0.0.1:8080', `127.0.0.1:${port}`))

let server: ChildProcess | undefined
after(() => {
  server?.kill()
  rmSync(folder, { recursive: true })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** `npx` would look for the packages in the registry; what it runs in a clone is these two. */
const npx = `npx() { case "$1" in lockstep) shift; node "${root}/bin/lockstep.js" "$@";; node) shift; exec node "$@";; *) return 9;; esac; }`

/** No colours, whatever the terminal of whoever runs the tests. */
const { FORCE_COLOR: _forced, ...inherited } = process.env
const plainEnv = { ...inherited, NO_COLOR: '1' }

function shell(text: string): ChildProcess {
  const script = `${npx}\n${text.replaceAll('8080', String(port))}`
  return spawn('bash', ['-c', script], { cwd: folder, env: plainEnv })
}

function outputOf(
  child: ChildProcess,
  until: (text: string) => boolean,
): Promise<{ text: string; code: number | null }> {
  let text = ''
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += String(chunk)
        if (until(text)) resolve({ text, code: null })
      })
    child.on('close', (code) => resolve({ text, code }))
  })
}

/** Ids differ from run to run, and the README leaves out steps before those it shows. */
function plain(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/g, 'ID')
    .replaceAll(/^ {0,3}\d+ (\w+ +[A-Z]+ \/)/gm, '   N $1')
    .trimEnd()
}

function assertShown(shown: string, output: string, line: number): void {
  const lines = plain(output).split('\n')
  let from = 0
  for (const wanted of plain(shown).split('\n')) {
    const at = lines.findIndex((each, index) => index >= from && each.trimEnd() === wanted.trimEnd())
    assert.ok(at >= 0, `README.md:${line}: the output has no line\n${wanted}\nafter line ${from} of\n${output}`)
    from = at + 1
  }
}

test('what the README runs exits as it says and prints what it shows', async () => {
  const expected: Readonly<Record<string, number>> = { 'lockstep prove': 2, 'lockstep verify': 0 }
  let output = ''
  for (const { language, text, line } of blocks) {
    if (language === 'text') assertShown(text, output, line)
    if (language !== 'sh' || text.startsWith('npm ')) continue
    const child = shell(text)
    if (text.includes('server.ts')) {
      server?.kill()
      server = child
      const started = await outputOf(child, (each) => each.includes('bank-payments on http'))
      assert.equal(started.code, null, started.text)
      continue
    }
    const ended = await outputOf(child, () => false)
    output = ended.text
    const command = Object.keys(expected).find((each) => text.startsWith(`npx ${each}`)) ?? ''
    assert.equal(ended.code, expected[command] ?? 0, `README.md:${line}\n${output}`)
  }
})

test('npm scripts and files it names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const [, name = ''] of readme.matchAll(/\bnpm (?:run )?(\w+)/g)) assert.ok(name in scripts, name)
  for (const [, path = ''] of readme.matchAll(/\]\(([^)#:]+)[^):]*\)/g)) assert.ok(existsSync(join(root, path)), path)
})

test('it is short, and shows a proof early', () => {
  const lines = readme.split('\n')
  assert.ok(lines.length <= 150, `${lines.length} lines`)
  assert.ok(lines.findIndex((line) => line.includes('← the abuse')) < 40)
})
