/** Runs as the store keeps them, and as they go on the record. */
import { createHash } from 'node:crypto'
import type { OperationId, Principal } from '../charter/charter.ts'
import { holderOf, type Mandate } from '../charter/run-handle.ts'
import type { GuardEvent } from './journal.ts'
import type { StoredRun } from './store.ts'

/** What is kept of a run besides who runs it, and until when. Plain JSON. */
export interface RunDetail {
  /** The id of the agent that began it. */
  readonly agent: string
  readonly version: string
  readonly workflow?: string
  readonly tools?: readonly OperationId[]
  readonly purpose?: string
  /** Whom it is for. */
  readonly person?: Principal
  /** All agents that ever had a part in it, by id. */
  readonly agents: Readonly<Record<string, Principal>>
  /** Nobody asked for it: the agent just called. */
  readonly implicit?: true
  /** Why it is over. */
  readonly why?: string
}

/** A run as operators see it. Times are milliseconds since 1970. */
export interface RunShown extends Omit<RunDetail, 'agents'> {
  readonly id: string
  readonly state: StoredRun['state']
  readonly at: number
  readonly expires: number
  readonly agents: readonly string[]
  /** The agent that began it; undefined where that is not known. */
  readonly began: Principal | undefined
}

/** What no run may rest on any more stands among the runs under this holder. */
export const cutHolder = 'cut'

export function detailOfRun({ detail }: StoredRun): RunDetail | undefined {
  return isRunDetail(detail) ? detail : undefined
}

function isRunDetail(value: unknown): value is RunDetail {
  return typeof value === 'object' && value !== null && 'agent' in value && 'version' in value && 'agents' in value
}

/** A run as operators see it; one that nobody ended is over with its time. */
export function shownRun(run: StoredRun, now: number): RunShown | undefined {
  const detail = detailOfRun(run)
  if (detail === undefined) return undefined
  const { id, at, expires } = run
  const state = run.state === 'open' && expires <= now ? 'ended' : run.state
  const began = Object.hasOwn(detail.agents, detail.agent) ? detail.agents[detail.agent] : undefined
  return { ...detail, id, state, at, expires, agents: Object.keys(detail.agents), began }
}

/** Whom a mandate was made for, as tokens say it. */
export function holderHash(principal: Principal): string {
  return createHash('sha256').update(holderOf(principal)).digest('base64url')
}

/** The bearer of a mandate with those it acts for, as the run knows them; undefined when it does not. */
export function principalIn(detail: RunDetail, { acting, person, scopes }: Mandate): Principal | undefined {
  const known = (id: string): Principal | undefined =>
    Object.hasOwn(detail.agents, id) ? detail.agents[id] : undefined
  const behind = person === undefined ? [] : [detail.person?.id === person ? detail.person : known(person)]
  const all = [...acting.map(known), ...behind]
  const everyone = all.filter((each) => each !== undefined)
  const [bearer, ...chain] = everyone.map((each) => withScopes(each, scopes))
  if (bearer === undefined || everyone.length < all.length) return undefined
  return chain.length === 0 ? bearer : { ...bearer, chain }
}

/** Nobody has more scopes than were passed on, and no agent more than its own, where it has some. */
function withScopes({ scopes: own, ...principal }: Principal, passed: readonly string[] | undefined): Principal {
  const isBound = principal.kind === 'agent' && own !== undefined
  const scopes = isBound ? (passed?.filter((each) => own.includes(each)) ?? own) : (passed ?? own)
  return scopes === undefined ? principal : { ...principal, scopes }
}

/** What happened to a run, for the record. */
export type RunEvent = Extract<GuardEvent, { kind: 'run' }>
