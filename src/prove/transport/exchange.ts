/** A request as it is planned and recorded; header names as written, the body as text (JSON, form or anything else). */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * An answer, whatever its status.
 *
 * Header names are lower-case; repeated headers are joined with `, `, except `set-cookie`, which is joined with line feeds. The
 * body is decoded text, cut at the transport's `maxBodyBytes` (then `truncated` is true). `json` is undefined when the body is no
 * complete JSON text; numbers a double would change are `Big`. `ms` is the time from release of the request to the last byte kept.
 */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly json: unknown
  readonly truncated?: true
  readonly ms: number
}

/**
 * Why there is no answer. `scope`, `budget` and `cancelled` before sending mean that nothing left this machine; after any other
 * code, and after `cancelled` in flight, the request may have taken effect.
 */
export type FailureCode =
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'reset'
  | 'not-http'
  | 'too-large'
  | 'budget'
  | 'scope'
  | 'cancelled'

/** A request that got no answer; `message` is for people and carries no header or body of the request. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
}

/**
 * One request with what came of it: an answer or a failure, never both.
 *
 * `greeted` is of the call of a tool alone: the revision of MCP that was agreed on, where the server wants a session; the request is as it
 * was meant, without what the session adds.
 */
export type Exchange = { readonly request: HttpRequest; readonly greeted?: string } & (
  | { readonly response: HttpResponse; readonly failure?: undefined }
  | { readonly failure: Failure; readonly response?: undefined }
)

/** Whether two requests are about the same thing: the same address, and of tools, which share one, the same arguments. */
export function isSameAddress(one: HttpRequest, other: HttpRequest): boolean {
  return one.url === other.url && (one.headers['mcp-method'] === undefined || one.body === other.body)
}
