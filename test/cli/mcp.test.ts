// `lockstep mcp`: real servers behind the guard for real clients, and what it writes into their configuration.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { freeServers, guardServers } from '../../src/cli/mcp/rewrite.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-mcp-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const bin = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))
const fixture = fileURLToPath(new URL('../gateway/mcp/fixture/stdio.ts', import.meta.url))
const memory = join(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/package.json'),
  '../dist/index.js',
)

interface Listed {
  readonly tools: readonly { readonly name: string }[]
}

/** A charter over what a server lists, that allows the tools named. */
async function charterFor(name: string, command: readonly string[], allowed: readonly string[]): Promise<string> {
  const [program = '', ...args] = command
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StdioClientTransport({ command: program, args, stderr: 'ignore', env: environment(name) }))
  const { tools } = (await client.listTools()) as Listed
  await client.close()
  writeFileSync(join(folder, `${name}.tools.json`), JSON.stringify({ tools }))
  const operations = Object.fromEntries(allowed.map((tool) => [`${name}.${tool}`, { by: 'helper' }]))
  const charter = {
    lockstep: 1,
    name,
    sources: [{ name, type: 'mcp', url: `./${name}.tools.json` }],
    actors: {
      clerk: { when: "'clerk' in principal.roles" },
      helper: { kind: 'agent', when: "'helper' in principal.roles", workflow: 'help', 'acts-for': ['clerk'] },
    },
    operations: Object.fromEntries(Object.keys(operations).map((id) => [id, { by: ['clerk'] }])),
    workflows: { help: { operations: Object.keys(operations) } },
  }
  const path = join(folder, `${name}.charter.yaml`)
  writeFileSync(path, JSON.stringify(charter))
  return path
}

function environment(name: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(folder, `${name}.jsonl`) }
}

function wrapped(
  charter: string,
  name: string,
  command: readonly string[],
): { command: string; args: string[]; stderr: 'ignore'; env: Record<string, string> } {
  const who = ['--as', 'bot', '--roles', 'helper', '--for', 'ann', '--for-roles', 'clerk']
  const args = [
    bin,
    'mcp',
    'wrap',
    '--charter',
    charter,
    '--state',
    join(folder, `${name}-state`),
    ...who,
    '--',
    ...command,
  ]
  return { command: process.execPath, args, stderr: 'ignore', env: environment(name) }
}

test('an official server works behind the guard for an official client, as far as the charter lets it', async () => {
  const command = [process.execPath, memory]
  const charter = await charterFor('memory', command, ['create_entities', 'read_graph'])
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StdioClientTransport(wrapped(charter, 'memory', command)))
  const { tools } = (await client.listTools()) as Listed
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['create_entities', 'read_graph'])
  const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }]
  await client.callTool({ name: 'create_entities', arguments: { entities } })
  const graph = await client.callTool({ name: 'read_graph', arguments: {} })
  assert.match(JSON.stringify(graph), /likes tea/)
  await assert.rejects(
    client.callTool({ name: 'delete_entities', arguments: { entityNames: ['Ann'] } }),
    /-32015|-32602|-32010/,
  )
  await client.close()
})

test('a client of 2026-07-28 too, and questions of the server reach it', async () => {
  const command = [process.execPath, fixture]
  const charter = await charterFor('fixture', command, ['test_simple_text', 'test_input_required_result_elicitation'])
  const client = new ModernClient(
    { name: 'test', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'auto' } },
  )
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ann' } }))
  await client.connect(new ModernTransport(wrapped(charter, 'fixture', command)))
  const simple = await client.callTool({ name: 'test_simple_text', arguments: {} })
  assert.match(JSON.stringify(simple), /simple text response/)
  const asked = await client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} })
  assert.match(JSON.stringify(asked), /Hello, Ann!/)
  await client.close()
})

