/** Asking a server on our own behalf. */
import { randomUUID } from 'node:crypto'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { type Era, headersFor, type McpHeaders, metaCapabilities, metaVersion, type ParameterHeaders } from './era.ts'
import { messageOf, type NotificationMessage, type RequestMessage } from './message.ts'
import type { AnswerHead, McpUpstream, Sink } from './upstream.ts'

export interface AskOptions {
  readonly upstream: McpUpstream
  readonly era: Era
  readonly signal: AbortSignal
  /** Those of the client's own message: version and session. */
  readonly headers: McpHeaders
  /** The `_meta` of the client's own message. */
  readonly meta: Readonly<Record<string, unknown>>
  /** The arguments of the tool that headers repeat, where it is known. */
  readonly declared?: ParameterHeaders | undefined
  readonly onHead?: (head: AnswerHead) => void
  /** It is a notification: nothing is answered. */
  readonly notify?: boolean
}

/** Asks, and gives the `result`; undefined when there was none. */
export function askUpstream(
  { upstream, era, signal, headers, meta, declared, onHead, notify }: AskOptions,
  method: string,
  given: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  // SECURITY: on a session of the client's, an id it can foresee is one it may give to a call of its own, whose answer would be ours.
  const id = `lockstep-${randomUUID()}`
  const envelope = era === 'modern' ? { [metaVersion]: meta[metaVersion], [metaCapabilities]: {} } : undefined
  const params = envelope === undefined ? given : { ...given, _meta: envelope }
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...(notify === true ? {} : { id }), method, params }))
  const message: RequestMessage | NotificationMessage =
    notify === true ? { kind: 'notification', method, params, bytes } : { kind: 'request', id, method, params, bytes }
  const own = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
  const kept = ['mcp-protocol-version', 'mcp-session-id'].flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]]],
  )
  const sent = { ...own, ...Object.fromEntries(kept), ...(era === 'modern' ? headersFor(message, declared) : {}) }
  return new Promise((resolve) => {
    const read = (text: string): boolean => {
      const found = messageOf(parseLosslessJson(text), Buffer.alloc(0))
      if (found?.kind !== 'response' || found.id !== id) return false
      resolve(isRecord(found.result) ? found.result : undefined)
      return true
    }
    const sink: Sink = {
      head: (head) => onHead?.(head),
      whole: (answer) => void read(answer.toString('utf8')),
      event: ({ data = '' }) => void read(data),
      end: () => resolve(undefined),
      fail: () => resolve(undefined),
    }
    upstream.send({ method: 'POST', era, headers: sent, message }, sink, signal)
  })
}
