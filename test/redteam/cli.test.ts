// The command: an agent with its configuration, servers that are programs, exit codes and reports.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'redteam-'))
after(() => rmSync(folder, { recursive: true }))
const config = join(folder, 'mcp.json')
const server = { command: process.execPath, args: ['examples/agents-support-desk/server.ts', '--stdio'] }
writeFileSync(config, JSON.stringify({ mcpServers: { desk: server } }))

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out: string[] = []
  const err: string[] = []
  const terminal = openTerminal(
    { write: (text) => void out.push(text) },
    { write: (text) => void err.push(text) },
    { PATH: process.env['PATH'] ?? '' },
  )
  const code = await main(['redteam', ...args], terminal)
  return { code, out: out.join(''), err: err.join('') }
}

const agent = (temper: string): readonly string[] => [
  '--',
  process.execPath,
  'examples/agents-support-desk/agent.ts',
  temper,
  '{config}',
]

test('what was followed ends with 2, and is in every report', async () => {
  const at = (name: string): string => join(folder, name)
  const reports = ['json', 'sarif', 'junit'].flatMap((each) => ['--report', `${each}=${at(each)}`])
  const { code, out } = await run('--config', config, '--payload', 'direct-1', ...reports, ...agent('obeys'))
  assert.equal(code, 2, out)
  assert.match(out, /FOLLOWED +direct-1/)
  const { findings, summary } = JSON.parse(readFileSync(at('json'), 'utf8'))
  assert.deepEqual([findings[0].class, summary.followed], ['prompt-injection', 1])
  assert.equal(JSON.parse(readFileSync(at('sarif'), 'utf8')).runs[0].results[0].ruleId, 'prompt-injection')
  assert.match(readFileSync(at('junit'), 'utf8'), /failures="1"/)
})

for (const [member, entry] of [
  ['servers', { type: 'stdio', ...server }],
  ['context_servers', server],
] as const)
  test(`an agent whose configuration has \`${member}\``, async () => {
    const other = join(folder, `${member}.json`)
    writeFileSync(other, `// as editors keep it\n${JSON.stringify({ [member]: { desk: entry }, theme: 'dark' })}`)
    const { code, out } = await run('--config', other, '--payload', 'direct-1', ...agent('obeys'))
    assert.equal(code, 2, out)
    assert.match(out, /FOLLOWED +direct-1/)
  })

test('nothing followed ends with 0', async () => {
  const { code, out } = await run('--config', config, '--payload', 'direct-1', ...agent('careful'))
  assert.equal(code, 0, out)
  assert.match(out, /No payload was followed/)
})

test('a task that is not done with nothing planted ends with 1', async () => {
  const { code, out } = await run('--config', config, '--payload', 'direct-1', '--', process.execPath, '-e', '0')
  assert.equal(code, 1)
  assert.match(out, /nothing can be said/)
})

test('what cannot be understood ends with 3, before anything is started', async () => {
  const far = join(folder, 'far.json')
  writeFileSync(far, JSON.stringify({ mcpServers: { desk: { url: 'https://mcp.example/mcp' } } }))
  for (const args of [
    ['--config', config],
    [...agent('obeys')],
    ['--config', join(folder, 'none.json'), ...agent('obeys')],
    ['--config', config, '--payload', 'nothing', ...agent('obeys')],
    ['--config', config, '--report', 'pdf=x', ...agent('obeys')],
    ['--config', config, '--charter', join(folder, 'none.yaml'), ...agent('obeys')],
    ['--config', far, ...agent('obeys')],
  ])
    assert.equal((await run(...args)).code, 3, args.join(' '))
})

test('the payloads can be listed', async () => {
  const { code, out } = await run('--list')
  assert.equal(code, 0)
  assert.match(out, /memory-1@1/)
})

test('a test that is interrupted ends its agent, and leaves nothing behind', async () => {
  const note = join(folder, 'agent.json')
  const waiting = `require('node:fs').writeFileSync(${JSON.stringify(note)}, JSON.stringify([process.pid, process.argv[1]])); setTimeout(() => {}, 60000)`
  const bin = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))
  const args = [bin, 'redteam', '--config', config, '--', process.execPath, '-e', waiting, '{config}']
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (!existsSync(note) || readFileSync(note, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 50))
  const [pid, copy] = JSON.parse(readFileSync(note, 'utf8')) as [number, string]
  assert.ok(existsSync(copy))
  child.kill('SIGINT')
  assert.deepEqual(await ended, [1, null])
  assert.throws(() => process.kill(pid, 0), /ESRCH/)
  assert.equal(existsSync(copy), false)
})
