// `npm start` where nobody looks on: the whole story, to a console that answers, and an end by itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('proves, blocks, serves the console, and ends', { timeout: 240_000 }, async () => {
  // What it writes is its own.
  const folder = mkdtempSync(join(tmpdir(), 'start-'))
  const copied = ['examples', 'src', 'bin', 'scripts', 'console', 'dist', 'schema', 'package.json', 'package-lock.json']
  for (const name of copied.filter((each) => existsSync(join(root, each))))
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.includes('.lockstep') })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const env = { ...process.env, CI: '1', NO_COLOR: '1' }
  const child = spawn(process.execPath, ['examples/start.ts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  rmSync(folder, { recursive: true })
  assert.equal(code, 0, out)
  assert.equal(out.match(/^ {2}blocked {3}/gm)?.length, 4, out)
  assert.match(out, /behind the guard {2}nothing left the house/)
  assert.match(out, /2 calls wait for somebody to approve them/)
  assert.match(out, /The console answers\./)
  for (const line of out.split('\n')) assert.ok(line.length <= 120, line)
  assert.doesNotMatch(out, /#link=/)
})
