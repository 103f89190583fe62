import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'

/** A place in a request where a credential can stand. Names of headers are in lower case. */
export type Slot = 'authorization' | `cookie:${string}` | `header:${string}`

/** What a request shows, read once. */
export interface Credentials {
  /** Absent for no `Authorization` header. */
  readonly authorization?: { readonly scheme: string; readonly value: string; readonly whole: string }
  readonly shown: ReadonlyMap<Slot, string>
  /** The `DPoP` header. */
  readonly proof?: string
}

const longest = 16_384
/** RFC 9110 section 11.4: a scheme, spaces, and either a token68 or parameters. */
const authorizationShape = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Reads what stands in the slots of all providers.
 *
 * @throws {NotIdentified} for what can be read in more than one way, or in none.
 */
export function readCredentials(presented: Presented, slots: ReadonlySet<Slot>): Credentials {
  const shown = new Map<Slot, string>()
  for (const slot of new Set<Slot>(['authorization', ...slots])) {
    const value = slot.startsWith('cookie:')
      ? cookie(presented, slot.slice('cookie:'.length))
      : header(presented, nameOf(slot))
    if (value !== undefined) shown.set(slot, value)
  }
  const whole = shown.get('authorization')
  const proof = header(presented, 'dpop')
  if (proof !== undefined && whole === undefined) throw new NotIdentified('malformed', 'a proof came without a token')
  return {
    shown,
    ...(whole === undefined ? {} : { authorization: readAuthorization(whole) }),
    ...(proof === undefined ? {} : { proof }),
  }
}

function nameOf(slot: Slot): string {
  return slot === 'authorization' ? slot : slot.slice('header:'.length)
}

/** The single value of a header. */
function header({ headers }: Presented, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (value === undefined) return undefined
  const all = typeof value === 'string' ? [value] : value
  if (all.length > 1) throw new NotIdentified('several', `the header ${name} came more than once`)
  const [only] = all
  if (only !== undefined && (only === '' || only.length > longest || !/^[\x20-\x7e]+$/.test(only)))
    throw new NotIdentified('malformed', `the header ${name} is empty, too long or not text`)
  return only
}

function readAuthorization(whole: string): NonNullable<Credentials['authorization']> {
  const [, scheme, value] = authorizationShape.exec(whole) ?? []
  if (scheme === undefined || value === undefined)
    throw new NotIdentified('malformed', 'the authorization header is not a scheme and a credential')
  const isToken = /^(?:bearer|dpop)$/i.test(scheme)
  if (isToken && !token68.test(value)) throw new NotIdentified('malformed', 'the token is not one token')
  return { scheme: scheme.toLowerCase(), value, whole }
}

/** RFC 6265 section 4.2.1. HTTP/2 may send the pairs in several headers (RFC 9113 section 8.2.3). */
function cookie({ headers }: Presented, name: string): string | undefined {
  const lines = Object.hasOwn(headers, 'cookie') ? headers['cookie'] : undefined
  const pairs = [lines ?? []].flat().flatMap((line) => line.split(';'))
  const values = pairs.flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals > 0 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : []
  })
  if (values.length > 1) throw new NotIdentified('several', `the cookie ${name} came more than once`)
  const [value] = values
  if (value !== undefined && (value.length > longest || !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e"]+$/.test(value)))
    throw new NotIdentified('malformed', `the cookie ${name} is empty, too long or not a value`)
  return value
}
