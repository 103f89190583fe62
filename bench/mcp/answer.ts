// What the servers of `npm run bench -- mcp` answer.

/** The only tool there is. */
export const tools: readonly object[] = [
  {
    name: 'echo',
    description: 'says what it is told',
    inputSchema: { type: 'object', properties: { amount: { type: 'number' }, text: { type: 'string' } } },
  },
]

const filler = 'x'.repeat(500)

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly arguments?: unknown; readonly protocolVersion?: string }
}

/** The answer to a message, as JSON text; undefined to a notification. */
export function answerTo(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text) as Message
  if (id === undefined) return undefined
  return JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(method, params) })
}

function resultOf(method: string | undefined, params: Message['params']): object {
  const modern = { resultType: 'complete' }
  if (method === 'tools/list') return { tools, ...modern, ttlMs: 0, cacheScope: 'private' }
  if (method === 'server/discover') return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ...modern }
  if (method === 'initialize')
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'echo', version: '1' },
    }
  const said = { echo: params?.arguments, filler }
  return { ...modern, structuredContent: said, content: [{ type: 'text', text: JSON.stringify(said) }] }
}
