/** Which headers go on, and which are between two neighbours only (RFC 9110 section 7.6). */
import type { OutgoingHttpHeaders } from 'node:http'
import type { Head } from './head.ts'

const neighbours: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
/** Said anew for the API, or read here. */
const ours: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'expect',
  'trailer',
  'via',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'cookie',
])
const conditional: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since', 'if-range', 'range'])

/** Whom a request came from, as the API is told. */
export interface Origin {
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** The neighbour may be believed when it names others before it. */
  readonly trusted: boolean
}

/**
 * The headers of a request to the API, flat.
 *
 * @param inspect - The answer will be looked at: nothing may be left out of it, and it should come as it is.
 */
export function requestHeaders(head: Head, origin: Origin, host: string, inspect: boolean): string[] {
  const flat = ['host', host]
  for (const [name, lower, value] of head.pairs) {
    if (!goesOn(lower)) continue
    if (
      inspect &&
      (conditional.has(lower) ? head.method === 'GET' || head.method === 'HEAD' : lower === 'accept-encoding')
    )
      continue
    flat.push(name, value)
  }
  const cookie = head.headers.get('cookie')
  if (typeof cookie === 'string') flat.push('cookie', cookie)
  if (inspect) flat.push('accept-encoding', 'identity')
  addOrigin(flat, head, origin)
  return flat
}

/** Whether a header of a caller goes on as it is. */
export function goesOn(lower: string): boolean {
  return !neighbours.has(lower) && !ours.has(lower) && !lower.startsWith('lockstep-')
}

function addOrigin(flat: string[], head: Head, { address, scheme, trusted }: Origin): void {
  const before = (name: string): string => {
    const value = trusted ? head.headers.get(name) : undefined
    return value === undefined ? '' : `${typeof value === 'string' ? value : value.join(', ')}, `
  }
  const node = address.includes(':') ? `"[${address}]"` : address
  const first = (name: string): string | undefined => before(name).split(',')[0]?.trim() || undefined
  flat.push('via', `${before('via')}1.1 lockstep`)
  flat.push('forwarded', `${before('forwarded')}for=${node};host="${head.host}";proto=${scheme}`)
  flat.push('x-forwarded-for', before('x-forwarded-for') + address)
  flat.push('x-forwarded-host', first('x-forwarded-host') ?? head.host)
  flat.push('x-forwarded-proto', first('x-forwarded-proto') ?? scheme)
}

/** Headers that the API says are between neighbours. */
function connectionNames(value: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  const text = typeof value === 'string' ? value : value?.join(',')
  if (text === undefined || text === 'keep-alive' || text === 'close') return undefined
  return new Set(
    text
      .toLowerCase()
      .split(',')
      .map((each) => each.trim()),
  )
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Describing bytes that are no longer these. */
const ofTheBytes: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'last-modified',
  'accept-ranges',
  'content-range',
  'cache-control',
  'expires',
  'signature',
  'signature-input',
  'trailer',
])

/** The headers of an answer as they go back. */
export function responseHeaders(headers: Headers, call: string): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {}
  const named = connectionNames(headers['connection'])
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || neighbours.has(name) || named?.has(name) === true || name.startsWith('lockstep-'))
      continue
    kept[name] = typeof value === 'string' ? value : [...value]
  }
  kept['via'] = '1.1 lockstep'
  kept['lockstep-call'] = call
  return kept
}

/** What an answer says of other things than its exact bytes, and that it came as it is. */
export function withoutByteHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheBytes.has(name)))
}

/** The headers of an answer whose body was changed. */
export function changedHeaders(headers: Headers, call: string, length: number): OutgoingHttpHeaders {
  const kept = Object.fromEntries(
    Object.entries(responseHeaders(headers, call)).filter(([name]) => !ofTheBytes.has(name)),
  )
  return { ...kept, 'content-length': length, 'cache-control': 'private, no-store' }
}

/** Every header with one value, as the guard keeps answers. */
export function flatHeaders(headers: Headers): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}
