// What the servers of `npm run bench -- mcp` answer.

/** The only tool there is. */
export const tools: readonly object[] = [
  {
    name: 'echo',
    description: 'says what it is told',
    inputSchema: {
      type: 'object',
      properties: { amount: { type: 'number' }, text: { type: 'string' }, customer: { type: 'string' } },
    },
  },
]

const filler = 'The customer asked for the invoice to be sent again, and to be told when it is due. '.repeat(4)

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly arguments?: unknown; readonly protocolVersion?: string }
}

/** The answer to a message, as JSON text; undefined to a notification. */
export function answerTo(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text) as Message
  if (id === undefined) return undefined
  return JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(Number(id), method, params) })
}

function resultOf(id: number, method: string | undefined, params: Message['params']): object {
  const modern = { resultType: 'complete' }
  if (method === 'tools/list') return { tools, ...modern, ttlMs: 0, cacheScope: 'private' }
  if (method === 'server/discover') return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ...modern }
  if (method === 'initialize')
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'echo', version: '1' },
    }
  const said = { echo: params?.arguments, customer: customerOf(id), note: filler }
  return { ...modern, structuredContent: said, content: [{ type: 'text', text: JSON.stringify(said) }] }
}

/** Another one for each message. */
function customerOf(id: number): object {
  const name = `Ann-${id.toString(36)} Carter`
  const email = `ann.${id.toString(36)}@mail.example`
  return { id: `c-${id}`, name, email, phone: `+49 30 ${1_000_000 + (id % 9_000_000)}`, total: id / 100 }
}
