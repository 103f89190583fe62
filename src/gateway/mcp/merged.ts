/** Several servers as one: their lists put together, each call sent to whose it is. */
import { randomBytes } from 'node:crypto'
import { isRecord } from '../../wire/to-http.ts'
import { Answering } from './answering.ts'
import { askUpstream } from './ask.ts'
import { encodeHeader, type McpHeaders } from './era.ts'
import { exchangeAt } from './json-span.ts'
import { listMembers } from './lists.ts'
import { type Message, messageOf, metaOf, type RequestMessage } from './message.ts'
import type { Naming } from './naming.ts'
import { silent } from './questions.ts'
import type { ResourceIndex } from './resource-index.ts'
import { codes, errorBytes, resultBytes } from './rpc-error.ts'
import { type SseEvent, withData } from './sse.ts'
import { answer } from './stdio-upstream.ts'
import type { Exchange, McpUpstream, Sink } from './upstream.ts'

export interface MergedOptions {
  readonly upstreams: readonly McpUpstream[]
  readonly naming: Naming
  readonly resources: ResourceIndex
}

type Result = Readonly<Record<string, unknown>>

const most = 10_000
const bySelf: ReadonlySet<string> = new Set(['ping'])
const byUri: ReadonlySet<string> = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe'])

/** Makes them one. */
export function mergedUpstream(options: MergedOptions): McpUpstream {
  return new Merged(options)
}

class Merged implements McpUpstream {
  readonly source = ''
  readonly #options: MergedOptions
  /** Our session id → source → that of the server. */
  readonly #sessions = new Map<string, ReadonlyMap<string, McpHeaders>>()
  readonly #tasks = new Map<string, string>()

  constructor(options: MergedOptions) {
    this.#options = options
  }

  send(exchange: Exchange, sink: Sink, signal: AbortSignal): void {
    this.#route(exchange, sink, signal).catch(() => sink.fail({ sent: false, why: 'FAILED', timedOut: false }))
  }

