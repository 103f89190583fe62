/** Which of the two protocols a message speaks, and whether its headers say what its body says (SEP-2243). */
import Big from 'big.js'
import { getPointer } from '../../charter/pointer.ts'
import { type Message, metaOf } from './message.ts'
import { codes, Unanswered } from './rpc-error.ts'

/** `modern`: 2026-07-28 and what follows it, stateless; `legacy`: the revisions before, with `initialize` and sessions. */
export type Era = 'modern' | 'legacy'

const legacyVersions: ReadonlySet<string> = new Set(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])

export const metaVersion = 'io.modelcontextprotocol/protocolVersion'
export const metaCapabilities = 'io.modelcontextprotocol/clientCapabilities'

/** By protocol header name, lower case. */
export type McpHeaders = Readonly<Record<string, string>>

/** Told for each message, never for a connection. */
export function eraOf(message: Message, headers: McpHeaders): Era {
  const said = headers['mcp-protocol-version']
  if (said !== undefined && !legacyVersions.has(said)) return 'modern'
  return message.kind !== 'response' && metaOf(message)[metaVersion] !== undefined ? 'modern' : 'legacy'
}

/** Which parameter `Mcp-Name` repeats. */
const named: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])
/** Where it must be there. */
const mustBeNamed: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** The arguments of a tool that are repeated in headers, by the name after `Mcp-Param-`: where each stands. */
export type ParameterHeaders = ReadonlyMap<string, readonly string[]>

/**
 * Compares the headers of a message with its body. What is decided on is the body; somebody behind us may decide on the headers.
 *
 * @param declared - The arguments of the tool that headers repeat, by header; undefined when the tool is not known.
 * @throws {Unanswered} HTTP 400 and -32020 when they differ.
 */
export function checkHeaders(message: Message, headers: McpHeaders, declared: ParameterHeaders | undefined): void {
  if (message.kind === 'response') return
  const era = eraOf(message, headers)
  const inMeta = metaOf(message)[metaVersion]
  const version = headers['mcp-protocol-version']
  if (inMeta !== undefined && inMeta !== version) throw mismatch('mcp-protocol-version')
  const method = headers['mcp-method']
  if (method === undefined ? era === 'modern' && message.kind === 'request' : method !== message.method)
    throw mismatch('mcp-method')
  const parameter = named.get(message.method)
  const name = headers['mcp-name']
  if (parameter !== undefined) {
    if (
      name === undefined
        ? era === 'modern' && mustBeNamed.has(message.method)
        : decode(name) !== message.params[parameter]
    )
      throw mismatch('mcp-name')
  }
  if (era === 'modern' && message.method === 'tools/call' && declared !== undefined)
    checkParameters(message.params['arguments'], headers, declared)
}

function checkParameters(given: unknown, headers: McpHeaders, declared: ParameterHeaders): void {
  for (const [header, path] of declared) {
    const said = headers[`mcp-param-${header.toLowerCase()}`]
    const value = getPointer(given, path)
    if (value === undefined || value === null) {
      if (said !== undefined) throw mismatch(`mcp-param-${header}`)
    } else if (said === undefined || !sameText(decode(said), value)) throw mismatch(`mcp-param-${header}`)
  }
}

function sameText(said: string | undefined, value: unknown): boolean {
  if (said === undefined) return false
  if (typeof value === 'number') return Number(said) === value && said.trim() !== ''
  return said === String(value)
}

const wrapped = /^=\?base64\?(.*)\?=$/s
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The value a header stands for; undefined when it is wrapped in a way that is none. */
function decode(value: string): string | undefined {
  const [, inner] = wrapped.exec(value) ?? []
  if (inner === undefined) return value
  if (!base64.test(inner)) return undefined
  const bytes = Buffer.from(inner, 'base64')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}

/** A value as a header carries it. */
export function encodeHeader(value: string): string {
  const plain = /^[\x20-\x7e\t]*$/.test(value) && value.trim() === value && !wrapped.test(value)
  return plain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`
}

function mismatch(header: string): Unanswered {
  const message = `the header ${header} does not say what the body says`
  return new Unanswered({ code: codes.headerMismatch, message, status: 400 })
}

/** Arguments within arguments are looked at so deep. */
const deepest = 20

/** The arguments of a tool that headers repeat, as its schema says; also those within others. */
export function parameterHeaders(inputSchema: unknown): ParameterHeaders {
  return new Map(repeatedIn(inputSchema, []))
}

function repeatedIn(schema: unknown, path: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const properties = memberOf(schema, 'properties')
  if (typeof properties !== 'object' || properties === null || path.length >= deepest) return []
  return Object.entries(properties).flatMap(([name, each]) => {
    const at = [...path, name]
    const header = memberOf(each, 'x-mcp-header')
    const own = typeof header === 'string' && isToken.test(header) ? [[header, at] as const] : []
    return [...own, ...repeatedIn(each, at)]
  })
}

const isToken = /^[\w!#$%&'*+.^`|~-]+$/

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Object.entries(value).find(([each]) => each === name)?.[1]
    : undefined
}

/** The headers a modern request needs, for whoever did not come over HTTP or was called by another name. */
export function headersFor(message: Message, declared: ParameterHeaders | undefined): Record<string, string> {
  if (message.kind === 'response') return {}
  const headers: Record<string, string> = { 'mcp-method': message.method }
  const version = metaOf(message)[metaVersion]
  if (typeof version === 'string') headers['mcp-protocol-version'] = version
  const name = message.params[named.get(message.method) ?? '']
  if (typeof name === 'string') headers['mcp-name'] = encodeHeader(name)
  return { ...headers, ...parametersFor(message, declared) }
}

function parametersFor(
  message: Exclude<Message, { kind: 'response' }>,
  declared: ParameterHeaders | undefined,
): Readonly<Record<string, string>> {
  if (message.method !== 'tools/call') return {}
  const found: Record<string, string> = {}
  for (const [header, path] of declared ?? []) {
    const value = getPointer(message.params['arguments'], path)
    const text = value instanceof Big ? value.toFixed() : value
    if (text !== undefined && text !== null && typeof text !== 'object')
      found[`mcp-param-${header.toLowerCase()}`] = encodeHeader(String(text))
  }
  return found
}

/**
 * The headers of the protocol that go on with a message. SECURITY: what they repeat of it is what it says as it is sent, which may be less than
 * came, and nothing else: of a tool that was not known when it came, they were compared with nothing.
 */
export function repeating(
  era: Era,
  headers: McpHeaders,
  message: Message | null,
  declared?: ParameterHeaders,
): McpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !/^mcp-(?:method$|name$|param-)/.test(name))
  if (message === null || message.kind === 'response') return Object.fromEntries(kept)
  const own = headersFor(message, era === 'modern' ? declared : undefined)
  const repeated = Object.entries(own).filter(([name]) => name.startsWith('mcp-param-') || name in headers)
  return Object.fromEntries([...kept, ...repeated])
}
