/** A call as the bytes an API expects, and the other way round where both sides need it. */
import type { CallRequest, Charter, Use } from '../charter/charter.ts'
import { printLosslessJson } from './lossless-json.ts'

/** One HTTP request. Header names in lower case or as declared. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Whether a value is an object as JSON has them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Writes a call as HTTP, as the description says. Credentials are added by the identity's session. */
export function toHttp(charter: Charter, use: Use, request: CallRequest, server: string): WireRequest {
  const shape = charter.operations.get(use.operation)?.shape
  if (shape === undefined) throw new TypeError(`no operation ${use.operation}`)
  if (shape.method === 'TOOL') return toolCall(shape.name, request, server)
  const path = shape.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(textOf(request.path?.[name])),
  )
  const base = server.replace(/\/+$/, '')
  // A server URL given with its path wins over the description's own base path.
  const prefix = shape.basePath !== '' && !new URL(base).pathname.endsWith(shape.basePath) ? shape.basePath : ''
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) query.append(name, textOf(each))
  }
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const [name, value] of Object.entries(request.header ?? {}))
    if (value !== undefined) headers[name] = textOf(value)
  const url = `${base}${prefix}${path}${query.size === 0 ? '' : `?${query}`}`
  if (request.body === undefined || ['GET', 'HEAD'].includes(shape.method))
    return { method: shape.method, url, headers }
  const form = shape.body?.mediaType.includes('x-www-form-urlencoded') === true && isRecord(request.body)
  headers['content-type'] = form
    ? 'application/x-www-form-urlencoded'
    : (shape.body?.mediaType ?? 'application/json').replace(/^\*\/\*$/, 'application/json')
  const body = form ? formText(request.body) : printLosslessJson(request.body)
  return { method: shape.method, url, headers, body }
}

/** The revision of MCP in which a call is one request by itself. */
export const mcpRevision = '2026-07-28'

/**
 * The call of a tool over Streamable HTTP.
 *
 * @see MCP 2026-07-28, basic/transports
 */
function toolCall(name: string, { header, body }: CallRequest, server: string): WireRequest {
  const message = mcpMessage(server, 'tools/call', { name, arguments: body ?? {} })
  const headers: Record<string, string> = { ...message.headers, 'mcp-name': headerText(name) }
  for (const [each, value] of Object.entries(header ?? {})) if (value !== undefined) headers[each] = textOf(value)
  return { ...message, headers }
}

/** Asks an MCP server for its tools, from a page on. */
export function toolList(server: string, cursor?: string): WireRequest {
  return mcpMessage(server, 'tools/list', cursor === undefined ? {} : { cursor })
}

function mcpMessage(server: string, method: string, params: Readonly<Record<string, unknown>>): WireRequest {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': mcpRevision,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'lockstep', version: '1' },
  }
  return {
    method: 'POST',
    url: server,
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': mcpRevision,
      'mcp-method': method,
    },
    body: printLosslessJson({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  }
}

/** Names that no header can hold as they are go as base64 (SEP-2243). */
function headerText(name: string): string {
  if (/^[\x21-\x7e]+$/.test(name)) return name
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(name)))}?=`
}

function formText(body: unknown): string {
  const form = new URLSearchParams()
  if (isRecord(body)) for (const [name, value] of Object.entries(body)) form.append(name, textOf(value))
  return String(form)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && isRecord(value) ? JSON.stringify(value) : String(value ?? '')
}