  async #route(exchange: Exchange, sink: Sink, signal: AbortSignal): Promise<void> {
    const { message } = exchange
    if (message?.kind !== 'request') this.#tell(exchange, sink, signal)
    else if (message.method === 'initialize' || message.method === 'server/discover')
      await this.#greet(exchange, message, sink, signal)
    else if (listMembers[message.method] !== undefined) await this.#list(exchange, message, sink, signal)
    else if (bySelf.has(message.method)) answer(sink, 200, resultBytes(message.id, '{}'))
    else if (message.method === 'subscriptions/listen') this.#fan(exchange, sink, signal, true)
    else await this.#one(exchange, message, sink, signal)
  }

  /** The exchange as one server gets it: with its own session. */
  #for(source: string, exchange: Exchange, message: Message | null = exchange.message): Exchange {
    const { 'mcp-session-id': id, ...headers } = exchange.headers
    const own = id === undefined ? {} : (this.#sessions.get(id)?.get(source) ?? {})
    return { ...exchange, message, headers: { ...headers, ...own } }
  }

  /** What everybody is asked: who they are and what they can. */
  async #greet(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { era, headers } = exchange
    const sessions = new Map<string, McpHeaders>()
    const asked = this.#options.upstreams.map(async (upstream) => {
      const { _meta: _, ...params } = message.params
      const onHead = (head: { readonly headers: McpHeaders }): void => {
        const id = head.headers['mcp-session-id']
        sessions.set(upstream.source, id === undefined ? {} : { 'mcp-session-id': id })
      }
      return askUpstream({ upstream, era, signal, headers, meta: metaOf(message), onHead }, message.method, params)
    })
    const results = (await Promise.all(asked)).filter(isRecord)
    const [first] = results
    if (first === undefined) {
      answer(sink, 502, errorBytes(message.id, { code: codes.internal, message: 'no server answered' }))
      return
    }
    const id = randomBytes(16).toString('hex')
    if (era === 'legacy') this.#remember(id, sessions)
    const session = era === 'legacy' ? { 'mcp-session-id': id } : {}
    answer(sink, 200, resultBytes(message.id, JSON.stringify(greetingOf(results, first))), session)
  }

  #remember(id: string, sessions: ReadonlyMap<string, McpHeaders>): void {
    this.#sessions.set(id, sessions)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > most && oldest !== undefined) this.#sessions.delete(oldest)
  }

  async #list(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { era } = exchange
    const { naming, upstreams } = this.#options
    const member = listMembers[message.method] ?? ''
    const isNamed = member === 'tools' || member === 'prompts'
    const pages = upstreams.map(async (upstream) => {
      const { headers } = this.#for(upstream.source, exchange)
      const found: Result[] = []
      let cursor: unknown
      for (let page = 0; page < 50; page += 1) {
        const params = cursor === undefined ? {} : { cursor }
        const result = await askUpstream(
          { upstream, era, signal, headers, meta: metaOf(message) },
          message.method,
          params,
        )
        if (!isRecord(result) || !Array.isArray(result[member])) break
        const items: readonly unknown[] = result[member]
        found.push(...items.filter(isRecord))
        cursor = result['nextCursor']
        if (cursor === undefined) break
      }
      return isNamed
        ? found.map((each) => ({ ...each, name: naming.visible(upstream.source, String(each['name'])) }))
        : found
    })
    const merged = { [member]: (await Promise.all(pages)).flat() }
    const modern = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}
    answer(sink, 200, resultBytes(message.id, JSON.stringify({ ...merged, ...modern })))
  }

  /** A request for one server. */
  async #one(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { naming, resources, upstreams } = this.#options
    const { name, uri, ref, taskId } = message.params
    const named =
      typeof name === 'string'
        ? naming.of(name)
        : isRecord(ref) && typeof ref['name'] === 'string'
          ? naming.of(ref['name'])
          : undefined
    const address = byUri.has(message.method) ? uri : isRecord(ref) ? ref['uri'] : undefined
    const source =
      named?.source ??
      (typeof taskId === 'string' ? this.#tasks.get(taskId) : undefined) ??
      (typeof address === 'string' ? await resources.sourceOf(address, signal) : undefined)
    const upstream = upstreams.find((each) => each.source === source)
    if (upstream === undefined) {
      answer(sink, 200, errorBytes(message.id, { code: codes.params, message: 'no server has this' }))
      return
    }
    const path = isRecord(ref) ? ['params', 'ref', 'name'] : ['params', 'name']
    const renamed = named === undefined ? message : withName(message, path, named.name)
    const sent = this.#for(upstream.source, exchange, renamed)
    const header =
      named === undefined || exchange.headers['mcp-name'] === undefined ? {} : { 'mcp-name': encodeHeader(named.name) }
    upstream.send({ ...sent, headers: { ...sent.headers, ...header } }, this.#noting(sink, upstream.source), signal)
  }

  /** Answers and other messages: to everybody, but an answer only to whose question it is. */
  #tell(exchange: Exchange, sink: Sink, signal: AbortSignal): void {
    const { message, method, headers } = exchange
    if (message?.kind === 'response') {
      const [, source = '', id = 'null'] = /^([\w-]+):(.*)$/s.exec(String(message.id)) ?? []
      const upstream = this.#options.upstreams.find((each) => each.source === source)
      const bytes = Buffer.from(exchangeAt(message.bytes.toString('utf8'), ['id'], id))
      if (upstream === undefined) answer(sink, 202, Buffer.alloc(0))
      else upstream.send(this.#for(source, exchange, { ...message, bytes }), sink, signal)
      return
    }
    if (method === 'GET') {
      this.#fan(exchange, sink, signal, false)
      return
    }
    for (const upstream of this.#options.upstreams) upstream.send(this.#for(upstream.source, exchange), silent, signal)
    if (method === 'DELETE') this.#sessions.delete(headers['mcp-session-id'] ?? '')
    answer(sink, method === 'DELETE' ? 200 : 202, Buffer.alloc(0))
  }

  /** One stream of what all of them say. @param acknowledged - Each says first that it listens; that is said once. */
  #fan(exchange: Exchange, sink: Sink, signal: AbortSignal, acknowledged: boolean): void {
    const joined = new Answering(sink, {})
    joined.stream()
    let [open, said] = [this.#options.upstreams.length, false]
    const end = (): void => {
      open -= 1
      if (open === 0) joined.end()
    }
    for (const upstream of this.#options.upstreams) {
      const event = ({ data = '' }: SseEvent): void => {
        const isFirst = acknowledged && data.includes('notifications/subscriptions/acknowledged')
        if (data === '' || (isFirst && said)) return
        said ||= isFirst
        joined.add(Buffer.from(this.#marked(upstream.source, data)))
      }
      const nothing = (): void => undefined
      upstream.send(
        this.#for(upstream.source, exchange),
        { head: nothing, whole: nothing, event, end, fail: end },
        signal,
      )
    }
  }

  /** Questions of a server are asked under ids that say whose they are. */
  #marked(source: string, data: string): string {
    const message = data.includes('"method"') ? messageOf(JSON.parse(data), Buffer.alloc(0)) : undefined
    if (message?.kind !== 'request') return data
    return exchangeAt(data, ['id'], JSON.stringify(`${source}:${JSON.stringify(message.id)}`))
  }

  #noting(sink: Sink, source: string): Sink {
    const note = (text: string): void => {
      const [, id] = text.includes('"taskId"') ? (/"taskId"\s*:\s*"([^"\\]+)"/.exec(text) ?? []) : []
      if (id !== undefined && this.#tasks.size < most) this.#tasks.set(id, source)
    }
    return {
      head: (head) => {
        const { 'mcp-session-id': _, ...headers } = head.headers
        sink.head({ ...head, headers })
      },
      whole: (bytes) => {
        note(bytes.toString('utf8'))
        return sink.whole(bytes)
      },
      event: (event) => {
        const { data = '' } = event
        note(data)
        const marked = this.#marked(source, data)
        return sink.event(marked === data ? event : withData(event, marked))
      },
      end: () => sink.end(),
      fail: (failure) => sink.fail(failure),
    }
  }

  async close(): Promise<void> {
    // The servers belong to whoever opened them.
  }
}

/** What all of them can, under our name. */
function greetingOf(results: readonly Result[], first: Result): Result {
  const capabilities: Record<string, unknown> = {}
  for (const { capabilities: each } of results)
    for (const [name, value] of Object.entries(isRecord(each) ? each : {}))
      capabilities[name] = isRecord(value) && isRecord(capabilities[name]) ? { ...capabilities[name], ...value } : value
  const instructions = results.flatMap((each) =>
    typeof each['instructions'] === 'string' ? [each['instructions']] : [],
  )
  const serverInfo = { name: 'lockstep', version: '1' }
  const meta = isRecord(first['_meta'])
    ? { _meta: { ...first['_meta'], 'io.modelcontextprotocol/serverInfo': serverInfo } }
    : {}
  return {
    ...first,
    capabilities,
    ...('serverInfo' in first ? { serverInfo } : {}),
    ...meta,
    ...(instructions.length === 0 ? {} : { instructions: instructions.join('\n\n') }),
  }
}

function withName(message: RequestMessage, path: readonly string[], name: string): RequestMessage {
  const bytes = Buffer.from(exchangeAt(message.bytes.toString('utf8'), path, JSON.stringify(name)))
  const { ref } = message.params
  const params = isRecord(ref) ? { ...message.params, ref: { ...ref, name } } : { ...message.params, name }
  return { ...message, params, bytes }
}
