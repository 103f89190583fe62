/** The agents that may ask, and in whose name they do. */
import type { Principal } from '../../charter/charter.ts'
import type { AcsRequest } from './envelope.ts'

/** One agent framework that holds a secret of ours. */
export interface AcsAgent {
  /** Who it is to the charter. */
  readonly name: string
  readonly roles?: readonly string[]
  readonly tenant?: string
  /** Names the secret on the wire; several agents may use the same name for different secrets. */
  readonly keyId: string
  /** At least 32 bytes. Whoever has it speaks as this agent. */
  readonly secret: Uint8Array
  /** What it may call itself (`metadata.agent_id`); `*` stands for anything. Its name by default. */
  readonly agentIds?: readonly string[]
  /** Whom it acts for: nobody, always the same person, or whom it names (`metadata.user_context`), which is then believed. */
  readonly actsFor?: 'named' | Principal
  /** The sources whose operations its tools are, by their own names. A tool that is named `source.tool` needs none. */
  readonly tools?: readonly string[]
  /**
   * How MCP servers describe the tools it calls by itself: `seen`, the default, only what it passes by the guard (`protocols/MCP/tools/list`)
   * counts, and other tools of such sources are refused; `assumed`: as they were approved, whatever its model reads.
   */
  readonly descriptions?: 'seen' | 'assumed'
  /**
   * What it does with a call that somebody must approve: `ask` only where it has the approver decide at our endpoint and then comes back.
   * One that shows the question to whoever sits in front of it would let them approve what they may not: `defer`, the default, or `deny`.
   */
  readonly onApproval?: 'ask' | 'defer' | 'deny'
  /** Whether it can change what a tool answered; true by default. Otherwise it is not shown at all. */
  readonly modifies?: boolean
  /** The digests (`sha256:…`) of skills it may register; any by default. */
  readonly skills?: readonly string[]
}

/** The agents a request may come from, by what it says of its key and of itself. */
export function agentsNamed(agents: readonly AcsAgent[], { params }: AcsRequest): readonly AcsAgent[] {
  const { signature, metadata } = params
  return agents.filter(
    ({ keyId, name, agentIds = [name] }) =>
      keyId === signature?.key_id && agentIds.some((each) => matches(each, metadata.agent_id)),
  )
}

function matches(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*')
  if (rest.length === 0) return glob === text
  if (!text.startsWith(first)) return false
  let at = first.length
  const last = rest.pop() ?? ''
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/** Who calls through an agent: the agent, for the person it acts for. */
export function principalOf(agent: AcsAgent, request: AcsRequest): Principal {
  const { name, roles, tenant, actsFor } = agent
  const person = actsFor === 'named' ? personNamed(request) : actsFor
  const chain = person === undefined ? [] : [withoutChain(person), ...(person.chain ?? [])]
  return {
    id: name,
    kind: 'agent',
    roles: roles ?? [name],
    ...(tenant === undefined ? {} : { tenant }),
    ...(chain.length === 0 ? {} : { chain }),
  }
}

function personNamed({ params }: AcsRequest): Principal | undefined {
  const { user_id, roles } = params.metadata.user_context ?? {}
  if (user_id === undefined) return undefined
  return { id: user_id, kind: 'user', ...(roles === undefined ? {} : { roles }) }
}

/** A sub-agent of an agent: it acts for it, and so for whom that one acts. One that nobody named is the agent itself. */
export function subAgentOf(parent: Principal, name: string | undefined): Principal {
  if (name === undefined || name === parent.id) return parent
  return {
    id: name,
    kind: 'agent',
    roles: [name],
    ...(parent.tenant === undefined ? {} : { tenant: parent.tenant }),
    chain: [withoutChain(parent), ...(parent.chain ?? [])],
  }
}

function withoutChain({ chain: _, ...one }: Principal): Principal {
  return one
}
