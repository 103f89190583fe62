// The client of conformance scenarios in which nobody signs in: the official SDK, straight to the server or through a gateway before it.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { openStage } from './stage.ts'

/** What the runner tells a client. */
export interface Told {
  readonly server: string
  readonly scenario: string
  readonly version: string
  /** What the client was given beforehand. */
  readonly context: unknown
}

export type Way = 'direct' | 'gateway'

interface Context {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[]
}

/** Calls all there is. */
export async function callAll({ server, scenario, version, context }: Told, way: Way): Promise<void> {
  const stage = way === 'gateway' ? await openStage({ servers: { fixture: { http: { url: server } } } }) : undefined
  const client = new Client(
    { name: 'conformance-client', version: '1' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
      versionNegotiation: { mode: version >= '2026' ? 'auto' : 'legacy' },
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
  const { toolCalls } = context as Context
  const calls = toolCalls ?? tools.map(({ name }) => ({ name, arguments: known[name] ?? {} }))
  for (const call of calls) await client.callTool(call).catch(() => undefined)
  if (/headers|metadata|request-state/.test(scenario)) {
    await client.listResources().catch(() => undefined)
    await client.listPrompts().catch(() => undefined)
    await client.readResource({ uri: 'file:///path/to/file%20name.txt' }).catch(() => undefined)
    await client.getPrompt({ name: 'test_prompt' }).catch(() => undefined)
  }
  await client.close()
  await stage?.close()
}
