/** The MCP gateway: MCP servers behind one address, with nothing sent to them that the guard has not ruled on. */

import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { type ListenConfig, openListener, type TlsConfig } from '../http/listener.ts'
import { openUpstreams, type UpstreamConfig, type Upstreams } from '../http/upstream.ts'
import { makeApprovals } from './approval.ts'
import type { CommandConfig } from './child.ts'
import { type McpEvent, watching } from './event.ts'
import { type Door, type FaceAround, type McpLimits, serveMcp } from './face.ts'
import { httpUpstream } from './http-upstream.ts'
import type { Judge } from './judge.ts'
import { mergedUpstream } from './merged.ts'
import { namingOf } from './naming.ts'
import { ownClient } from './own-client.ts'
import { Pins } from './pins.ts'
import { makeJudge } from './policy.ts'
import { type ProtectedResourceOptions, protectedResource } from './protected-resource.ts'
import { ResourceIndex } from './resource-index.ts'
import { sealedUpstream } from './secrets.ts'
import { Sessions } from './session.ts'
import { siteOf } from './site.ts'
import { stdioUpstream } from './stdio-upstream.ts'
import { type Lookers, makeLookers } from './truth.ts'
import type { McpUpstream } from './upstream.ts'

/** How a server is reached. */
export type McpServerConfig =
  | {
      /** Its MCP endpoint. */
      readonly http: UpstreamConfig
      /** How the gateway signs in there. */
      readonly headers?: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
    }
  | {
      /** The program it is. */
      readonly stdio: CommandConfig
    }

export interface McpGatewayOptions {
  readonly guard: Guard
  readonly identifier: Identifier
  /** By source of the charter. */
  readonly servers: Readonly<Record<string, McpServerConfig>>
  readonly listen: ListenConfig
  readonly limits?: Partial<McpLimits>
  /** Names it is known by; without them, those of this machine, and it listens on loopback only. */
  readonly hosts?: readonly string[]
  /** Sites whose pages may use it. */
  readonly origins?: readonly string[]
  readonly resource?: Omit<ProtectedResourceOptions, 'paths'>
  /** Names of headers callers sign in with. */
  readonly credentials?: readonly string[]
  /** Seals what clients carry for us; the same on all nodes. */
  readonly key?: Buffer
  /** The environment of this process, of which programs get what every program needs. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Puts secrets into calls and takes them out of answers; none without it. Programs get their variables from whoever configures them. */
  readonly vault?: Injector
  readonly onEvent?: (event: McpEvent) => void
}

export interface McpGateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  setTls(tls: TlsConfig): void
  /** Looks at what lives in the servers. */
  readonly lookers: Lookers
  close(graceMs?: number): Promise<void>
}

const usualLimits: McpLimits = {
  bodyBytes: 4 * 1024 * 1024,
  jsonDepth: 64,
  headerBytes: 16 * 1024,
  responseBytes: 10 * 1024 * 1024,
}

/** Servers may think for as long as tools do. */
const timeoutMs = 5 * 60_000

/**
 * Opens it. All servers are at `/mcp`; each alone at `/mcp/SOURCE`.
 *
 * @throws when the port is taken; {TypeError} when an address is none, or it listens for others without names.
 */
export async function openMcpGateway(options: McpGatewayOptions): Promise<McpGateway> {
  const limits = { ...usualLimits, ...options.limits }
  const connections = openUpstreams(connectionsOf(options.servers))
  const tell = options.onEvent ?? (() => undefined)
  const { vault, guard } = options
  const onFail = (why: string): void => tell({ kind: 'failed', why })
  const upstreams = Object.entries(options.servers)
    .map(([source, server]) =>
      openServer(source, server, { connections, limits, environment: options.environment ?? {}, onRefused: onFail }),
    )
    .map((upstream) =>
      vault === undefined ? upstream : sealedUpstream(upstream, { vault, charter: guard.charter, onFail }),
    )
  const pins = new Pins(watching(options.guard, tell))
  const approvals = makeApprovals(Date.now, options.key)
  const own = new Map(upstreams.map((upstream) => [upstream.source, ownClient(upstream)]))
  const lookers = makeLookers((source, signal) => own.get(source)?.(signal), pins)
  const doorAt = (path: string, upstream: McpUpstream, judge: Judge): Door => ({
    upstream,
    judge,
    sessions: new Sessions(guard.keeping, path, judge.overheard),
  })
  const doors = new Map(
    upstreams.map((upstream) => {
      const path = `/mcp/${upstream.source}`
      const judge = makeJudge({ guard, naming: namingOf([upstream.source]), pins, approvals, lookers })
      return [path, doorAt(path, upstream, judge)]
    }),
  )
  const [only] = doors.values()
  if (only !== undefined && upstreams.length === 1) doors.set('/mcp', only)
  else {
    const naming = namingOf(upstreams.map((each) => each.source))
    const resources = new ResourceIndex(own)
    const upstream = mergedUpstream({ upstreams, naming, resources })
    const judge = makeJudge({ guard, naming, pins, approvals, lookers, resources })
    doors.set('/mcp', doorAt('/mcp', upstream, judge))
  }
  const around: FaceAround = {
    doors,
    identifier: options.identifier,
    credentials: new Set(['authorization', 'cookie', 'x-api-key', ...(options.credentials ?? [])]),
    site: siteOf(options.listen.host, options.hosts, options.origins),
    resource: protectedResource({
      ...options.resource,
      paths: ['/mcp', ...upstreams.map(({ source }) => `/mcp/${source}`)],
    }),
    limits,
    noteUnknown: async (why) => {
      const call = newId(Date.now())
      await options.guard.note({ kind: 'not-signed-in', call, why })
      return call
    },
  }
  const listener = await openListener(options.listen, {
    headerBytes: limits.headerBytes,
    onRequest: (arriving, reply) => void serveMcp(around, arriving, reply),
    onUpgrade: (_arriving, socket) => socket.destroy(),
  })
  return {
    address: listener.address,
    lookers,
    setTls: (tls) => listener.setTls(tls),
    close: async (graceMs = 10_000) => {
      await listener.close(graceMs)
      await Promise.all(upstreams.map((each) => each.close()))
      await connections.close()
    },
  }
}

function connectionsOf(servers: McpGatewayOptions['servers']): Readonly<Record<string, UpstreamConfig>> {
  return Object.fromEntries(
    Object.entries(servers).flatMap(([source, server]) =>
      'http' in server ? [[source, { timeoutMs, ...server.http }]] : [],
    ),
  )
}

interface Opening {
  readonly connections: Upstreams
  readonly limits: McpLimits
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onRefused: (why: string) => void
}

function openServer(
  source: string,
  server: McpServerConfig,
  { connections, limits, environment, onRefused }: Opening,
): McpUpstream {
  const maxBytes = limits.responseBytes
  if ('stdio' in server) return stdioUpstream({ source, command: server.stdio, environment, maxBytes })
  const upstream = connections.of(source)
  if (upstream === undefined) throw new TypeError(`nothing says where ${source} is`)
  return httpUpstream({ upstream, headers: server.headers ?? (() => ({})), maxBytes, onRefused })
}
