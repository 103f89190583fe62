// The systems of a world as servers on loopback: an MCP server for each source of tools, and an API for each that is described as one.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { Charter, Operation } from '../../../src/charter/charter.ts'
import { isHttp } from '../../../src/charter/source/description.ts'
import { type Tool, toolsIn } from '../../../src/integrity/tool.ts'
import { listen } from '../../transport/open.ts'
import type { World } from '../world.ts'
import type { Manner } from './manner.ts'

type Given = Readonly<Record<string, unknown>>

/** What the next calls are: systems know by ways of their own who is behind a call, which no protocol here tells them. */
export interface Now {
  readonly caller: string
  /** What the operation answers instead of what it would. */
  readonly instead?: { readonly operation: string; readonly answer: unknown }
}

/** Servers that do what the world does. They check nothing. */
export interface Servers {
  /** By source. */
  readonly mcp: Readonly<Record<string, string>>
  readonly api: Readonly<Record<string, string>>
  /** Everything that came, in order; looks of a guard too. */
  readonly received: readonly { readonly operation: string; readonly text: string }[]
  now: Now
  describe(tool: string, description: string): void
  close(): Promise<void>
}

type Around = { readonly charter: Charter; readonly world: World; readonly says: Manner['says'] } & Pick<
  Servers,
  'now'
> & { readonly received: { operation: string; text: string }[] }

/** Serves all sources of a charter that are tools or HTTP. */
export async function serveWorld(charter: Charter, world: World, { says }: Pick<Manner, 'says'>): Promise<Servers> {
  const around: Around = { charter, world, says, now: { caller: '' }, received: [] }
  const sources = [...charter.sources.values()]
  const lists = new Map(
    sources
      .filter(({ description }) => description.format === 'mcp')
      .map(({ name, description }) => [name, new Map(toolsIn(description.document).map((tool) => [tool.name, tool]))]),
  )
  const handlers = new Map([...lists].map(([source, tools]) => [source, mcpHandler(around, source, tools)]))
  const server = createServer((request, response) => {
    const [, kind, source = ''] = (request.url ?? '').split('/')
    const handler = kind === 'mcp' ? handlers.get(source) : undefined
    void (handler === undefined ? answerCall(around, source, request, response) : handler.serve(request, response))
  })
  const base = `http://${await listen(server)}`
  const urlsOf = (names: Iterable<string>, kind: string): Record<string, string> =>
    Object.fromEntries([...names].map((name) => [name, `${base}/${kind}/${name}`]))
  const apis = sources.filter(({ description }) => isHttp(description)).map(({ name }) => name)
  return Object.assign(around, {
    mcp: urlsOf(lists.keys(), 'mcp'),
    api: urlsOf(apis, 'api'),
    describe: (tool: string, description: string): void => {
      const [source = '', ...name] = tool.split('.')
      const tools = lists.get(source)
      const before = tools?.get(name.join('.')) ?? { inputSchema: { type: 'object' } }
      tools?.set(name.join('.'), { ...before, name: name.join('.'), description })
    },
    close: async () => {
      for (const each of handlers.values()) await each.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function mcpHandler(around: Around, source: string, tools: ReadonlyMap<string, Tool>) {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: source, version: '1.0.0' }, { capabilities: { tools: {} } })
    server.server.setRequestHandler('tools/list', () => ({ tools: structuredClone([...tools.values()]) as never }))
    server.server.setRequestHandler('tools/call', ({ params }) => {
      const { found, answer } = act(around, `${source}.${params.name}`, params.arguments ?? {})
      const text = JSON.stringify(found ? answer : 'not found')
      const content = [{ type: 'text' as const, text }]
      if (!found) return { content, isError: true }
      return around.says === 'both' ? { content, structuredContent: JSON.parse(text) } : { content }
    })
    return server
  })
  const serve = toNodeHandler(handler)
  return {
    serve: (request: IncomingMessage, response: ServerResponse) => serve(request as NodeIncomingMessageLike, response),
    close: () => handler.close(),
  }
}

function act({ world, now, received }: Around, operation: string, given: Given): ReturnType<World['act']> {
  received.push({ operation, text: JSON.stringify(given) })
  const done = world.act(operation, given, now.caller)
  return now.instead?.operation === operation ? { ...done, found: true, answer: now.instead.answer } : done
}

async function answerCall(
  around: Around,
  source: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const url = new URL(request.url ?? '/', 'http://api')
  const called = operationAt(around.charter, source, request.method ?? '', url.pathname.replace(`/api/${source}`, ''))
  const body: unknown = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'))
  const done =
    called === undefined
      ? { found: false, answer: undefined }
      : act(around, called.id, { ...called.inPath, ...Object.fromEntries(url.searchParams), ...Object(body) })
  response.writeHead(done.found ? 200 : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify(done.found ? done.answer : { error: 'not found' }))
}

function operationAt(
  { operations }: Charter,
  source: string,
  method: string,
  path: string,
): { readonly id: string; readonly inPath: Given } | undefined {
  for (const { id, shape } of operations.values()) {
    if (shape.source !== source || shape.method !== method) continue
    const inPath = valuesIn(shape.path ?? '', path)
    if (inPath !== undefined) return { id, inPath }
  }
  return undefined
}

function valuesIn(template: Operation['shape']['path'] & string, path: string): Given | undefined {
  const parts = path.split('/')
  const wanted = template.split('/')
  if (parts.length !== wanted.length) return undefined
  const values: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const [, name] = /^\{(.+)\}$/.exec(part) ?? []
    const there = decodeURIComponent(parts[at] ?? '')
    if (name !== undefined) values[name] = there
    else if (part !== there) return undefined
  }
  return values
}
