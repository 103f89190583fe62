/** Requests to agents. */
import { type Dispatcher, Pool } from 'undici'
import { scrubberFor } from '../../vault/handed.ts'
import type { Scrubber } from '../../vault/injector.ts'

export interface AgentConnection {
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string
  /** Until the head of an answer; an agent that works before it answers takes its time. 5 minutes by default. */
  readonly timeoutMs?: number
}

export interface Sending {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly signal: AbortSignal
}

/** What came of a request. */
export type Came =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: AsyncIterable<Buffer> & { destroy(): unknown }
      /** Takes the credentials out of it that the agent was given. */
      readonly scrubber: Scrubber | undefined
    }
  | { readonly kind: 'not-sent' | 'unknown'; readonly why: string }

/** Errors before a connection stands: nothing was sent. */
const before: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** The connections to agents, by source and address. */
export class Agents {
  readonly #pools = new Map<string, Pool>()

  /** Sends a request; redirects are answers. Never rejects. */
  async send(source: string, connection: AgentConnection, sending: Sending): Promise<Came> {
    const { url, method, headers, body, signal } = sending
    const at = new URL(url)
    try {
      const came = await this.#pool(source, at.origin, connection).request({
        method: methodOf(method),
        path: `${at.pathname}${at.search}`,
        headers,
        body: body ?? null,
        signal,
      })
      const scrubber = scrubberFor(headers)
      return {
        kind: 'answer',
        status: came.statusCode,
        headers: flat(came.headers, scrubber),
        body: came.body,
        scrubber,
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed'
      return { kind: before.has(code) ? 'not-sent' : 'unknown', why: code }
    }
  }

  #pool(source: string, origin: string, { ca, timeoutMs = 300_000 }: AgentConnection): Pool {
    const key = JSON.stringify([source, origin, ca ?? null, timeoutMs])
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const connect = { timeout: 5000, ...(ca === undefined ? {} : { ca }) }
    const made = new Pool(origin, { connections: 256, headersTimeout: timeoutMs, bodyTimeout: 0, connect })
    this.#pools.set(key, made)
    return made
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
  }
}

function methodOf(method: string): Dispatcher.HttpMethod {
  return method === 'GET' || method === 'DELETE' ? method : 'POST'
}

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  scrubber: Scrubber | undefined,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'string' ? value : value?.join(', ')
    if (text !== undefined) found[name] = scrubber?.text(text) ?? text
  }
  return found
}

/** The whole of a body; undefined when it is longer than `maxBytes`, or breaks off. */
export async function wholeOf(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > maxBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks)
}
