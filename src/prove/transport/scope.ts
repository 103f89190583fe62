import type { Failure } from './exchange.ts'

/** A URL the transport may be asked to talk to, with what a socket needs. */
export interface Target {
  readonly origin: string
  readonly secure: boolean
  /** Host name or address without the brackets of IPv6. */
  readonly host: string
  readonly port: number
  /** Path with query, as it stands on the request line. */
  readonly path: string
}

/**
 * Makes the check that keeps a proof on its target.
 *
 * SECURITY: it runs before any name is looked up or socket opened. Names are compared exactly: no wildcards, no sub-domains, no
 * resolving of names to the addresses in the list.
 *
 * @param allowHosts - `host` (every port) or `host:port`; IPv6 addresses in brackets.
 */
export function createScope(allowHosts: readonly string[]): (url: string) => Target | Failure {
  const allowed = new Set(allowHosts.map((host) => host.trim().toLowerCase()))
  return (url) => {
    const parsed = URL.parse(url)
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return refuse('is no http or https URL')
    if (parsed.username !== '' || parsed.password !== '') return refuse('carries credentials in its URL')
    const target = toTarget(parsed)
    if (allowed.has(parsed.hostname) || allowed.has(`${parsed.hostname}:${target.port}`)) return target
    return refuse(`goes to ${parsed.hostname}:${target.port}, which is not an allowed host`)
  }
}

function refuse(reason: string): Failure {
  return { code: 'scope', message: `not sent: the request ${reason}` }
}

function toTarget(url: URL): Target {
  const secure = url.protocol === 'https:'
  return {
    origin: url.origin,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
  }
}
