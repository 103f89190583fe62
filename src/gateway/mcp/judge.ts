/** What is decided about messages, as the faces see it. */
import type { Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'
import type { Expected, Overheard } from './conversation.ts'
import type { Era, McpHeaders, ParameterHeaders } from './era.ts'
import type { NotificationMessage, RequestMessage, ResponseMessage } from './message.ts'

/** Who asks, and how. */
export interface Asking {
  readonly principal: Principal
  /** The same for every message of one principal, for nobody else. */
  readonly owner: string
  /** The run it showed a handle or token of ours for. */
  readonly run?: RunHandle
  readonly era: Era
  /** The session it came on, where it came on one. */
  readonly session?: string
  /** What proves who asks, for looks with the caller's own eyes. Never sent to an MCP server. */
  readonly credentials?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Asks the server on the same session, on our own behalf. Undefined when it gave no result. */
  readonly ask: (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>
}

/** What becomes of a request. */
export type Verdict =
  /** It goes to the server: `message` as it came, or without what was meant for us; its answer is looked at. */
  | {
      readonly kind: 'go'
      readonly message: RequestMessage
      readonly expected: Expected
      /** The id under which the ledger has it, where it was decided. */
      readonly call?: string
      /** The source it is for, where the message alone does not say. */
      readonly to?: string
      /** It never left. */
      dropped(): Promise<void>
    }
  /** The server is not asked: this is the answer. */
  | { readonly kind: 'said'; readonly bytes: Buffer; readonly status: number }

/** Decides on messages of one address. */
export interface Judge {
  /** Never rejects: what cannot be decided is refused. */
  request(asking: Asking, message: RequestMessage): Promise<Verdict>
  /** @returns whether it goes to the server. */
  notification(asking: Asking, message: NotificationMessage): Promise<boolean>
  /** A request that a server makes of a client: what the client is asked, or what the server is told instead. Never rejects. */
  asked(asking: Asking, message: RequestMessage): Promise<{ readonly ask: Buffer } | { readonly tell: Buffer }>
  /** What a client answers to one: what the server is told; undefined where nobody asked. Never rejects. */
  answered(asking: Asking, message: ResponseMessage): Promise<Buffer | undefined>
  /** Whether a message that a server sends without being asked may be seen. */
  readonly overheard: Overheard
  /** The arguments of the tool of a call that headers repeat; undefined when the tool is not known. */
  parametersOf(message: Pick<RequestMessage, 'params'>): ParameterHeaders | undefined
}

/** The headers of the protocol, of all that came. */
export function protocolHeaders(headers: ReadonlyMap<string, string | readonly string[]>): McpHeaders {
  const kept: Record<string, string> = {}
  for (const [name, value] of headers)
    if (passed.has(name) || name.startsWith('mcp-param-'))
      kept[name] = typeof value === 'string' ? value : value.join(', ')
  return kept
}

const passed: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'last-event-id',
  'traceparent',
  'tracestate',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
])
