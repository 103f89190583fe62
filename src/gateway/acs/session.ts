/** Sessions of agents: who they are, what they asked for and have not told the end of, and the chain of their steps. */
import type { Principal, Run } from '../../charter/charter.ts'
import type { Pins } from '../mcp/pins.ts'
import { type AcsAgent, principalOf } from './agent.ts'
import type { Reserved } from './call.ts'
import { type ContextEntry, headAfter } from './chain.ts'
import { AcsError, type AcsRequest, codes } from './envelope.ts'
import type { AcsRuns } from './runs.ts'

/** Who a session is of. */
export interface Begun {
  readonly agentId: string
  readonly principal: Principal
  readonly pins: Pins
}

/** One session, from its handshake on. Lives in this process: after a restart an agent begins anew. */
export class Session {
  readonly id: string
  readonly agent: AcsAgent
  readonly agentId: string
  readonly principal: Principal
  /** By the id of the request that asked. */
  readonly going = new Map<string, Reserved>()
  /** Skills by name, with the digest under which they were registered. */
  readonly skills = new Map<string, string>()
  /** How the MCP servers it talks to describe their tools. */
  readonly pins: Pins
  deferrals = 0
  ended = false
  lastAt = 0
  #head: string | undefined
  #run: Promise<Run | undefined> | undefined

  constructor(id: string, agent: AcsAgent, { agentId, principal, pins }: Begun) {
    this.id = id
    this.agent = agent
    this.agentId = agentId
    this.principal = principal
    this.pins = pins
  }

  get head(): string | undefined {
    return this.#head
  }

  /** @returns the head of the chain after the step. */
  append(entry: ContextEntry): string {
    this.#head = headAfter(this.#head, entry)
    return this.#head
  }

  /** The run of this session, opened when it is first asked for. */
  run(runs: AcsRuns, purpose?: string): Promise<Run | undefined> {
    if (this.#run !== undefined) return this.#run
    const opening = runs.open?.({ principal: this.principal, ...(purpose === undefined ? {} : { purpose }) })
    this.#run = opening ?? Promise.resolve(undefined)
    // One that could not be opened is tried again at the next step.
    this.#run.catch(() => {
      this.#run = undefined
    })
    return this.#run
  }
}

/** Who may begin a session whose id an agent announced for a sub-agent of its own. */
interface Expected {
  readonly agent: AcsAgent
  readonly principal: Principal
}

/** The sessions of this node. */
export class Sessions {
  readonly #open = new Map<string, Session>()
  readonly #expected = new Map<string, Expected>()
  readonly #most: number
  readonly #pins: () => Pins

  constructor(most: number, pins: () => Pins) {
    this.#most = most
    this.#pins = pins
  }

  /**
   * Begins a session, or finds the one that began.
   *
   * @throws {AcsError} when it is another agent's, somebody else's, has ended, or there is no room.
   */
  begin(request: AcsRequest, agent: AcsAgent): Session {
    const { session_id, agent_id } = request.params.metadata
    const known = this.#open.get(session_id)
    if (known !== undefined) {
      checkSame(known, request, agent)
      return known
    }
    const expected = this.#expected.get(session_id)
    if (expected !== undefined && expected.agent !== agent) throw refused('the session was announced by another agent')
    if (this.#open.size >= this.#most && !this.#dropIdle()) throw refused('there are too many sessions')
    const principal = expected?.principal ?? principalOf(agent, request)
    const session = new Session(session_id, agent, { agentId: agent_id, principal, pins: this.#pins() })
    this.#expected.delete(session_id)
    this.#open.set(session_id, session)
    return session
  }

  /** @throws {AcsError} when it did not begin here, or is another agent's. */
  find(request: AcsRequest, agent: AcsAgent): Session {
    const session = this.#open.get(request.params.metadata.session_id)
    if (session === undefined)
      throw new AcsError(codes.notNegotiated, 'no-handshake', 'the session did not begin here', {
        method: request.method,
      })
    checkSame(session, request, agent)
    return session
  }

  /** Lets a sub-agent begin a session of its own. @returns false when that session is taken. */
  expect(session: string, expected: Expected): boolean {
    if (this.#open.has(session) || this.#expected.has(session) || this.#expected.size >= this.#most) return false
    this.#expected.set(session, expected)
    return true
  }

  /** Those that are open. */
  all(): readonly Session[] {
    return [...this.#open.values()]
  }

  /** One that waits for nothing, the longest idle first. */
  #dropIdle(): boolean {
    const idle = this.all().filter(({ going }) => going.size === 0)
    const [oldest] = idle.sort((a, b) => Number(b.ended) - Number(a.ended) || a.lastAt - b.lastAt)
    return oldest !== undefined && this.#open.delete(oldest.id)
  }
}

/** SECURITY: a session is one agent's, for one person. Another key, name or person in it would act under what was settled for the first. */
function checkSame(session: Session, request: AcsRequest, agent: AcsAgent): void {
  if (session.agent !== agent || session.agentId !== request.params.metadata.agent_id)
    throw refused('the session is another agent’s')
  if (session.ended) throw refused('the session has ended')
  if (agent.actsFor !== 'named' || request.params.metadata.user_context?.user_id === undefined) return
  const named = principalOf(agent, request).chain?.at(-1)?.id
  if (named !== session.principal.chain?.at(-1)?.id) throw refused('the session is for somebody else')
}

function refused(why: string): AcsError {
  return new AcsError(codes.refused, 'session-refused', why)
}
