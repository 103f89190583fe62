/** The HTTP data plane: a reverse proxy that sends nothing the guard has not ruled on. */
import { BlockList, isIPv6 } from 'node:net'
import type { Charter } from '../../charter/charter.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { type HttpEvent, type HttpLimits, type Surroundings, serveCall } from './call.ts'
import { type ListenConfig, openListener, type TlsConfig } from './listener.ts'
import type { ResourceConfig } from './metadata.ts'
import { compileRoutes, type Routes } from './route.ts'
import { serveUpgrade } from './upgrade.ts'
import { openUpstreams, type UpstreamConfig } from './upstream.ts'

export interface HttpGatewayOptions {
  readonly guard: Guard
  /** The charter in force; the guard's own by default. */
  readonly charter?: () => Charter
  readonly identifier: Identifier
  /** Where each source of the charter is. */
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  readonly listen: ListenConfig
  readonly limits?: Partial<HttpLimits>
  /** Names under which clients know the gateway, with or without port; any when left out. */
  readonly hosts?: readonly string[]
  /** Addresses or networks (`10.0.0.0/8`) of proxies that may say whom a request came from. */
  readonly trustedProxies?: readonly string[]
  /** What it is known as to agents that ask for tokens. */
  readonly resource?: ResourceConfig
  /** Send a held call once it is approved, instead of waiting for its caller to repeat it. Its credentials stay in memory until then. */
  readonly sendsApproved?: boolean
  /** Puts secrets into calls and takes them out of answers; none without it. */
  readonly vault?: Injector
  readonly onEvent?: (event: HttpEvent) => void
}

/** What may be replaced while calls are on their way. The charter is replaced in the guard. */
export interface HttpGatewayChanges {
  readonly identifier?: Identifier
  readonly upstreams?: Readonly<Record<string, UpstreamConfig>>
  readonly tls?: TlsConfig
  readonly limits?: Partial<HttpLimits>
  readonly hosts?: readonly string[]
}

export interface HttpGateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  /** Calls on their way end as they began. The identifier that was before is not closed. */
  reload(changes: HttpGatewayChanges): void
  /** Accepts nothing new, lets calls end for `graceMs` (10 seconds by default), then hangs up. Closes neither guard nor identifier. */
  close(graceMs?: number): Promise<void>
}

const usualLimits: HttpLimits = {
  bodyBytes: 1024 * 1024,
  jsonDepth: 64,
  headerBytes: 16 * 1024,
  responseBytes: 10 * 1024 * 1024,
}

/**
 * Opens the gateway.
 *
 * @throws when the port is taken; {TypeError} when an address is none.
 */
export async function openHttpGateway(options: HttpGatewayOptions): Promise<HttpGateway> {
  const upstreams = openUpstreams(options.upstreams)
  const charter = options.charter ?? options.guard.charter
  let around: Surroundings = {
    guard: options.guard,
    charter,
    routes: routesOf(charter),
    identifier: options.identifier,
    upstreams,
    limits: { ...usualLimits, ...options.limits },
    hosts: namesOf(options.hosts),
    resource: options.resource,
    trusted: proxiesOf(options.trustedProxies),
    sendsApproved: options.sendsApproved ?? false,
    vault: options.vault,
    onEvent: options.onEvent ?? (() => undefined),
  }
  const underWay = new Set<Promise<void>>()
  const listener = await openListener(options.listen, {
    headerBytes: around.limits.headerBytes,
    onRequest: (arriving, reply) => {
      const serving = serveCall(around, arriving, reply).finally(() => underWay.delete(serving))
      underWay.add(serving)
    },
    onUpgrade: (arriving, socket, head) => void serveUpgrade(around, arriving, socket, head),
  })
  return {
    address: listener.address,
    reload: (changes) => {
      if (changes.upstreams !== undefined) upstreams.reload(changes.upstreams)
      if (changes.tls !== undefined) listener.setTls(changes.tls)
      around = {
        ...around,
        ...(changes.identifier === undefined ? {} : { identifier: changes.identifier }),
        ...(changes.hosts === undefined ? {} : { hosts: namesOf(changes.hosts) }),
        limits: { ...around.limits, ...changes.limits },
      }
    },
    close: async (graceMs = 10_000) => {
      const until = performance.now() + graceMs
      await listener.close(graceMs)
      // Writes whose clients have left have no connection to wait for.
      const left = setTimeout(() => void upstreams.close(), Math.max(0, until - performance.now()))
      await Promise.all(underWay)
      clearTimeout(left)
      await upstreams.close()
    },
  }
}

/** Arranged once for each charter. */
function routesOf(charter: () => Charter): () => Routes {
  let last: { readonly charter: Charter; readonly routes: Routes } | undefined
  return () => {
    const current = charter()
    if (last?.charter !== current) last = { charter: current, routes: compileRoutes(current) }
    return last.routes
  }
}

/** The names a gateway answers to, as hosts are compared. */
export function namesOf(hosts: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return hosts === undefined ? undefined : new Set(hosts.map((each) => each.toLowerCase()))
}

/** Addresses and networks (`10.0.0.0/8`) to look others up in. */
export function proxiesOf(proxies: readonly string[] | undefined): BlockList | undefined {
  if (proxies === undefined) return undefined
  const list = new BlockList()
  for (const each of proxies) {
    const [address = '', bits] = each.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
