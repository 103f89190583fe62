// The client that conformance scenarios for clients start: the official SDK, straight to the server or through a gateway before it.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { openStage } from './stage.ts'

interface Context {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[]
}

const [, , way, server = ''] = process.argv
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Context
const isModern =
  (process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? process.env['MCP_CONFORMANCE_SPEC_VERSION'] ?? '') >= '2026'
const stage = way === 'gateway' ? await openStage({ servers: { fixture: { http: { url: server } } } }) : undefined

const client = new Client(
  { name: 'conformance-client', version: '1' },
  {
    capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
    versionNegotiation: { mode: isModern ? 'auto' : 'legacy' },
  },
)
client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: {} }))
client.setRequestHandler('sampling/createMessage', async () => ({
  role: 'assistant',
  content: { type: 'text', text: 'hello' },
  model: 'none',
}))
client.setRequestHandler('roots/list', async () => ({ roots: [] }))
await client.connect(new StreamableHTTPClientTransport(new URL(stage?.url ?? server)))
const { tools } = await client.listTools()
const known: Readonly<Record<string, Record<string, unknown>>> = { add_numbers: { a: 5, b: 3 } }
const calls = context.toolCalls ?? tools.map(({ name }) => ({ name, arguments: known[name] ?? {} }))
for (const call of calls) await client.callTool(call).catch(() => undefined)
if (/headers|metadata|request-state/.test(scenario)) {
  await client.listResources().catch(() => undefined)
  await client.listPrompts().catch(() => undefined)
  await client.readResource({ uri: 'file:///path/to/file%20name.txt' }).catch(() => undefined)
  await client.getPrompt({ name: 'test_prompt' }).catch(() => undefined)
}
await client.close()
await stage?.close()
process.exit()
