// A small MCP server over HTTP that tells what reached it, and can be told to describe its tools in another way.
import { createServer, type IncomingMessage } from 'node:http'
import { listen } from '../../transport/open.ts'

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: Readonly<Record<string, unknown>>
}

const text = { type: 'string' }

function tool(name: string, properties: Readonly<Record<string, unknown>>): Tool {
  return { name, description: `the tool ${name}`, inputSchema: { type: 'object', properties } }
}

/** As they were approved. */
export const approved: readonly Tool[] = [
  tool('get_order', { order_id: text }),
  tool('issue_refund', { order_id: text, amount: { type: 'number' } }),
  tool('send_email', { to: text, region: { ...text, 'x-mcp-header': 'Region' } }),
  tool('purge', {}),
  tool('long_job', {}),
]

export interface Desk {
  readonly url: string
  readonly seen: { readonly headers: IncomingMessage['headers']; readonly text: string; readonly message: Message }[]
  /** What `tools/list` gives from now on. */
  tools: readonly Tool[]
  /** The id of the next task that nobody was told to have; `sameTask` has it given again. */
  nextTask(): string
  sameTask(id: string): void
  /** Ends of answers that were never given. */
  readonly aborted: string[]
  close(): void
}

/** Answers `tools/call` with the order that was asked for; `long_job` with a task, `stream` with events. */
export async function openDesk(): Promise<Desk> {
  const tasks: string[] = []
  let made = 0
  const desk: Omit<Desk, 'url' | 'close'> = {
    seen: [],
    tools: approved,
    aborted: [],
    nextTask: () => {
      made += 1
      tasks.push(`task-${made}`)
      return `task-${made}`
    },
    sameTask: (id) => void tasks.push(id),
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const message = (body === '' ? {} : JSON.parse(body)) as Message
      desk.seen.push({ headers: request.headers, text: body, message })
      if (message.id === undefined) {
        response.writeHead(202).end()
        return
      }
      const opens = message.method === 'initialize' ? { 'mcp-session-id': `upstream-${desk.seen.length}` } : {}
      const given = message.params?.['arguments']
      if (typeof given === 'object' && given !== null && 'wait' in given) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(
          'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}\n\n',
        )
        response.once('close', () => desk.aborted.push(String(message.id)))
        return
      }
      response.writeHead(200, { 'content-type': 'application/json', ...opens })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answerTo(desk, message, tasks) }))
    })
  })
  const address = await listen(server)
  return Object.assign(desk, {
    url: `http://${address}/mcp`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}

function answerTo(
  desk: Pick<Desk, 'tools'>,
  { method, params = {} }: Message,
  tasks: string[],
): Readonly<Record<string, unknown>> {
  const order = { id: 'o1', total: 80, ssn: '123-45-6789', status: 'paid' }
  const job = { structuredContent: order, content: [{ type: 'text', text: JSON.stringify(order) }] }
  if (method === 'initialize')
    return {
      result: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'desk', version: '1' },
      },
    }
  if (method === 'tools/list')
    return { result: { tools: desk.tools, ttlMs: 3_600_000, cacheScope: 'public', resultType: 'complete' } }
  if (method === 'resources/list') return { result: { resources: [{ uri: 'desk://handbook', name: 'handbook' }] } }
  if (method === 'tasks/get')
    return { result: { taskId: params['taskId'], status: 'completed', result: job, resultType: 'complete' } }
  if (method !== 'tools/call') return { error: { code: -32601, message: 'unknown' } }
  if (params['name'] === 'long_job')
    return { result: { resultType: 'task', taskId: tasks.shift() ?? 't-1', status: 'working' } }
  if (params['name'] === 'purge')
    return { result: { isError: true, content: [{ type: 'text', text: 'nothing to purge' }] } }
  const says = `The number is ${order.ssn}.`
  return {
    result: {
      resultType: 'complete',
      structuredContent: order,
      content: [
        { type: 'text', text: JSON.stringify(order) },
        { type: 'text', text: says },
      ],
    },
  }
}
