/** Who may reach the gateway from where: names in `Host`, sites in `Origin`. */
import type { Head } from '../http/head.ts'
import { codes, Unanswered } from './rpc-error.ts'

/** Without `hosts`, only the names of this machine; without `origins`, only pages of those hosts. */
export interface Site {
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** @throws {TypeError} when it listens for others and is not told its names. */
export function siteOf(listening: string, hosts: readonly string[] | undefined, origins: readonly string[] = []): Site {
  const isLoopback = /^(?:127(?:\.\d+){3}|::1|localhost)$/.test(listening)
  if (hosts === undefined && !isLoopback)
    throw new TypeError('a gateway that others reach needs to know its names (`hosts`)')
  return {
    hosts: new Set((hosts ?? loopback).map((each) => each.toLowerCase())),
    origins: new Set(origins.map((each) => each.toLowerCase())),
  }
}

/**
 * SECURITY: DNS rebinding (CVE-2025-66414): a page of another site reaches us under its own name.
 *
 * @returns the headers that let a page of an allowed site read the answer.
 * @throws {Unanswered} HTTP 403.
 */
export function checkSite(
  { hosts, origins }: Site,
  { host, headers }: Head,
): Readonly<Record<string, string>> | undefined {
  if (!knows(hosts, host.toLowerCase())) throw forbidden('it is for another host')
  const origin = headers.get('origin')
  if (origin === undefined) return undefined
  const text = typeof origin === 'string' ? origin.toLowerCase() : ''
  if (origins.has(text))
    return {
      'access-control-allow-origin': text,
      'access-control-allow-methods': 'POST, GET, DELETE',
      // `*` is every header but the one that has to be named; tools name headers of their own (`Mcp-Param-…`).
      'access-control-allow-headers': 'authorization, *',
      'access-control-expose-headers': 'mcp-session-id, mcp-protocol-version, www-authenticate, retry-after',
      vary: 'origin',
    }
  const [, name] = /^https?:\/\/([^/]+)$/.exec(text) ?? []
  if (name === undefined || !knows(hosts, name)) throw forbidden('it comes from another site')
  return undefined
}

function knows(hosts: ReadonlySet<string>, name: string): boolean {
  return hosts.has(name) || hosts.has(name.replace(/:\d+$/, ''))
}

function forbidden(message: string): Unanswered {
  return new Unanswered({ code: codes.invalid, message, status: 403 })
}
