// The desk as an MCP server, made with the official SDK.
import { McpServer } from '@modelcontextprotocol/server'
import { NotFound, type Office, TOOLS, type Tool } from './tools.ts'

/** How a server departs from what was approved, to see that it is noticed. */
export interface Changed {
  /** Other descriptions, by name of the tool. */
  readonly descriptions?: Readonly<Record<string, string>>
  /** Tools that were not there before. */
  readonly added?: readonly Tool[]
}

/** A new server with all tools. The same desk may have any number of them. */
export function makeDeskServer(office: Office, { descriptions = {}, added = [] }: Changed = {}): McpServer {
  const server = new McpServer({ name: 'desk', version: '1.0.0' })
  for (const tool of [...TOOLS, ...added]) {
    const { name, title, input, reads = false } = tool
    const description = descriptions[name] ?? tool.description
    const annotations = { readOnlyHint: reads, openWorldHint: name === 'open_link' || name === 'send_email' }
    server.registerTool(name, { title, description, inputSchema: input, annotations }, (given) =>
      answer(tool, office, given),
    )
  }
  return server
}

type Answer = {
  content: [{ type: 'text'; text: string }]
  structuredContent?: Record<string, unknown>
  isError?: true
}

async function answer({ run }: Tool, office: Office, given: Record<string, unknown>): Promise<Answer> {
  try {
    const value = await run(office, given)
    const text = JSON.stringify(value)
    return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) }
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return { content: [{ type: 'text', text: error.message }], isError: true }
  }
}
