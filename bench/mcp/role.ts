// The processes of `npm run bench -- mcp`: the server, a proxy that only forwards, one made of the SDK, and the gateway with everything on.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { Pool } from 'undici'
import type { Principal } from '../../src/charter/charter.ts'
import { type McpServerConfig, openMcpGateway } from '../../src/gateway/mcp/gateway.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { journalOf } from '../../src/guard/ledger-journal.ts'
import type { Identifier } from '../../src/identity/identity.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { openKeyFile } from '../../src/ledger/storage/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { named, toolCharter } from '../../test/gateway/mcp/stage.ts'
import { listen } from '../../test/transport/open.ts'
import { answerTo, tools } from './answer.ts'

const program = fileURLToPath(new URL('./program.ts', import.meta.url))

const roles: Readonly<Record<string, (target: string) => Promise<string>>> = {
  server: () =>
    serve(
      createServer((request, response) => {
        void readText(request).then((text) => {
          const body = answerTo(text) ?? ''
          response.writeHead(body === '' ? 202 : 200, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          })
          response.end(body)
        })
      }),
    ),
  wire: (target) => {
    const pool = new Pool(new URL(target).origin, { connections: 64 })
    return serve(
      createServer((request, response) => {
        void readText(request).then(async (text) => {
          JSON.parse(text)
          const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
          const answered = await pool.request({ method: 'POST', path: '/mcp', headers, body: text })
          const bytes = Buffer.from(await answered.body.arrayBuffer())
          response.writeHead(answered.statusCode, {
            'content-type': 'application/json',
            'content-length': bytes.length,
          })
          response.end(bytes)
        })
      }),
    )
  },
  sdk: async (target) => {
    const client = new Client({ name: 'proxy', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
    await client.connect(new StreamableHTTPClientTransport(new URL(target)))
    const handler = createMcpHandler(() => {
      const server = new Server({ name: 'proxy', version: '1' }, { capabilities: { tools: {} } })
      server.setRequestHandler('tools/list', () => client.listTools())
      server.setRequestHandler('tools/call', ({ params }) => client.callTool(params))
      return server
    })
    const node = toNodeHandler(handler)
    return serve(createServer((request, response) => void node(request as Parameters<typeof node>[0], response)))
  },
  light: (target) => guarded({ http: { url: target } }, { durable: false, safe: false }),
  read: (target) => guarded({ http: { url: target } }, { durable: true, safe: true }),
  write: (target) => guarded({ http: { url: target } }, { durable: true, safe: false }),
  'agent-light-read': (target) => guarded({ http: { url: target } }, { durable: false, safe: true, agent: 'values' }),
  'agent-light': (target) => guarded({ http: { url: target } }, { durable: false, safe: false, agent: 'values' }),
  'agent-read': (target) => guarded({ http: { url: target } }, { durable: true, safe: true, agent: 'values' }),
  'agent-write': (target) => guarded({ http: { url: target } }, { durable: true, safe: false, agent: 'values' }),
  'agent-classes-light': (target) =>
    guarded({ http: { url: target } }, { durable: false, safe: true, agent: 'classes' }),
  'agent-classes-read': (target) => guarded({ http: { url: target } }, { durable: true, safe: true, agent: 'classes' }),
  'agent-classes-write': (target) =>
    guarded({ http: { url: target } }, { durable: true, safe: false, agent: 'classes' }),
  program: () => guarded({ stdio: { command: process.execPath, args: [program] } }, { durable: true, safe: true }),
}

interface Kept {
  /** Store and ledger in files; else nothing is kept. */
  readonly durable: boolean
  /** The tool changes nothing. */
  readonly safe: boolean
  /** Agents call, for people: the charter traces a value; with `classes`, it also finds three sorts of data and says where they may go. */
  readonly agent?: 'values' | 'classes'
}

const classes = ['public', 'personal', 'secret']

/** What a charter says of agents. */
const ofAgents = (agent: 'values' | 'classes') => ({
  actors: { clerk: {}, bot: { kind: 'agent', workflow: 'support', 'acts-for': 'clerk' } },
  workflows: {
    support: {
      owners: { workflow: 'support-lead', data: 'privacy' },
      operations: ['desk.echo'],
      ...(agent === 'classes' ? { data: classes } : {}),
    },
  },
  ...(agent === 'classes' ? { data } : {}),
})

const data = {
  classes,
  labels: [
    ...['name', 'email', 'phone'].map((name) => ({ at: `desk.echo#/customer/${name}`, class: 'personal' })),
    { pattern: 'iban', class: 'secret' },
    { pattern: 'credential', class: 'secret' },
  ],
  flows: [
    { class: 'personal', to: ['desk.*'] },
    { class: 'secret', to: ['desk.echo#/account'] },
  ],
}

/** `Bearer bot-NUMBER` is the agent, for the person of that number: each has a run of its own. */
const agents: Identifier = {
  identify: async ({ headers }) => {
    const [, person = ''] = /^Bearer bot-(\w+)$/.exec(String(headers['authorization'])) ?? []
    const chain: readonly Principal[] = [{ id: `ann-${person}`, kind: 'user', actors: ['clerk'] }]
    return { ok: true, principal: { id: 'bot', kind: 'agent', actors: ['bot'], scopes: ['tools'], chain } }
  },
  close: async () => undefined,
}

async function guarded(server: McpServerConfig, { durable, safe, agent }: Kept): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGTERM', () => process.exit())
  const ledger = durable
    ? await openLedger({
        storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
        signingKey: join(folder, 'key.pem'),
        origin: 'ledger.example/bench',
        node: 'bench',
        version: '1',
      })
    : undefined
  const traced = { trusted: ['/customer/id'], values: { customer: { from: 'desk.echo#/customer/id' } } }
  const words = {
    ...(agent === undefined ? { actors: { clerk: {} } } : ofAgents(agent)),
    operations: {
      'desk.echo': { by: 'clerk', when: 'request.amount <= 100', safe, ...(agent === undefined ? {} : traced) },
    },
  }
  const guard = await createGuard(toolCharter(words, { desk: { tools } }), {
    version: '1',
    store: openSqliteStore(durable ? join(folder, 'state.db') : ':memory:'),
    ...(durable ? { keys: await openKeyFile(join(folder, 'keys.db')) } : {}),
    journal: ledger === undefined ? { append: async () => undefined } : journalOf(ledger),
  })
  const gateway = await openMcpGateway({
    guard,
    identifier: agent === undefined ? named : agents,
    servers: { desk: server },
    listen: { host: '127.0.0.1', port: 0 },
    environment: process.env,
  })
  return `${gateway.address.url}/mcp`
}

async function serve(server: HttpServer): Promise<string> {
  return `http://${await listen(server)}/mcp`
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

const [, , role = '', target = ''] = process.argv
const open = roles[role]
if (open === undefined) throw new Error(`no role ${role}`)
process.send?.(await open(target))