test('what waits for somebody is approved on the store of the wrapped server', async () => {
  const command = [process.execPath, memory]
  const path = await charterFor('asking', command, ['create_entities'])
  const charter = JSON.parse(readFileSync(path, 'utf8')) as { operations: object }
  const operations = { 'asking.create_entities': { by: 'clerk', approval: 'sure' } }
  writeFileSync(path, JSON.stringify({ ...charter, operations, approvals: { sure: { by: 'clerk' } } }))
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StdioClientTransport(wrapped(path, 'asking', command)))
  const call = (): Promise<unknown> => client.callTool({ name: 'create_entities', arguments: { entities: [] } })
  const on = ['--charter', path, '--store', join(folder, 'asking-state'), '--as', 'ann', '--roles', 'clerk', '--json']
  const approve = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await promisify(execFile)(process.execPath, [bin, 'approve', ...args, ...on])).stdout)
  await assert.rejects(call(), /-32011/)
  const [waiting] = (await approve()) as readonly { readonly reference: string; readonly actsFor: readonly string[] }[]
  assert.deepEqual(waiting?.actsFor, ['ann'])
  const { digest } = (await approve(waiting?.reference ?? '')) as { readonly digest: string }
  assert.deepEqual(await approve(waiting?.reference ?? '', '--shown', digest), { ok: true, state: 'granted' })
  assert.ok(await call())
  await client.close()
})

/** A server that ends when it is called, and by nothing else but a signal. */
const fragile = `
  setInterval(() => undefined, 1000)
  require('node:fs').appendFileSync(process.argv[1], process.pid + ' ')
  let text = ''
  process.stdin.on('data', (chunk) => {
    text += chunk
    for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
      const { id, method } = JSON.parse(text.slice(0, end))
      if (method === 'tools/call') process.exit(3)
      const result = method === 'initialize'
        ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } }
        : { tools: [{ name: 'fall', inputSchema: { type: 'object' } }] }
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
  })`

