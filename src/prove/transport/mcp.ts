/** Tools of an MCP server, seen as operations: what they answer becomes an answer as an API gives it. */
import { createParser } from 'eventsource-parser'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord, mcpRevision } from '../../wire/to-http.ts'
import { bodyOfResult } from '../../wire/tool-result.ts'
import type { Exchange, HttpRequest, HttpResponse } from './exchange.ts'
import type { Transport } from './transport.ts'

/** The newest revision in which a server wants to be greeted first. */
const greetedRevision = '2025-11-25'
/** What a tool that failed, or a server that refused, is said to have answered. */
const failed = 422

type Members = Readonly<Record<string, unknown>>

/** How a server wants to be called: each call by itself, or within what it began with a greeting. */
type Manner =
  | { readonly kind: 'plain' }
  | { readonly kind: 'greeted'; readonly revision: string; readonly headers: Readonly<Record<string, string>> }

/** A request as it was meant, without what a session adds; and how it is sent, where it is the call of a tool. */
interface Meant {
  readonly request: HttpRequest
  readonly manner: Manner | undefined
}

/**
 * A transport that also speaks to MCP servers, of the present revision and of those before it.
 *
 * A call of a tool (`mcp-method: tools/call`) comes back as the tool's result: status 200 and its structured content, or the JSON of
 * its text, and what it lists (`tools/list`) as it is; a tool that failed and a server that refused come back with a status from 400 on. Everything else passes unchanged.
 * Whoever is seen for the first time costs one request more, or three where a greeting is wanted.
 */
export function withTools(inner: Transport): Transport {
  const manners = new Map<string, Promise<Manner>>()
  const mannerFor = (request: HttpRequest): Promise<Manner> => {
    const key = JSON.stringify([request.url, headerOf(request, 'authorization'), headerOf(request, 'cookie')])
    const known = manners.get(key) ?? findManner(inner, request)
    manners.set(key, known)
    return known
  }
  return {
    async send(request) {
      if (!isForTools(request)) return inner.send(request)
      const manner = await mannerFor(request)
      return asOperation({ request, manner }, await inner.send(inManner(request, manner)))
    },
    async race(requests) {
      if (!requests.some(isForTools)) return inner.race(requests)
      const ready: Meant[] = []
      for (const request of requests)
        ready.push({ request, manner: isForTools(request) ? await mannerFor(request) : undefined })
      const exchanges = await inner.race(ready.map(({ request, manner }) => inManner(request, manner)))
      return exchanges.map((exchange, index) => {
        const meant = ready[index]
        return meant?.manner === undefined ? exchange : asOperation(meant, exchange)
      })
    },
    used: () => inner.used(),
    close: () => inner.close(),
  }
}

function isForTools(request: HttpRequest): boolean {
  return /^tools\/(?:call|list)$/.test(headerOf(request, 'mcp-method') ?? '')
}

function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
}

/** Asks as whoever will call: what a server answers may depend on who asks. */
async function findManner(inner: Transport, request: HttpRequest): Promise<Manner> {
  const discovered = await inner.send(messageFrom(request, 'server/discover', { id: 1 }))
  if (isRecord(resultIn(discovered)?.['result'])) return { kind: 'plain' }
  const hello = {
    protocolVersion: greetedRevision,
    capabilities: {},
    clientInfo: { name: 'lockstep', version: '1' },
  }
  const greeting = await inner.send(messageFrom(request, 'initialize', { id: 1, params: hello }))
  const result = resultIn(greeting)?.['result']
  if (greeting.response === undefined || !isRecord(result)) return { kind: 'plain' }
  const session = greeting.response.headers['mcp-session-id']
  const agreed = result['protocolVersion']
  const revision = typeof agreed === 'string' ? agreed : greetedRevision
  const headers = {
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
    'mcp-protocol-version': revision,
  }
  const manner: Manner = { kind: 'greeted', revision, headers }
  await inner.send(inManner(messageFrom(request, 'notifications/initialized', {}), manner))
  return manner
}

/** Another message to the same server by the same caller. */
function messageFrom(
  request: HttpRequest,
  method: string,
  { id, params }: { id?: number; params?: unknown },
): HttpRequest {
  const modern = method === 'server/discover'
  const meta = {
    'io.modelcontextprotocol/protocolVersion': mcpRevision,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const message = {
    jsonrpc: '2.0',
    ...(id === undefined ? {} : { id }),
    method,
    ...(modern ? { params: { _meta: meta } } : params === undefined ? {} : { params }),
  }
  const kept = Object.entries(request.headers).filter(([name]) => !/^mcp-/i.test(name))
  const own = modern ? { 'mcp-protocol-version': mcpRevision, 'mcp-method': method } : {}
  return { ...request, headers: { ...Object.fromEntries(kept), ...own }, body: JSON.stringify(message) }
}

function inManner(request: HttpRequest, manner: Manner | undefined): HttpRequest {
  if (manner?.kind !== 'greeted') return request
  const kept = Object.entries(request.headers).filter(([name]) => !/^mcp-/i.test(name))
  return { ...request, headers: { ...Object.fromEntries(kept), ...manner.headers } }
}

/** The message with which a request was answered: the only one, or that of the stream which answers it. */
function resultIn({ response }: Exchange): Members | undefined {
  if (response === undefined) return undefined
  if (!(response.headers['content-type'] ?? '').includes('text/event-stream'))
    return isRecord(response.json) ? response.json : undefined
  let found: Members | undefined
  const parser = createParser({
    onEvent: ({ data }) => {
      const message = parseLosslessJson(data)
      if (isRecord(message) && ('result' in message || 'error' in message)) found = message
    },
  })
  parser.feed(response.body)
  return found
}

function asOperation({ request, manner }: Meant, exchange: Exchange): Exchange {
  const { response } = exchange
  const meant = manner?.kind === 'greeted' ? { request, greeted: manner.revision } : { request }
  if (response === undefined) return { ...exchange, ...meant }
  const message = resultIn(exchange)
  return { ...meant, response: message === undefined ? response : { ...response, ...answerOf(message, response) } }
}

function answerOf(message: Members, response: HttpResponse): Pick<HttpResponse, 'status' | 'json' | 'body'> {
  const { error, result } = message
  if (isRecord(error)) {
    const { data } = error
    const said = isRecord(data) ? data['status'] : undefined
    const status =
      typeof said === 'number' && said >= 400 && said < 600 ? said : response.status >= 400 ? response.status : failed
    return { status, json: error, body: JSON.stringify(error) }
  }
  const json = !isRecord(result) ? undefined : Array.isArray(result['tools']) ? result : bodyOfResult(result)
  const wants = isRecord(result) && result['resultType'] === 'input_required'
  const bad = !isRecord(result) || result['isError'] === true || wants
  return { status: bad ? failed : 200, json, body: JSON.stringify(json ?? null) }
}
