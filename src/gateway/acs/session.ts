/** Sessions of agents, the same at every node: who they are, what they asked for and have not told the end of, and the chain of their steps. */
import type { Principal, Run } from '../../charter/charter.ts'
import { holderOf } from '../../charter/run-handle.ts'
import type { Changed, Found, Keeping, KeptName } from '../../guard/keeping.ts'
import { isRecord } from '../../wire/to-http.ts'
import { type AcsAgent, principalOf } from './agent.ts'
import { type ContextEntry, headAfter } from './chain.ts'
import { AcsError, type AcsRequest, codes } from './envelope.ts'
import type { AcsRuns } from './runs.ts'

/** A call that was let through, until its agent says what came of it. */
export interface Reserved {
  readonly tool: string
  readonly operation: string
  /** The guard has the rest of it. */
  readonly call: string
}

/** What is known of a session. Plain JSON. */
export interface SessionState {
  readonly agentId: string
  readonly principal: Principal
  /** Whom the agent itself acted for when the first of its sessions began: the same for all that it announced. */
  readonly root: Principal
  /** By the id of the request that asked. */
  readonly going: Readonly<Record<string, Reserved>>
  /** Skills by name, with the digest under which they were registered. */
  readonly skills: Readonly<Record<string, string>>
  /** How MCP servers described their tools when they were seen: by source and tool, the pin, or why it is none. */
  readonly seen: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly deferrals: number
  readonly ended?: true
  readonly head?: string
  /** Null where it was asked for and there is none. */
  readonly run?: Run | null
}

/** A session that an agent announced for a sub-agent of its own, and that did not begin yet. */
interface Announced {
  readonly announced: Principal
  readonly root: Principal
}

const keptMs = 24 * 60 * 60_000

/** One session at one of its steps. */
export class Session {
  readonly id: string
  readonly agent: AcsAgent
  readonly #keeping: Keeping
  #state: SessionState

  constructor(id: string, agent: AcsAgent, known: { readonly keeping: Keeping; readonly state: SessionState }) {
    this.id = id
    this.agent = agent
    this.#keeping = known.keeping
    this.#state = known.state
  }

  get principal(): Principal {
    return this.#state.principal
  }

  /** As this step knows it. */
  get state(): SessionState {
    return this.#state
  }

  /** Changes it while no other step does, on any node. @throws {StoreError} */
  async change<T>(work: (state: SessionState) => { readonly value: T; readonly state?: SessionState }): Promise<T> {
    const { value, state } = await this.#keeping.change(nameOf(this.id), (found) => {
      const before = stateIn(found) ?? this.#state
      const { value, state = before } = work(before)
      return { value: { value, state }, keep: { holder: keyOf(this.agent), content: state, forMs: keptMs } }
    })
    this.#state = state
    return value
  }

  /** The run of this session, opened when it is first asked for. */
  async run(runs: AcsRuns, purpose?: string): Promise<Run | undefined> {
    const known = this.#state.run
    if (known !== undefined) return known ?? undefined
    const { principal } = this
    // One that could not be opened is tried again at the next step.
    const opened = await runs.open?.({ principal, ...(purpose === undefined ? {} : { purpose }) })
    const run = await this.change((state) => {
      const first = state.run === undefined ? (opened ?? null) : state.run
      return { value: first, state: { ...state, run: first } }
    })
    if (opened !== undefined && opened.id !== run?.id) await runs.end?.(opened, principal)
    return run ?? undefined
  }
}

export interface SessionsOptions {
  readonly keeping: Keeping
  /** How many one agent may have. */
  readonly most: number
}

/** What a step goes on with, or why it does not. */
type Stepped =
  | { readonly state: SessionState; readonly head: string; readonly torn: boolean }
  | { readonly refused: string }
  | undefined

/** The sessions of all nodes. Every method may throw a `StoreError`. */
export class Sessions {
  readonly #options: SessionsOptions

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /**
   * Begins a session, or finds the one that began.
   *
   * @throws {AcsError} when it is another agent's, somebody else's, has ended, or there is no room.
   */
  async begin(request: AcsRequest, agent: AcsAgent): Promise<void> {
    const { session_id, agent_id } = request.params.metadata
    const { keeping, most } = this.#options
    const isFull = (await keeping.count(keyOf(agent))) >= most
    const refused = await keeping.change(nameOf(session_id), (found) => {
      const known = beginningIn(found)
      if (known !== undefined && found?.holder !== keyOf(agent)) return { value: 'the session is another agent’s' }
      if (known !== undefined && 'agentId' in known) return { value: whyNotSame(known, request, agent) }
      if (known === undefined && isFull) return { value: 'there are too many sessions' }
      const principal = known?.announced ?? principalOf(agent, request)
      const root = known?.root ?? principal
      const content: SessionState = {
        agentId: agent_id,
        principal,
        root,
        going: {},
        skills: {},
        seen: {},
        deferrals: 0,
      }
      return { value: undefined, keep: { holder: keyOf(agent), content, forMs: keptMs } }
    })
    if (refused !== undefined) throw refusal(refused)
  }

