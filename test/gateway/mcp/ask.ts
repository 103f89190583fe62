// Single requests of both eras, as bytes of our own.
import assert from 'node:assert/strict'

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

export interface Said {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: Readonly<Record<string, unknown>>
  }
}

export interface AskOptions {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly capabilities?: Readonly<Record<string, unknown>>
}

let next = 0

/** A request of 2026-07-28 with the headers it must have. */
export function ask(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  options: AskOptions = {},
): Promise<Said> {
  next += 1
  const meta = {
    ...modernMeta,
    ...(options.capabilities === undefined
      ? {}
      : { 'io.modelcontextprotocol/clientCapabilities': options.capabilities }),
  }
  const given = params['_meta']
  const body = {
    jsonrpc: '2.0',
    id: next,
    method,
    params: { ...params, _meta: { ...meta, ...(typeof given === 'object' ? given : {}) } },
  }
  const name = params['name'] ?? params['uri']
  return post(url, JSON.stringify(body), {
    ...options,
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...options.headers,
    },
  })
}

/** A request of the earlier revisions. */
export function askOld(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  options: AskOptions = {},
): Promise<Said> {
  next += 1
  return post(url, JSON.stringify({ jsonrpc: '2.0', id: next, method, params }), options)
}

/** Calls a tool. */
export function callTool(url: string, name: string, given: unknown = {}, options: AskOptions = {}): Promise<Said> {
  return ask(url, 'tools/call', { name, arguments: given }, options)
}

/** Any bytes. */
export async function post(url: string, body: string | Buffer, { as, headers }: AskOptions = {}): Promise<Said> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  const parsed = (isJson && text !== '' ? JSON.parse(text) : {}) as Partial<Said>
  return { ...parsed, status: response.status, headers: response.headers, text }
}

/** The code that agents act on. */
export function codeOf({ error, text }: Said): unknown {
  assert.ok(error !== undefined, text)
  return error.data?.['code']
}
