/** Several servers as one: their lists put together, each call sent to whose it is. */
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { Answering } from './answering.ts'
import { askUpstream } from './ask.ts'
import { encodeHeader, type McpHeaders } from './era.ts'
import { exchangeAt } from './json-span.ts'
import { listMembers } from './lists.ts'
import { type Message, messageOf, metaOf, type RequestMessage } from './message.ts'
import { type Naming, pointingOf } from './naming.ts'
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

const bySelf: ReadonlySet<string> = new Set(['ping'])

/** Makes them one. */
export function mergedUpstream(options: MergedOptions): McpUpstream {
  return new Merged(options)
}

class Merged implements McpUpstream {
  readonly source = ''
  readonly #options: MergedOptions

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
    else if (listMembers.has(message.method)) await this.#list(exchange, message, sink, signal)
    else if (message.method === 'logging/setLevel') await this.#all(exchange, message, sink, signal)
    else if (bySelf.has(message.method)) answer(sink, 200, resultBytes(message.id, '{}'))
    else if (message.method === 'subscriptions/listen') this.#fan(exchange, sink, signal, true)
    else await this.#one(exchange, message, sink, signal)
  }

  /** The exchange as one server gets it: with its own session. */
  #for(source: string, exchange: Exchange, message: Message | null = exchange.message): Exchange {
    const { 'mcp-session-id': id, ...headers } = exchange.headers
    const theirs = id === undefined ? undefined : sessionsIn(id)[source]
    const own = theirs === undefined ? {} : { 'mcp-session-id': theirs }
    return { ...exchange, message, headers: { ...headers, ...own } }
  }

  /** What everybody is asked: who they are and what they can. */
  async #greet(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { era, headers } = exchange
    const sessions: Record<string, string> = {}
    const asked = this.#options.upstreams.map(async (upstream) => {
      const { _meta: _, ...params } = message.params
      const onHead = (head: { readonly headers: McpHeaders }): void => {
        const id = head.headers['mcp-session-id']
        if (id !== undefined) sessions[upstream.source] = id
      }
      return askUpstream({ upstream, era, signal, headers, meta: metaOf(message), onHead }, message.method, params)
    })
    const results = (await Promise.all(asked)).filter(isRecord)
    const [first] = results
    if (first === undefined) {
      answer(sink, 502, errorBytes(message.id, { code: codes.internal, message: 'no server answered' }))
      return
    }
    // It says itself whose sessions it stands for, so that every node knows. No client learns it.
    const session = era === 'legacy' ? { 'mcp-session-id': JSON.stringify(sessions) } : {}
    answer(sink, 200, resultBytes(message.id, JSON.stringify(greetingOf(results, first))), session)
  }

  /** What every server is told; those that do not know it need not. */
  async #all(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { _meta: _, ...params } = message.params
    const asked = this.#options.upstreams.map((upstream) => {
      const { era, headers } = this.#for(upstream.source, exchange)
      return askUpstream({ upstream, era, signal, headers, meta: metaOf(message) }, message.method, params)
    })
    const isTaken = (await Promise.all(asked)).some(isRecord)
    const error = { code: codes.unknownMethod, message: 'no server knows this' }
    answer(sink, 200, isTaken ? resultBytes(message.id, '{}') : errorBytes(message.id, error))
  }

  async #list(exchange: Exchange, message: RequestMessage, sink: Sink, signal: AbortSignal): Promise<void> {
    const { era } = exchange
    const { naming, upstreams } = this.#options
    const member = listMembers.get(message.method) ?? ''
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
      if (!isNamed) this.#options.resources.note(upstream.source, found)
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
    const pointing = pointingOf(message)
    const called = pointing !== undefined && 'name' in pointing ? pointing : undefined
    const named = called === undefined ? undefined : naming.of(called.name)
    const source =
      exchange.to ??
      named?.source ??
      (pointing !== undefined && 'uri' in pointing ? await resources.sourceOf(pointing.uri, signal) : undefined)
    const upstream = upstreams.find((each) => each.source === source)
    if (upstream === undefined) {
      answer(sink, 200, errorBytes(message.id, { code: codes.params, message: 'no server has this' }))
      return
    }
    const renamed = named === undefined || called === undefined ? message : withName(message, called.at, named.name)
    const sent = this.#for(upstream.source, exchange, renamed)
    const header =
      named === undefined || exchange.headers['mcp-name'] === undefined ? {} : { 'mcp-name': encodeHeader(named.name) }
    upstream.send({ ...sent, headers: { ...sent.headers, ...header } }, this.#marking(sink, upstream.source), signal)
  }

  /** Answers and other messages: to everybody, but an answer only to whose question it is. */
  #tell(exchange: Exchange, sink: Sink, signal: AbortSignal): void {
    const { message, method } = exchange
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
    // Of answers, which may be long, hardly any is read twice; a name may be written with escapes.
    const mayAsk = data.includes('"method"') || data.includes('\\u')
    const message = mayAsk ? messageOf(parseLosslessJson(data), Buffer.alloc(0)) : undefined
    if (message?.kind !== 'request') return data
    const { method, params } = message
    const id = `${source}:${JSON.stringify(message.id)}`
    // Written anew: an id that stands there twice would be read as the other one.
    return printLosslessJson({ jsonrpc: '2.0', id, method, params })
  }

  #marking(sink: Sink, source: string): Sink {
    return {
      head: (head) => {
        const { 'mcp-session-id': _, ...headers } = head.headers
        sink.head({ ...head, headers })
      },
      whole: (bytes) => sink.whole(bytes),
      event: (event) => {
        const { data = '' } = event
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

/** By source, the ids that an id of ours stands for. */
function sessionsIn(id: string): Readonly<Record<string, string>> {
  const found: unknown = JSON.parse(id)
  const own = isRecord(found) ? Object.entries(found) : []
  return Object.fromEntries(own.flatMap(([source, each]) => (typeof each === 'string' ? [[source, each]] : [])))
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

function setName(params: RequestMessage['params'], path: readonly string[], name: string): RequestMessage['params'] {
  const { ref } = params
  return path.includes('ref') && isRecord(ref) ? { ...params, ref: { ...ref, name } } : { ...params, name }
}

function withName(message: RequestMessage, path: readonly string[], name: string): RequestMessage {
  const bytes = Buffer.from(exchangeAt(message.bytes.toString('utf8'), path, JSON.stringify(name)))
  return { ...message, params: setName(message.params, path, name), bytes }
}