test('a server that ends takes the guard with it, and a guard that is made to end takes the server with it', async () => {
  const pids = join(folder, 'pids')
  const command = [process.execPath, '-e', fragile, pids]
  const charter = await charterFor('fragile', command, ['fall'])
  const open = async (): Promise<{ client: Client; transport: StdioClientTransport }> => {
    const client = new Client({ name: 'test', version: '1' })
    const transport = new StdioClientTransport(wrapped(charter, 'fragile', command))
    await client.connect(transport)
    await client.listTools()
    return { client, transport }
  }
  const first = await open()
  const closed = new Promise<void>((resolve) => {
    first.client.onclose = resolve
  })
  await assert.rejects(first.client.callTool({ name: 'fall', arguments: {} }), /-32019/)
  await closed
  const second = await open()
  process.kill(second.transport.pid ?? 0, 'SIGTERM')
  const [last] = readFileSync(pids, 'utf8').trim().split(' ').reverse()
  const isAlive = (): boolean => {
    try {
      return process.kill(Number(last), 0)
    } catch {
      return false
    }
  }
  for (let turn = 0; turn < 100 && isAlive(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(isAlive(), false)
  await second.client.close()
})

const settings = `{
  // editors keep comments here
  "theme": "dark",
  "context_servers": {
    "desk": {
      "command": "node", // the server
      "args": ["desk.js", "--quiet"],
    },
    "remote": { "url": "https://mcp.example" },
    "other": { "command": { "path": "python", "args": ["-m", "other"] } },
    "bare": { "command": "bare" },
  },
}
`
const guarding = {
  command: '/usr/bin/node',
  argsFor: (name: string) =>
    name === 'remote' ? undefined : ['lockstep.js', 'mcp', 'wrap', '--charter', 'c.yaml', '--source', name],
}

test('the guard is put before servers, and taken away, with all else as it was', () => {
  const guarded = guardServers(settings, 'context_servers', guarding)
  assert.deepEqual(guarded.changed, ['desk', 'other', 'bare'])
  assert.match(guarded.text, /"command": "\/usr\/bin\/node", \/\/ the server/)
  assert.match(guarded.text, /"--source", "desk", "--", "node", "desk.js", "--quiet"\]/)
  assert.match(guarded.text, /"path": "\/usr\/bin\/node"/)
  const again = guardServers(guarded.text, 'context_servers', guarding)
  assert.equal(again.text, guarded.text)
  assert.deepEqual(again.changed, [])
  const freed = freeServers(guarded.text, 'context_servers')
  assert.equal(freed.text.replace('"bare", "args": []', '"bare"'), settings)
  assert.deepEqual(Object.keys(freed.left), ['remote'])
})

test('servers of one project are guarded too; one that is written twice is left, since nobody knows which counts', () => {
  const own = { desk: { command: 'node', args: ['desk.js'] } }
  const text = JSON.stringify({
    projects: { '/work': { mcpServers: own, allowedTools: [] }, '/other': {} },
    mcpServers: {},
  })
  const guarded = guardServers(text, 'mcpServers', guarding)
  assert.deepEqual(guarded.changed, ['desk'])
  assert.match(guarded.text, /"\/work":\{"mcpServers":\{"desk":\{"command":"\/usr\/bin\/node"/)
  assert.equal(freeServers(guarded.text, 'mcpServers').text, text)
  const twice = '{"mcpServers":{"desk":{"command":"a","args":[]},"desk":{"command":"b","args":[]}}}'
  const left = guardServers(twice, 'mcpServers', guarding)
  assert.deepEqual([left.text, left.left], [twice, { desk: 'it is written twice' }])
})

test('install shows what it would change, then changes it and keeps what was', async () => {
  const charter = await charterFor('memory', [process.execPath, memory], ['read_graph'])
  const file = join(folder, 'mcp.json')
  const real = join(folder, 'dotfiles.json')
  symlinkSync('dotfiles.json', file)
  const before = JSON.stringify({ mcpServers: { memory: { command: 'npx', args: ['memory'] } } }, null, 2)
  writeFileSync(file, before)
  const run = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [bin, 'mcp', ...args, '--file', file])).stdout
  assert.match(
    await run('install', '--charter', charter, '--as', 'bot'),
    /\+ "args": \[.*"--as", "bot", "--", "npx", "memory"\][\s\S]*nothing was written/,
  )
  assert.equal(readFileSync(file, 'utf8'), before)
  await run('install', '--charter', charter, '--as', 'bot', '--tenant', 'north', '--write')
  assert.equal(readFileSync(`${real}.lockstep-backup`, 'utf8'), before)
  assert.match(readFileSync(real, 'utf8'), /"wrap".*"--as", "bot", "--tenant", "north", "--"/)
  assert.ok(lstatSync(file).isSymbolicLink())
  await run('uninstall', '--write')
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(before))
})

test('a guard file puts servers behind one address', async () => {
  const charter = await charterFor('memory', [process.execPath, memory], ['read_graph'])
  const guard = join(folder, 'guard.yaml')
  const servers = {
    memory: { command: process.execPath, args: [memory], env: { MEMORY_FILE_PATH: join(folder, 'served.jsonl') } },
  }
  const file = {
    'lockstep-guard': 1,
    charter,
    identity: [],
    listen: { port: 0 },
    store: { sqlite: join(folder, 'served') },
    mcp: { port: 0, servers },
  }
  writeFileSync(guard, JSON.stringify(file))
  const child = spawn(process.execPath, [bin, 'guard', guard, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment('served'),
  })
  try {
    const [first] = (await once(child.stdout, 'data')) as readonly Buffer[]
    const { mcp } = JSON.parse(String(first).split('\n')[0] ?? '{}') as { readonly mcp: string }
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(mcp)) as Parameters<Client['connect']>[0])
    assert.deepEqual(((await client.listTools()) as Listed).tools, [], 'nobody who is not signed in may call any')
    await assert.rejects(client.callTool({ name: 'read_graph', arguments: {} }), /-32010/)
    await client.close()
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
})
