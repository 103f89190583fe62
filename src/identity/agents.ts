/** Agents that a guard file names: what they are, and what they show. */
import { timingSafeEqual } from 'node:crypto'
import type { Principal } from '../charter/charter.ts'
import { principalOf } from './api-key.ts'
import { makeCertificateProvider } from './certificate.ts'
import { hashApiKey } from './key-file.ts'
import { NotIdentified } from './not-identified.ts'
import { challenge, type Provider } from './provider.ts'
import type { AgentsConfig, ProviderConfig } from './schema.ts'

type AgentConfig = AgentsConfig['agents'][string]

/** The agents of a guard file. */
export interface Directory {
  /** What is known of an agent, by its id. */
  agent(id: string): Principal | undefined
  /** The agent that such tokens of another issuer are about. */
  bearing(issuer: string, subject: unknown): Principal | undefined
  /** The agent that has this key. */
  keyed(key: string): Principal | undefined
  /** Whom tokens of another issuer are about that are the agent's. */
  subjectOf(id: string): string | undefined
  /** The file with the public keys of an agent that signs. */
  keyFileOf(id: string): string | undefined
}

/** Finds agents in all providers of a guard file. */
export function directoryOf(configs: readonly ProviderConfig[]): Directory {
  const all = configs.flatMap((config) => (config.kind === 'agents' ? Object.entries(config.agents) : []))
  const known = new Map(all)
  const named = (id: string | undefined): Principal | undefined => {
    const found = id === undefined ? undefined : known.get(id)
    return id === undefined || found === undefined ? undefined : principalFor(id, found)
  }
  return {
    agent: named,
    bearing: (issuer, subject) =>
      named(all.find(([, { token }]) => token?.issuer === issuer && token.subject === subject)?.[0]),
    keyed: (key) => named(holderOfKey(all, key)),
    subjectOf: (id) => known.get(id)?.token?.subject,
    keyFileOf: (id) => known.get(id)?.keys?.file,
  }
}

function principalFor(id: string, { tenant, roles = [id], scopes, claims }: AgentConfig): Principal {
  return principalOf({
    id,
    kind: 'agent',
    roles,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(claims === undefined ? {} : { claims }),
  })
}

/** Every hash is compared, in a time that says nothing of any. */
function holderOfKey(all: readonly (readonly [string, AgentConfig])[], key: string): string | undefined {
  const hash = Buffer.from(hashApiKey(key))
  const [found] = all.filter(([, agent]) => agent.key !== undefined && timingSafeEqual(Buffer.from(agent.key), hash))
  return found?.[0]
}

const jwtShape = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Makes the providers of what agents show with each request: keys, and certificates. */
export function makeAgentProviders(config: AgentsConfig, directory: Directory): readonly Provider[] {
  const name = config.name ?? 'agents'
  const holders = Object.entries(config.agents).flatMap(([id, agent]) => {
    if (agent.certificate === undefined) return []
    const { roles = [id], tenant, scopes, claims } = agent
    const principal = { id, kind: 'agent' as const, roles, ...defined({ tenant, scopes, claims }) }
    return [{ name: agent.certificate, principal }]
  })
  return [
    makeKeyProvider(name, directory),
    ...(holders.length === 0 ? [] : [makeCertificateProvider({ kind: 'certificate', name, holders })]),
  ]
}

function makeKeyProvider(name: string, directory: Directory): Provider {
  return {
    name,
    slots: ['authorization'],
    takes: ({ authorization }) => authorization?.scheme === 'bearer' && !jwtShape.test(authorization.value),
    async identify({ authorization }) {
      const agent = directory.keyed(authorization?.value ?? '')
      if (agent === undefined) throw new NotIdentified('unknown', 'no agent has this key', { foreign: true })
      return agent
    },
    challenges: (fault) => [challenge('Bearer', fault)],
  }
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

function defined<T extends object>(given: T): Defined<T> {
  const kept: Defined<T> = {}
  return Object.assign(kept, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
}
