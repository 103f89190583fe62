/** A provider of models: where it is, with whose key it is asked, and one request to it. */
import type { Dispatcher } from 'undici'
import type { OperationId } from '../../charter/charter.ts'
import type { Secret } from '../../wire/secret.ts'
import type { Head } from '../http/head.ts'
import type { Upstream, UpstreamConfig } from '../http/upstream.ts'
import type { Api } from './request.ts'

/** How a source of models is asked. */
export interface ModelSource {
  /** Where it is: the base URL one would give its SDK. */
  readonly upstream: UpstreamConfig
  /** Which provider it is, as charters name it: `anthropic`. */
  readonly provider: string
  /** The provider's key. It is put into the header the API wants, here and nowhere else. */
  readonly key?: Secret
  /** Where the provider works on it, as charters name it: `eu`. */
  readonly region?: string
  /** What happens with tools the provider would run itself and that may not be used; `refuse` by default. */
  readonly providerTools?: 'refuse' | 'remove'
  /** What happens when the conversation so far is not in the request and was not seen here; `refuse` by default. */
  readonly unseenHistory?: 'refuse' | 'pass'
  /** How many tokens an answer is taken to have where the request names no limit; 4096 by default. */
  readonly assumedTokens?: number
  /** Members of requests that go on although their meaning is not known. */
  readonly passing?: readonly string[]
  /** Operations that names of tools stand for, where the names do not say it. */
  readonly tools?: Readonly<Record<string, OperationId>>
  /** Whether streams of Chat Completions are asked for their usage; false for providers that do not know it. True by default. */
  readonly asksUsage?: boolean
}

/** Of the client's headers, these go on. SECURITY: all others stay, above all those that name accounts, projects or credentials. */
const passed: ReadonlySet<string> = new Set([
  'accept',
  'anthropic-beta',
  'anthropic-version',
  'content-type',
  'idempotency-key',
  'openai-beta',
  'user-agent',
])

/** The headers of a request to a provider, names and values in turn. */
export function providerHeaders(head: Head, api: Api, host: string, key: Secret | undefined): string[] {
  const headers = ['host', host, 'accept-encoding', 'identity', 'via', '1.1 lockstep']
  for (const [, name, value] of head.pairs) if (passed.has(name)) headers.push(name, value)
  if (key !== undefined)
    headers.push(...(api === 'messages' ? ['x-api-key', key.reveal()] : ['authorization', `Bearer ${key.reveal()}`]))
  return headers
}

/** What came of asking: an answer whose body is still to be read, or nothing. `sent`: it may have reached the provider. */
export type Asked =
  | { readonly kind: 'answered'; readonly answer: Dispatcher.ResponseData }
  | { readonly kind: 'failed'; readonly sent: boolean; readonly why: string; readonly timedOut: boolean }

/** Codes of errors that come before anything is sent. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Sends one request. Never rejects; an aborted one has failed. */
export async function askProvider(
  upstream: Upstream,
  request: Pick<Dispatcher.RequestOptions, 'method' | 'path' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    return { kind: 'answered', answer: await upstream.pool.request({ ...request, signal }) }
  } catch (error) {
    const why = codeOf(error)
    return {
      kind: 'failed',
      sent: !beforeSending.has(why),
      why,
      timedOut: why.endsWith('_TIMEOUT') || why === 'ETIMEDOUT',
    }
  }
}

/** The name of an error, which says why without saying more. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
