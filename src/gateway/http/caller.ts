/** Who is at the other end of a connection, and what a request shows of its caller. */
import type { BlockList } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Answer } from '../../guard/call.ts'
import type { ClientCertificate, Presented } from '../../identity/identity.ts'
import { type Cleaner, scrubberFor } from '../../vault/handed.ts'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import type { Head } from './head.ts'
import type { Origin } from './headers.ts'
import type { Arriving } from './reply.ts'

/** @param trusted - Proxies before this gateway that may say whom a request came from. */
export function originOf({ socket }: Arriving, trusted: BlockList | undefined): Origin {
  const address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
  return {
    address,
    scheme: isTls(socket) ? 'https' : 'http',
    trusted: trusted?.check(address, address.includes(':') ? 'ipv6' : 'ipv4') === true,
  }
}

/**
 * What the identifier sees of a request.
 *
 * @param resource - What this gateway is known as to those who ask for tokens.
 */
export function presentedBy(head: Head, arriving: Arriving, origin: Origin, resource?: string): Presented {
  const said = origin.trusted ? head.headers.get('x-forwarded-proto') : undefined
  const scheme = said === 'https' || said === 'http' ? said : origin.scheme
  const certificate = isTls(arriving.socket) ? certificateOf(arriving.socket) : undefined
  return {
    method: head.method,
    url: `${scheme}://${head.host}${head.path}`,
    headers: Object.fromEntries(head.headers),
    ...(certificate === undefined ? {} : { certificate }),
    ...(resource === undefined ? {} : { resource }),
  }
}

/** A head without the credential that let its caller in here and is worth nothing elsewhere. */
export function withoutCredential(head: Head): Head {
  const headers = new Map(head.headers)
  for (const name of ['authorization', 'dpop']) headers.delete(name)
  return { ...head, headers, pairs: head.pairs.filter(([, lower]) => headers.has(lower)) }
}

/** The headers by which the caller proves who it is, for looks with its own eyes. */
export function credentialsOf(head: Head, names: ReadonlySet<string>): Readonly<Record<string, string>> | undefined {
  let found: Record<string, string> | undefined
  for (const name of names) {
    const value = head.headers.get(name)
    if (typeof value !== 'string') continue
    found ??= {}
    found[name] = value
  }
  return found
}

/** Shorter values are found by chance. */
const shortest = 12
const shown = ['authorization', 'cookie', 'x-api-key', 'dpop', 'lockstep-run']

/**
 * Whether a text repeats what its sender signed in with, as it is or with escapes of JSON.
 *
 * SECURITY: that is for us alone. The headers it came in are not sent on; words that hold it are not either.
 */
export function repeatsCredential(head: Head, text: Buffer | string): boolean {
  const parts = partsOf(shownBy(head))
  if (parts.length === 0) return false
  if (parts.some((part) => text.includes(part))) return true
  if (!text.includes('\\')) return false
  const read = text
    .toString('latin1')
    .replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code?: string, sign?: string) =>
      code === undefined ? (sign ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
    )
  return parts.some((part) => read.includes(part))
}

/** What the caller shows of itself, by header. */
export function shownBy({ headers }: Head): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of shown) {
    const value = headers.get(name)
    if (typeof value === 'string') found[name] = value
  }
  return found
}

function partsOf(credentials: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(credentials).flatMap((value) =>
    value.split(/[\s;,=]+/).filter(({ length }) => length >= shortest),
  )
}

/**
 * An answer as it may be kept: where an API repeats the credential that its caller sent, the caller may see it, and nobody else. Looked
 * through only when it is there as it is.
 */
export function withoutShown(credentials: Readonly<Record<string, string>>, answer: Answer): Answer {
  const { text = '', headers = {} } = answer
  const parts = partsOf(credentials).filter(
    (part) => text.includes(part) || Object.values(headers).some((value) => value.includes(part)),
  )
  const scrubber = scrubberFor(Object.fromEntries(parts.map((part, at) => [`credential ${at + 1}`, part])))
  return scrubber === undefined ? answer : cleanedAnswer(scrubber, answer)
}

/** @param scrubber - Knows what must not be kept. */
export function cleanedAnswer(scrubber: Cleaner, answer: Answer): Answer {
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name, scrubber.text(value)]),
  )
  if (answer.text === undefined) return { ...answer, headers }
  const text = scrubber.text(answer.text)
  return { ...answer, headers, text, ...(answer.body === undefined ? {} : { body: parseLosslessJson(text) ?? null }) }
}

function isTls(socket: Arriving['socket']): socket is TLSSocket {
  return socket instanceof TLSSocket || 'encrypted' in socket
}

const known = new WeakMap<object, ClientCertificate>()

/** The verified certificate of the client; undefined when it showed none that an authority of ours signed. */
function certificateOf(socket: TLSSocket): ClientCertificate | undefined {
  if (socket.authorized !== true) return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  const before = known.get(certificate)
  if (before !== undefined) return before
  const made: ClientCertificate = {
    subject: certificate.subject,
    names: certificate.subjectAltName?.split(', ') ?? [],
    thumbprint: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
  }
  known.set(certificate, made)
  return made
}
