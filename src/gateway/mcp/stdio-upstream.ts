/** A server that is a program: one process for each session of the earlier revisions, one for all that is stateless. */
import { randomBytes } from 'node:crypto'
import type { CommandConfig } from './child.ts'
import { metaCapabilities, metaVersion } from './era.ts'
import { metaOf } from './message.ts'
import { codes, errorBytes } from './rpc-error.ts'
import { without } from './secrets.ts'
import { SessionProcess } from './session-process.ts'
import { SharedProcess } from './shared-process.ts'
import type { Exchange, McpUpstream, Sink } from './upstream.ts'

export interface StdioUpstreamOptions {
  readonly source: string
  readonly command: CommandConfig
  /** The environment of this process: of it, a program gets only what every program needs. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly maxBytes: number
  /** Processes at once; 64 by default. */
  readonly most?: number
}

/** Starts processes as they are needed. */
export function stdioUpstream(options: StdioUpstreamOptions): McpUpstream {
  return new StdioUpstream(options)
}

const idleMs = 30 * 60_000

class StdioUpstream implements McpUpstream {
  readonly source: string
  readonly #options: StdioUpstreamOptions
  readonly #sessions = new Map<string, SessionProcess>()
  #shared: SharedProcess | undefined

  constructor(options: StdioUpstreamOptions) {
    this.source = options.source
    this.#options = options
  }

  send(exchange: Exchange, given: Sink, signal: AbortSignal): void {
    const sink = without(this.#options.command.env ?? {}, given)
    if (exchange.era === 'modern') this.#sendModern(exchange, sink, signal)
    else if (exchange.message?.kind === 'request' && exchange.message.method === 'initialize')
      this.#open(exchange, sink)
    else this.#sendLegacy(exchange, sink, signal)
  }

  #sendModern({ message }: Exchange, sink: Sink, signal: AbortSignal): void {
    if (message === null || message.kind === 'response') {
      answer(sink, 405, Buffer.alloc(0))
      return
    }
    // Over HTTP, a connection that is closed cancels; another connection cannot.
    if (message.kind === 'notification') {
      answer(sink, 202, Buffer.alloc(0))
      return
    }
    const meta = metaOf(message)
    if (typeof meta[metaVersion] !== 'string' || typeof meta[metaCapabilities] !== 'object') {
      const missing = { code: codes.params, message: `_meta has to say ${metaVersion} and ${metaCapabilities}` }
      answer(sink, 400, errorBytes(message.id, missing))
      return
    }
    if (this.#shared?.ended !== false) this.#shared = new SharedProcess(this.#options)
    const { supported } = this.#shared
    const requested = meta[metaVersion]
    // A program that has begun may not look at the version again.
    if (supported === undefined || supported.includes(requested)) this.#shared.send(message, sink, signal)
    else {
      const error = {
        code: codes.unsupportedVersion,
        message: 'this revision is not spoken',
        data: { supported, requested },
      }
      answer(sink, 400, errorBytes(message.id, error))
    }
  }

  #open({ message }: Exchange, sink: Sink): void {
    this.#endIdle()
    if (message?.kind !== 'request') return
    if (this.#sessions.size >= (this.#options.most ?? 64)) {
      answer(sink, 503, errorBytes(message.id, { code: codes.internal, message: 'too many sessions are open' }))
      return
    }
    const id = randomBytes(16).toString('hex')
    const session = new SessionProcess(this.#options, () => this.#sessions.delete(id))
    this.#sessions.set(id, session)
    session.request(message, sink, { 'mcp-session-id': id })
  }

  #sendLegacy({ method, headers, message }: Exchange, sink: Sink, signal: AbortSignal): void {
    const id = headers['mcp-session-id']
    const session = id === undefined ? undefined : this.#sessions.get(id)
    if (session === undefined) {
      const error = { code: -32001, message: id === undefined ? 'a session has to be opened first' : 'no such session' }
      answer(sink, id === undefined ? 400 : 404, errorBytes(message?.kind === 'request' ? message.id : null, error))
    } else if (message?.kind === 'request') session.request(message, sink, {})
    else if (message !== null) {
      session.tell(message)
      answer(sink, 202, Buffer.alloc(0))
    } else if (method === 'DELETE') {
      session.end()
      answer(sink, 200, Buffer.alloc(0))
    } else session.listen(sink, signal)
  }

  #endIdle(): void {
    const before = performance.now() - idleMs
    for (const session of this.#sessions.values()) if (session.used < before) session.end()
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) session.end()
    this.#shared?.end()
  }
}

/** Gives an answer that is whole. */
export function answer(
  sink: Sink,
  status: number,
  bytes: Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  sink.head({
    status,
    headers: bytes.length === 0 ? headers : { ...headers, 'content-type': 'application/json' },
    stream: false,
  })
  const written = sink.whole(bytes)
  if (written instanceof Promise) void written.then(() => sink.end())
  else sink.end()
}
