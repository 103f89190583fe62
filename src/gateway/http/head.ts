/** The head of a request: each fact read once, from what came, or refused. */
import { malformed, refused } from './refused.ts'
import { readTarget, type Target } from './target.ts'

/** What the server's parser gives. Header names as they came; HTTP/2's pseudo-headers among them. */
export interface RawHead {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly headers: readonly string[]
  /** HTTP/2 says at the end of the headers whether a body follows. */
  readonly ended?: boolean
}

/** A request head that can be read in one way only. */
export interface Head extends Target {
  readonly method: string
  readonly version: string
  /** Where the client thinks it is: host with port. */
  readonly host: string
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string | readonly string[]>
  /** The headers in order, names as they came, without pseudo-headers. */
  readonly pairs: readonly (readonly [name: string, lower: string, value: string])[]
  readonly hasBody: boolean
  /** In bytes, when the client said so. */
  readonly length: number | undefined
  readonly upgrade: string | undefined
}

/** Saying these twice is how two servers are made to see two requests. */
const single: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'authorization',
  'idempotency-key',
  'expect',
  'upgrade',
  'origin',
  'te',
  'date',
  'if-match',
  'if-none-match',
  'range',
  'lockstep-hold',
])
/** They make some servers act on another method or path than the one that was judged. */
const overriding: ReadonlySet<string> = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
  'x-original-uri',
  'x-forwarded-prefix',
])
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const hostShape = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
/** Anything but tab, printable ASCII and what is beyond it (RFC 9110 section 5.5). */
const badValue = /[^\t\x20-\x7e\x80-\uffff]/

/**
 * Reads a request head.
 *
 * @param hosts - The names this gateway answers to; any when undefined.
 * @throws {Refused} when it can be read in more than one way, or asks for what is not done here.
 */
export function readHead(raw: RawHead, hosts: ReadonlySet<string> | undefined): Head {
  const pairs: [string, string, string][] = []
  const headers = new Map<string, string | string[]>()
  let authority: string | undefined
  for (let index = 0; index + 1 < raw.headers.length; index += 2) {
    const name = raw.headers[index] ?? ''
    const value = raw.headers[index + 1] ?? ''
    if (name.startsWith(':')) {
      if (name === ':authority') authority = value
      continue
    }
    const lower = name.toLowerCase()
    if (badValue.test(value)) throw malformed(`the header ${lower} has control characters`)
    if (overriding.has(lower)) throw malformed(`the header ${lower} would make it another request`)
    // Many servers read an underscore as a dash.
    if (lower.includes('_') && isReserved(lower.replaceAll('_', '-')))
      throw malformed('a header name is like another one that counts')
    pairs.push([name, lower, value])
    const known = headers.get(lower)
    if (known === undefined) headers.set(lower, value)
    else if (single.has(lower)) throw malformed(`the header ${lower} comes more than once`)
    else if (lower === 'cookie') headers.set(lower, `${String(known)}; ${value}`)
    else headers.set(lower, typeof known === 'string' ? [known, value] : [...known, value])
  }
  const one = (name: string): string | undefined => {
    const value = headers.get(name)
    return typeof value === 'string' ? value : value?.join(', ')
  }
  checkMethod(raw.method)
  const host = readHost(one('host'), authority, hosts)
  checkExpectations(one)
  const { hasBody, length } = readFraming(raw, one)
  return {
    ...readTarget(raw.target),
    method: raw.method,
    version: raw.version,
    host,
    headers,
    pairs,
    hasBody,
    length,
    upgrade: one('upgrade'),
  }
}

function isReserved(name: string): boolean {
  return (
    single.has(name) ||
    overriding.has(name) ||
    name === 'cookie' ||
    name === 'forwarded' ||
    /^(?:x-forwarded|x-real|lockstep)-/.test(name)
  )
}

function checkMethod(method: string): void {
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) throw malformed('the method is no word of capital letters')
  if (method === 'CONNECT' || method === 'TRACE') throw malformed(`${method} is not served`)
}

function readHost(
  host: string | undefined,
  authority: string | undefined,
  hosts: ReadonlySet<string> | undefined,
): string {
  const name = authority ?? host
  if (name === undefined || name === '') throw malformed('it does not say which host it is for')
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase())
    throw malformed('it names two hosts')
  if (!hostShape.test(name)) throw malformed('the host is no host name')
  const lower = name.toLowerCase()
  if (hosts !== undefined && !hosts.has(lower) && !hosts.has(lower.replace(/:\d+$/, '')))
    throw malformed('it is for another host')
  return name
}

const connectionOptions: ReadonlySet<string> = new Set(['keep-alive', 'close', 'te', 'upgrade', 'http2-settings'])

function checkExpectations(one: (name: string) => string | undefined): void {
  // A header named here would be judged and then left out.
  for (const option of one('connection')?.toLowerCase().split(',') ?? [])
    if (!connectionOptions.has(option.trim())) throw malformed('the header connection names another header')
  const te = one('te')
  if (te !== undefined && te.toLowerCase() !== 'trailers') throw malformed('the header te asks for a coding')
  const expect = one('expect')
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw malformed('the header expect asks for what is not known')
  const coding = one('content-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw malformed('an encoded body is not judged; send it as it is')
}

function readFraming(
  raw: RawHead,
  one: (name: string) => string | undefined,
): { hasBody: boolean; length: number | undefined } {
  const transfer = one('transfer-encoding')
  const said = one('content-length')
  if (said !== undefined && !/^(?:0|[1-9]\d{0,14})$/.test(said)) throw malformed('the length is no number')
  if (transfer !== undefined) {
    if (said !== undefined) throw malformed('it says its length in two ways')
    if (transfer !== 'chunked' || raw.version !== '1.1') throw malformed('the transfer coding is not chunked alone')
  }
  const length = said === undefined ? undefined : Number(said)
  const hasBody = raw.ended === undefined ? transfer !== undefined || (length ?? 0) > 0 : !raw.ended
  if (raw.ended === true && (length ?? 0) > 0) throw malformed('the body it speaks of is not there')
  if (hasBody && bodiless.has(raw.method)) throw malformed(`${raw.method} with a body`)
  return { hasBody, length }
}

/** @throws {Refused} when the body is known to be larger than what is judged. */
export function checkLength(length: number | undefined, maxBytes: number): void {
  if (length !== undefined && length > maxBytes) throw refused('too-large', `the body is longer than ${maxBytes} bytes`)
}
