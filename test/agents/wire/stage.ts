// A guard with all that agents reach it by: the gateways of MCP and of HTTP before the systems of a world, and the control API.
import { createHash, randomBytes } from 'node:crypto'
import type { Charter } from '../../../src/charter/charter.ts'
import { openControl } from '../../../src/gateway/control/control.ts'
import { openHttpGateway } from '../../../src/gateway/http/gateway.ts'
import { httpTruth } from '../../../src/gateway/http/truth.ts'
import { type McpGateway, openMcpGateway } from '../../../src/gateway/mcp/gateway.ts'
import { mcpTruth } from '../../../src/gateway/mcp/truth.ts'
import { createGuard, type Guard } from '../../../src/guard/guard.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openIdentifier } from '../../../src/identity/open-identifier.ts'
import { makeRunTokens } from '../../../src/identity/run-token.ts'
import { openSqliteStore } from '../../../src/store/open.ts'
import type { World } from '../world.ts'
import type { Manner } from './manner.ts'
import { guardIssuer, type People } from './people.ts'
import { type Servers, serveWorld } from './servers.ts'

export interface WireStage {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly servers: Servers
  /** Base addresses. */
  readonly mcp: string
  readonly http: string
  readonly control: string
  /** What tokens are asked for: every address of both gateways. */
  readonly resources: readonly string[]
  /** Lets an operator in at the control API. */
  readonly operator: string
  readonly now: () => number
  later(ms: number): void
  close(): Promise<void>
}

const listen = { host: '127.0.0.1', port: 0 }
const patientMs = 30_000

/** Opens all of it on free ports of 127.0.0.1. */
export async function openWireStage(
  charter: Charter,
  world: World,
  { people, says }: { readonly people: People } & Pick<Manner, 'says'>,
): Promise<WireStage> {
  const servers = await serveWorld(charter, world, { says })
  const store = await openSqliteStore(':memory:')
  let ahead = 0
  const now = (): number => Math.trunc(performance.timeOrigin + performance.now()) + ahead
  const upstreams = Object.fromEntries(Object.entries(servers.api).map(([source, url]) => [source, { url }]))
  const readers = Object.fromEntries(Object.keys(upstreams).map((source) => [source, [() => ({ 'x-eyes': 'guard' })]]))
  const overHttp = httpTruth({ charter: () => charter, upstreams, readers, timeoutMs: patientMs })
  let mcp: McpGateway | undefined
  const truth = mcpTruth(
    () => charter,
    () => mcp?.lookers,
    overHttp,
    patientMs,
  )
  const journal = { append: async () => undefined }
  const guard = await createGuard(charter, { version: charter.name, store, journal, truth, now })
  const tokens = makeRunTokens(guardIssuer, people.tokenKeys, now)
  const identifier = await openIdentifier(people.identity, {
    now,
    directory: people.folder,
    readSecret: async () => undefined,
    replays: guard.replays,
    runs: { tokens, principalOf: (handle) => guard.runs.principalOf(handle) },
  })
  const tools = Object.fromEntries(Object.entries(servers.mcp).map(([source, url]) => [source, { http: { url } }]))
  mcp = await openMcpGateway({ guard, identifier, servers: tools, listen })
  const http = await openHttpGateway({ guard, identifier, upstreams, listen })
  const doors = ['/mcp', ...Object.keys(tools).map((source) => `/mcp/${source}`)]
  const resources = [...doors.map((path) => `${mcp?.address.url}${path}`), http.address.url]
  const operator = randomBytes(24).toString('base64url')
  const control = await openControl({
    guard,
    listen,
    credentials: [{ name: 'operator', sha256: createHash('sha256').update(operator).digest('hex') }],
    identifier,
    tokens: { tokens, identifier, resources, lifetimeMs: 3_600_000 },
  })
  return {
    guard,
    identifier,
    servers,
    mcp: mcp.address.url,
    http: http.address.url,
    control: control.address.url,
    resources,
    operator,
    now,
    later: (ms) => {
      ahead += ms
    },
    close: async () => {
      await Promise.all([control.close(100), mcp?.close(100), http.close(100)])
      await guard.close()
      await overHttp.close()
      await identifier.close()
      await store.close()
      await servers.close()
    },
  }
}
