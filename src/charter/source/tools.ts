/** Descriptions of what is no HTTP API: the approved tool list of an MCP server, and providers of language models. */
import type { Diagnostic } from '../diagnostic.ts'
import type { ApiDescription, Locate, OperationShape } from './description.ts'
import { isObject, listOf, memberOf, objectOf, textOf } from './plain.ts'
import type { DescriptionResult } from './read-description.ts'

/** Whether a document is a tool list: the result of `tools/list`, or that and what is known of its server. */
export function isToolList(document: unknown): boolean {
  return Array.isArray(memberOf(document, 'tools'))
}

/**
 * Reads an approved tool list. A tool is an operation with method `TOOL` and path `/name`; its arguments are the request body. A tool
 * that cannot be read, or has a name twice, is reported and left out: its calls are denied.
 *
 * @see MCP 2026-07-28, server/tools
 */
export function readToolList(source: string, document: unknown, locate: Locate): DescriptionResult {
  const diagnostics: Diagnostic[] = []
  const names = new Set<string>()
  const operations = listOf(memberOf(document, 'tools')).flatMap((tool, index): OperationShape[] => {
    const name = textOf(memberOf(tool, 'name'))
    const wrong = problemOf(name, names)
    if (name === undefined || wrong !== undefined) {
      const message = `tool ${index + 1}${name === undefined ? '' : ` (\`${name}\`)`} ${wrong}`
      diagnostics.push({ code: 'tool-list', severity: 'error', message, ...locate(['tools', index]) })
      return []
    }
    names.add(name)
    return [toolShape(source, name, { tool, position: locate(['tools', index]) })]
  })
  const server = objectOf(memberOf(document, 'server') ?? memberOf(document, 'serverInfo'))
  const description: ApiDescription = {
    source,
    title: textOf(server['title']) ?? textOf(server['name']) ?? source,
    version: textOf(server['version']) ?? '',
    format: 'mcp',
    servers: [],
    operations,
    securitySchemes: {},
    document,
  }
  return { description, diagnostics }
}

function problemOf(name: string | undefined, known: ReadonlySet<string>): string | undefined {
  if (name === undefined) return 'has no name'
  if (/[\s#]/.test(name)) return 'has a name with blanks or `#`'
  return known.has(name) ? 'has the name of another one' : undefined
}

const anyArguments = { mediaType: 'application/json', required: true, schema: { type: 'object' } } as const

/** An operation of which only its name and method are known. */
export function plainShape(
  source: string,
  name: string,
  method: string,
  more: Partial<OperationShape> = {},
): OperationShape {
  return {
    id: `${source}.${name}`,
    source,
    name,
    method,
    basePath: '',
    path: `/${name}`,
    parameters: [],
    responses: [{ status: '200', mediaType: 'application/json' }],
    security: [],
    tags: [],
    deprecated: false,
    ...more,
  }
}

/** What an MCP server gives beside tools, by the method that asks for it. */
const readings = [
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/get',
  'completion/complete',
] as const

/** Those that a charter names: operations with method `ASK`, of which no description says more. */
export function readingsNamed(source: string, operations: ReadonlySet<string>): readonly OperationShape[] {
  return readings
    .filter((name) => operations.has(`${source}.${name}`))
    .map((name) => plainShape(source, name, 'ASK', { body: anyArguments }))
}

type Place = { readonly tool: unknown; readonly position: NonNullable<OperationShape['position']> }

function toolShape(source: string, name: string, { tool, position }: Place): OperationShape {
  const input = memberOf(tool, 'inputSchema')
  const output = memberOf(tool, 'outputSchema')
  const summary = textOf(memberOf(tool, 'title')) ?? textOf(memberOf(memberOf(tool, 'annotations'), 'title'))
  const description = textOf(memberOf(tool, 'description'))
  return {
    id: `${source}.${name}`,
    source,
    name,
    method: 'TOOL',
    basePath: '',
    path: `/${name}`,
    parameters: [],
    body: { mediaType: 'application/json', required: true, schema: isObject(input) ? input : { type: 'object' } },
    responses: [{ status: '200', mediaType: 'application/json', ...(isObject(output) ? { schema: output } : {}) }],
    security: [],
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    tags: [],
    deprecated: false,
    position,
  }
}

/** Whether calls of an operation of a source of models go to a model: what is asked of it, or how long that would be. */
export function asksModel({ name }: Pick<OperationShape, 'name'>): boolean {
  return name === 'generate' || name === 'count'
}

/**
 * A provider of models: `generate` asks a model, `count` counts tokens, `models` lists them. The body of `generate` is what all providers
 * have in common, as docs/models.md says it: the model and where it is, how many tokens at most, which tools are offered, what is said.
 */
export function modelDescription(source: string, provider: string): ApiDescription {
  const shape = (name: string, method: string, more?: Partial<OperationShape>): OperationShape =>
    plainShape(source, name, method, more)
  const [text, count, names] = [
    { type: 'string' },
    { type: 'integer', minimum: 0 },
    { type: 'array', items: { type: 'string' } },
  ]
  const message = { role: text, text, tool: text, operation: text, call: text }
  const schema = {
    type: 'object',
    properties: {
      provider: text,
      model: text,
      region: text,
      api: text,
      tokens: count,
      input_tokens: count,
      max_tokens: count,
      tools: names,
      provider_tools: names,
      messages: { type: 'array', items: { type: 'object', properties: message } },
      before: count,
      history: text,
      unread: count,
      sealed: count,
    },
    required: ['provider', 'model', 'tokens', 'tools'],
  }
  return {
    source,
    title: provider,
    version: '',
    format: 'model',
    servers: [],
    operations: [
      shape('generate', 'MODEL', { body: { mediaType: 'application/json', required: true, schema } }),
      shape('count', 'GET'),
      shape('models', 'GET'),
    ],
    securitySchemes: {},
    document: {},
  }
}
