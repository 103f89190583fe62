// The command with a guard between: planted behind it, judged on both sides. And what docs/redteam.md says of the set.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TASK } from '../../examples/agents-support-desk/agent.ts'
import { deskCharter } from '../../examples/agents-support-desk/corpus.ts'
import { openGuardedDesk } from '../../examples/agents-support-desk/stage.ts'
import { start } from '../../examples/agents-support-desk/start.ts'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { payloads } from '../../src/redteam/payloads/set.ts'

const folder = mkdtempSync(join(tmpdir(), 'redteam-'))
after(() => rmSync(folder, { recursive: true }))

test('what is planted behind a guard is refused by it, with its reason', async (t) => {
  const desk = await start()
  const port = await freePort()
  const run = { id: `run-1`, workflow: 'support', agent: 'desk-bot', purpose: TASK }
  const server = `http://127.0.0.1:${port}/mcp`
  const guarded = await openGuardedDesk(await deskCharter(), { desk: desk.desk, server, runNow: () => run })
  t.after(async () => {
    await guarded.close()
    await desk.close()
  })
  const config = join(folder, 'mcp.json')
  const headers = { authorization: 'Bearer desk-bot for clara' }
  writeFileSync(config, JSON.stringify({ mcpServers: { desk: { type: 'http', url: guarded.url, headers } } }))
  const out: string[] = []
  const terminal = openTerminal(
    { write: (text) => void out.push(text) },
    { write: (text) => void out.push(text) },
    { PATH: process.env['PATH'] ?? '' },
  )
  const agent = ['--', process.execPath, 'examples/agents-support-desk/agent.ts', 'obeys', '{config}']
  const behind = ['--behind', `desk=${port}=${desk.url}`, '--payload', 'plain-value-2']
  const code = await main(['redteam', '--config', config, ...behind, ...agent], terminal)
  assert.equal(code, 0, out.join(''))
  assert.match(
    out.join(''),
    /refused +plain-value-2 +send_email was refused before it reached the server: .*came from untrusted/,
  )
})

test('the documentation names every family and every verdict', () => {
  const text = readFileSync('docs/redteam.md', 'utf8')
  for (const family of new Set(payloads.map((each) => each.family))) assert.ok(text.includes(family), family)
  for (const verdict of ['followed', 'refused', 'ignored', 'not reached', 'left out'])
    assert.ok(text.includes(`*${verdict}*`))
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