  /**
   * Goes on with a session: its step is on the chain from now on.
   *
   * @param claimed - The head its agent believes in.
   * @returns `torn` when that is not the head there was.
   * @throws {AcsError} when it did not begin, or is another agent's.
   */
  async step(
    request: AcsRequest,
    agent: AcsAgent,
    { entry, claimed }: { readonly entry: ContextEntry; readonly claimed: string | undefined },
  ): Promise<{ readonly session: Session; readonly head: string; readonly torn: boolean }> {
    const { session_id } = request.params.metadata
    const { keeping } = this.#options
    const found = await keeping.change(nameOf(session_id), (kept): Changed<Stepped> => {
      const known = beginningIn(kept)
      if (known === undefined || !('agentId' in known)) return { value: undefined }
      const refused =
        kept?.holder === keyOf(agent) ? whyNotSame(known, request, agent) : 'the session is another agent’s'
      if (refused !== undefined) return { value: { refused } }
      const head = headAfter(known.head, entry)
      const state = { ...known, head }
      const torn = claimed !== undefined && known.head !== undefined && claimed !== known.head
      return { value: { state, head, torn }, keep: { holder: keyOf(agent), content: state, forMs: keptMs } }
    })
    if (found === undefined)
      throw new AcsError(codes.notNegotiated, 'no-handshake', 'the session did not begin here', {
        method: request.method,
      })
    if ('refused' in found) throw refusal(found.refused)
    const { state, head, torn } = found
    return { session: new Session(session_id, agent, { keeping, state }), head, torn }
  }

  /** Lets a sub-agent begin a session of its own. @returns false when that session is taken. */
  async announce(id: string, principal: Principal, by: Session): Promise<boolean> {
    const { keeping, most } = this.#options
    const holder = keyOf(by.agent)
    if ((await keeping.count(holder)) >= most) return false
    const content: Announced = { announced: principal, root: by.state.root }
    return keeping.change(nameOf(id), (found) =>
      found === undefined ? { value: true, keep: { holder, content, forMs: keptMs } } : { value: false },
    )
  }
}

/** SECURITY: a session is one agent's, for one person. Another key, name or person in it would act under what was settled for the first. */
function whyNotSame(state: SessionState, request: AcsRequest, agent: AcsAgent): string | undefined {
  if (state.agentId !== request.params.metadata.agent_id) return 'the session is another agent’s'
  if (state.ended === true) return 'the session has ended'
  const isNamed = agent.actsFor === 'named' && request.params.metadata.user_context?.user_id !== undefined
  const now = principalOf(agent, request)
  if (isNamed && now.chain?.at(-1)?.id !== state.root.chain?.at(-1)?.id) return 'the session is for somebody else'
  // Whom an agent may act for, and as what, may be another since it began.
  const told = agent.actsFor === 'named' && !isNamed ? { ...now, chain: state.root.chain ?? [] } : now
  return asText(told) === asText(state.root) ? undefined : 'the agent acts otherwise than when the session began'
}

function asText(principal: Principal): string {
  const { roles = [], chain = [] } = principal
  return JSON.stringify([holderOf(principal), roles, chain.map((each) => each.roles ?? [])])
}

function beginningIn(found: Found | undefined): SessionState | Announced | undefined {
  const content = found?.content
  return isState(content) || isAnnounced(content) ? content : undefined
}

function stateIn(found: Found | undefined): SessionState | undefined {
  return isState(found?.content) ? found.content : undefined
}

function isState(value: unknown): value is SessionState {
  return isRecord(value) && 'agentId' in value
}

function isAnnounced(value: unknown): value is Announced {
  return isRecord(value) && 'announced' in value
}

function nameOf(session: string): KeptName {
  return ['acs session', session]
}

function keyOf({ name, keyId }: AcsAgent): string {
  return JSON.stringify(['acs', name, keyId])
}

function refusal(why: string): AcsError {
  return new AcsError(codes.refused, 'session-refused', why)
}
