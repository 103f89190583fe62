/** The door for model traffic: SDKs of OpenAI and Anthropic take its address for their base URL. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import type { HttpEvent } from '../http/call.ts'
import { namesOf, proxiesOf } from '../http/gateway.ts'
import { type ListenConfig, openListener, type TlsConfig } from '../http/listener.ts'
import { openUpstreams, type UpstreamConfig } from '../http/upstream.ts'
import { type ModelLimits, type ModelSurroundings, serveModelCall } from './call.ts'
import type { ModelHooks } from './hooks.ts'
import { RunMemory } from './memory.ts'
import type { ModelSource } from './provider.ts'

export interface ModelGatewayOptions {
  readonly guard: Guard
  readonly identifier: Identifier
  /** By source of the charter; the paths of requests begin with its name. */
  readonly sources: Readonly<Record<string, ModelSource>>
  readonly listen: ListenConfig
  readonly limits?: Partial<ModelLimits>
  /** Names under which clients know the gateway, with or without port; any when left out. */
  readonly hosts?: readonly string[]
  /** Addresses or networks of proxies that may say whom a request came from. */
  readonly trustedProxies?: readonly string[]
  readonly hooks?: ModelHooks
  /** Where keys come from that no source has. */
  readonly vault?: Injector
  readonly onEvent?: (event: HttpEvent) => void
}

/** What may be replaced while calls are on their way. */
export interface ModelGatewayChanges {
  readonly identifier?: Identifier
  readonly sources?: Readonly<Record<string, ModelSource>>
  readonly tls?: TlsConfig
  readonly limits?: Partial<ModelLimits>
  readonly hosts?: readonly string[]
}

export interface ModelGateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  /** Calls on their way end as they began. */
  reload(changes: ModelGatewayChanges): void
  /** Accepts nothing new, lets calls end for `graceMs` (10 seconds by default), then hangs up. Closes neither guard nor identifier. */
  close(graceMs?: number): Promise<void>
}

/** Conversations with pictures are large. */
const usualLimits: ModelLimits = {
  bodyBytes: 32 * 1024 * 1024,
  jsonDepth: 64,
  headerBytes: 16 * 1024,
  answerBytes: 64 * 1024 * 1024,
}
/** A model may think for long before it says its first word. */
const patientMs = 10 * 60_000

/**
 * Opens the gateway.
 *
 * @throws when the port is taken; {TypeError} when an address is none.
 */
export async function openModelGateway(options: ModelGatewayOptions): Promise<ModelGateway> {
  const upstreams = openUpstreams(patient(options.sources))
  let around: ModelSurroundings = {
    guard: options.guard,
    identifier: options.identifier,
    sources: options.sources,
    upstreams,
    limits: { ...usualLimits, ...options.limits },
    hosts: namesOf(options.hosts),
    trusted: proxiesOf(options.trustedProxies),
    hooks: options.hooks ?? {},
    memory: new RunMemory(),
    vault: options.vault,
    onEvent: options.onEvent ?? (() => undefined),
  }
  const underWay = new Set<Promise<void>>()
  const listener = await openListener(options.listen, {
    headerBytes: around.limits.headerBytes,
    onRequest: (arriving, reply) => {
      const serving = serveModelCall(around, arriving, reply).finally(() => underWay.delete(serving))
      underWay.add(serving)
    },
    // Models over WebSocket would speak past everything that is judged here.
    onUpgrade: (_arriving, socket) =>
      void socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  })
  return {
    address: listener.address,
    reload: ({ identifier, sources, tls, limits, hosts }) => {
      if (sources !== undefined) upstreams.reload(patient(sources))
      if (tls !== undefined) listener.setTls(tls)
      around = {
        ...around,
        ...(identifier === undefined ? {} : { identifier }),
        ...(sources === undefined ? {} : { sources }),
        ...(hosts === undefined ? {} : { hosts: namesOf(hosts) }),
        limits: { ...around.limits, ...limits },
      }
    },
    close: async (graceMs = 10_000) => {
      const until = performance.now() + graceMs
      await listener.close(graceMs)
      // Calls whose client has left may still wait for a decision that never comes.
      const late = new AbortController()
      await Promise.race([Promise.all(underWay), delay(Math.max(0, until - performance.now()), undefined, late)])
      late.abort()
      await upstreams.close()
    },
  }
}

function patient(sources: Readonly<Record<string, ModelSource>>): Readonly<Record<string, UpstreamConfig>> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, { upstream }]) => [
      name,
      { ...upstream, timeoutMs: upstream.timeoutMs ?? patientMs, idleMs: upstream.idleMs ?? patientMs },
    ]),
  )
}
