// An MCP server over HTTP that answers as a test says, message by message.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { listen } from '../../transport/open.ts'

export interface Sent {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
}

/** What it says: members of the answer, JSON as it stands, or a stream as it stands. */
export type Says = Readonly<Record<string, unknown>> | string | { readonly events: string }

export interface Scripted {
  readonly url: string
  readonly seen: { readonly headers: IncomingHttpHeaders; readonly message: Sent; readonly text: string }[]
  /** Answers from now on, but for lists of tools and openings of sessions. */
  says: (message: Sent, response: ServerResponse) => Says | undefined
  close(): void
}

/** Opens it with these tools. */
export async function openScripted(tools: readonly object[], capabilities: object = { tools: {} }): Promise<Scripted> {
  const scripted: Omit<Scripted, 'url' | 'close'> = { seen: [], says: () => ({ result: { content: [] } }) }
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const text = Buffer.concat(chunks).toString('utf8')
      const message = (text === '' ? {} : JSON.parse(text)) as Sent
      scripted.seen.push({ headers: request.headers, message, text })
      if (message.id === undefined || message.method === undefined) {
        response.writeHead(request.method === 'GET' ? 405 : 202).end()
        return
      }
      answer(response, message, said(message, response))
    })
  })
  const said = (message: Sent, response: ServerResponse): Says | undefined => {
    const serverInfo = { name: 'scripted', version: '1' }
    if (message.method === 'initialize') return { result: { protocolVersion: '2025-11-25', capabilities, serverInfo } }
    if (message.method === 'tools/list') return { result: { tools } }
    if (message.method === 'server/discover') return { error: { code: -32601, message: 'unknown' } }
    return scripted.says(message, response)
  }
  const address = await listen(server)
  return Object.assign(scripted, {
    url: `http://${address}/mcp`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}

function answer(response: ServerResponse, { id, method }: Sent, says: Says | undefined): void {
  if (says === undefined) return
  if (typeof says === 'object' && 'events' in says) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(says.events)
    return
  }
  const opens = method === 'initialize' ? { 'mcp-session-id': `upstream-${String(id)}` } : {}
  response.writeHead(200, { 'content-type': 'application/json', ...opens })
  response.end(typeof says === 'string' ? says : JSON.stringify({ jsonrpc: '2.0', id, ...says }))
}

/** One event that carries a message. */
export function eventOf(message: object): string {
  return `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
}

/** A tool as servers list it. */
export function tool(name: string, properties: Readonly<Record<string, unknown>> = {}): { readonly name: string } {
  const inputSchema = { type: 'object', properties }
  return Object.assign({ name }, { description: `the tool ${name}`, inputSchema })
}
