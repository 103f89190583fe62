/** A server that is a program: one process for each session of the earlier revisions, one for all that is stateless. */
import { randomBytes } from 'node:crypto'
import type { CommandConfig } from './child.ts'
import { metaCapabilities, metaVersion } from './era.ts'
import { metaOf } from './message.ts'
import { codes, errorBytes } from './rpc-error.ts'
import { without } from './secrets.ts'
import { ownerOf } from './session.ts'
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
  /** Told when the process of a session has ended. */
  readonly onEnd?: () => void
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
  readonly #owners = new WeakMap<SessionProcess, string>()
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

  #sendModern(exchange: Exchange, sink: Sink, signal: AbortSignal): void {
    const { message } = exchange
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
    if (supported === undefined || supported.includes(requested))
      this.#shared.send(message, sink, signal, ownerIn(exchange))
    else {
      const error = {
        code: codes.unsupportedVersion,
        message: 'this revision is not spoken',
        data: { supported, requested },
      }
      answer(sink, 400, errorBytes(message.id, error))
    }
  }

  #open(exchange: Exchange, sink: Sink): void {
    this.#endIdle()
    const { message } = exchange
    if (message?.kind !== 'request') return
    const owner = ownerIn(exchange) ?? ''
    if (this.#sessions.size >= (this.#options.most ?? 64) && !this.#makeRoom(owner)) {
      answer(sink, 503, errorBytes(message.id, { code: codes.internal, message: 'too many sessions are open' }))
      return
    }
    const id = randomBytes(16).toString('hex')
    const session = new SessionProcess(this.#options, () => {
      this.#sessions.delete(id)
      this.#options.onEnd?.()
    })
    this.#sessions.set(id, session)
    this.#owners.set(session, owner)
    session.request(message, sink, { 'mcp-session-id': id })
  }

  /** Whoever has most sessions gives up the one that was longest not used, for somebody who has fewer. @returns whether there is room now. */
  #makeRoom(owner: string): boolean {
    const all = new Map<string | undefined, SessionProcess[]>()
    for (const session of this.#sessions.values()) {
      const whose = this.#owners.get(session)
      all.set(whose, [...(all.get(whose) ?? []), session])
    }
    const [most = []] = [...all.values()].sort((one, other) => other.length - one.length)
    if (most.length <= (all.get(owner)?.length ?? 0) + 1) return false
    const [oldest] = most.toSorted((one, other) => one.used - other.used)
    oldest?.end()
    return oldest !== undefined
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

function ownerIn({ whose }: Exchange): string | undefined {
  return whose?.principal === undefined ? undefined : ownerOf(whose.principal)
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
