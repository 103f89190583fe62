/** The gateway of A2A: agents reach other agents through it, and only as the charter says. */
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import { type ListenConfig, openListener } from '../http/listener.ts'
import { type CardDrift, Cards, type CardWatch } from './cards.ts'
import { type AgentConnection, Agents } from './exchange.ts'
import { type Around, serveAgent } from './face.ts'
import type { A2aHooks } from './hooks.ts'
import { keptOwners } from './owners.ts'

/** How one agent is reached. Its addresses are those of its approved card. */
export interface AgentConfig extends AgentConnection {
  readonly card?: CardWatch
  /** How the gateway signs in there, where nothing else does (`hooks.delegate`). */
  readonly headers?: Readonly<Record<string, string>>
  /** Where it may call back with news of tasks: the beginnings of addresses. Nowhere by default. */
  readonly callbacks?: readonly string[]
}

export interface A2aGatewayOptions {
  readonly guard: Guard
  readonly identifier: Identifier
  /** By source of the charter (`type: a2a`). Each is served at `/SOURCE`. */
  readonly agents: Readonly<Record<string, AgentConfig>>
  readonly listen: ListenConfig
  /** Names under which clients know the gateway, with or without port; any when left out. */
  readonly hosts?: readonly string[]
  /** Where clients reach it, for the cards they are shown; where they asked by default. */
  readonly url?: string
  readonly hooks?: A2aHooks
  readonly limits?: Partial<Around['limits']>
  /** How long an agent's card is believed once it was seen; a minute by default. */
  readonly believedMs?: number
  readonly onDrift?: (drift: CardDrift) => void
}

export interface A2aGateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  /** Accepts nothing new, lets requests end for `graceMs` (10 seconds by default), then hangs up. */
  close(graceMs?: number): Promise<void>
}

const usualLimits: Around['limits'] = {
  bodyBytes: 1024 * 1024,
  jsonDepth: 64,
  headerBytes: 16 * 1024,
  responseBytes: 10 * 1024 * 1024,
}

/** @throws when the port is taken. */
export async function openA2aGateway(options: A2aGatewayOptions): Promise<A2aGateway> {
  const { guard, identifier, agents, hosts, url, hooks = {} } = options
  const watches = Object.fromEntries(Object.entries(agents).map(([source, { card = {} }]) => [source, card]))
  const connections = new Agents()
  const around: Around = {
    guard,
    identifier,
    agents,
    hooks,
    connections,
    owners: keptOwners(guard.keeping),
    limits: { ...usualLimits, ...options.limits },
    hosts: hosts === undefined ? undefined : new Set(hosts.map((each) => each.toLowerCase())),
    url,
    cards: new Cards({
      charter: guard.charter,
      watches,
      onDrift: options.onDrift ?? (() => undefined),
      ...(options.believedMs === undefined ? {} : { believedMs: options.believedMs }),
    }),
  }
  const underWay = new Set<Promise<void>>()
  const listener = await openListener(options.listen, {
    headerBytes: around.limits.headerBytes,
    onRequest: (arriving, reply) => {
      const serving = serveAgent(around, arriving, reply).finally(() => underWay.delete(serving))
      underWay.add(serving)
    },
    onUpgrade: (_arriving, socket) => socket.destroy(),
  })
  return {
    address: listener.address,
    close: async (graceMs = 10_000) => {
      await listener.close(graceMs)
      const left = setTimeout(() => void connections.close(), graceMs)
      await Promise.all(underWay)
      clearTimeout(left)
      await connections.close()
    },
  }
}
