/** Runs of workflows: who has one, what was given in it, and until when. Nodes of one store know the same runs. */
import type { Principal, Run } from '../charter/charter.ts'
import type { RunHandle } from '../charter/run-handle.ts'
import { everyoneIn } from '../constraint/run.ts'
import type { Incoming, RefusalCode } from './call.ts'
import { newId } from './id.ts'
import { ImplicitRuns } from './implicit-runs.ts'
import { giveFrom, type Scope, type Ungiven, type Wanted } from './mandate.ts'
import {
  cutHolder,
  detailOfRun,
  holderHash,
  principalIn,
  type RunDetail,
  type RunEvent,
  type RunShown,
  shownRun,
} from './run-record.ts'
import { KnownRuns } from './run-rows.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { RunState, StoredRun } from './store.ts'

/** What is asked for at the beginning of a run. */
export interface Beginning extends Wanted {
  /** To go on with a run of the same agent, for the same, that is not over. */
  readonly run?: string
  /** What it is for, in the words of whoever it is for. */
  readonly purpose?: string
}

export type Given =
  | { readonly ok: true; readonly principal: Principal; readonly handle: RunHandle }
  | ({ readonly ok: false } & Ungiven)

export type Admitted =
  | { readonly ok: true; readonly run?: Run | RunHandle }
  | { readonly ok: false; readonly code: Extract<RefusalCode, 'run-over' | 'run-outdated'>; readonly why: string }

/** What counts no more: a token with all that came of it, or whatever an agent or a person was given before. */
export interface Cut {
  readonly of: 'token' | 'agent' | 'person'
  readonly name: string
}

/** Begins runs, passes them on, and ends them. Every method may throw a `StoreError`, or what the journal throws; nothing was given then. */
export interface Runs {
  /** The run a call belongs to: the one that is shown, if it still counts; for agents that show none, one that lasts while they call. */
  admit(asked: Pick<Incoming, 'operation' | 'principal' | 'run'>): Promise<Admitted>
  /** Begins a run for an agent and its chain, those it acts for; or goes on with one. */
  start(principal: Principal, wanted: Beginning): Promise<Given>
  /** Passes on what a handle stands for: to the same agent again, or to one that acts for it. Never more than there was. */
  delegate(handle: RunHandle, to: Principal, wanted: Wanted): Promise<Given>
  /** Who bears a token, with those it acts for; undefined when there is no such run, or they have no part in it. */
  principalOf(handle: RunHandle): Promise<Principal | undefined>
  list(states?: readonly RunState[]): Promise<readonly RunShown[]>
  get(id: string): Promise<RunShown | undefined>
  /** @returns false when there is no such run, or it is over. */
  end(id: string, as: 'ended' | 'revoked', by: Principal, why?: string): Promise<boolean>
  cut(cut: Cut, by: Principal, why?: string): Promise<void>
}

const mostAgents = 100

export class OpenRuns implements Runs {
  readonly #runtime: Runtime
  readonly #inForce: () => InForce
  readonly #rows: KnownRuns
  readonly #implicit: ImplicitRuns

  constructor(runtime: Runtime, inForce: () => InForce) {
    this.#runtime = runtime
    this.#inForce = inForce
    this.#rows = new KnownRuns(runtime)
    this.#implicit = new ImplicitRuns(runtime, this.#rows)
  }

  stop(): void {
    this.#rows.stop()
  }

  async admit({ operation, principal, run }: Pick<Incoming, 'operation' | 'principal' | 'run'>): Promise<Admitted> {
    if (run === undefined) {
      if (principal.kind !== 'agent' && principal.chain === undefined) return { ok: true }
      return this.#implicit.of(this.#inForce(), operation, principal)
    }
    if (isHandle(run)) return this.#admitHandle(run, principal)
    const [row] = await this.#rows.of([run.id])
    return (row === undefined ? undefined : this.#overOf(row)) ?? { ok: true, run }
  }

  async #admitHandle(handle: RunHandle, principal: Principal): Promise<Admitted> {
    if (handle.holder !== holderHash(principal)) return isOver('the run is of somebody else')
    const found = await this.#detailFor(handle)
    if ('ok' in found) return found
    if (handle.version !== this.#inForce().version && !this.#runtime.rebinds)
      return { ok: false, code: 'run-outdated', why: 'the charter has changed: exchange the token again' }
    const { purpose } = found
    return { ok: true, run: purpose === undefined ? handle : { ...handle, purpose } }
  }

  /** What is kept of the run of a handle, unless that counts no more. */
  async #detailFor(handle: RunHandle): Promise<RunDetail | Exclude<Admitted, { ok: true }>> {
    const [row, ...cuts] = await this.#rows.of([handle.id, ...cutsFor(handle)])
    const detail = row === undefined ? undefined : detailOfRun(row)
    if (row === undefined || detail === undefined) return isOver('the run is not known, or no longer')
    if (cuts.some((cut) => cut !== undefined && cut.at >= handle.issuedAt)) return isOver('the token was revoked')
    return this.#overOf(row) ?? detail
  }

  #overOf({ state, expires, detail }: StoredRun): Exclude<Admitted, { ok: true }> | undefined {
    if (state === 'open' && expires > this.#runtime.now()) return undefined
    const why = typeof detail === 'object' && detail !== null && 'why' in detail ? `: ${String(detail.why)}` : ''
    return isOver(`the run ${state === 'revoked' ? 'was revoked' : 'has ended'}${why}`)
  }

  async start(principal: Principal, beginning: Beginning): Promise<Given> {
    const { purpose, run: before, ...wanted } = beginning
    if (before !== undefined) return this.#goOn(before, principal, beginning)
    const { charter, version } = this.#inForce()
    if (principal.id === undefined) return { ok: false, error: 'access_denied', why: 'nobody has no runs' }
    const scope = giveFrom(charter, principal, undefined, wanted)
    if ('error' in scope) return { ok: false, ...scope }
    const { store, now, limits } = this.#runtime
    const at = now()
    const person = principal.chain?.at(-1)
    const acting = person === undefined ? [principal] : everyoneIn(principal).slice(0, -1)
    const detail: RunDetail = {
      agent: principal.id,
      version,
      ...scope,
      ...(purpose === undefined ? {} : { purpose }),
      ...(person === undefined ? {} : { person }),
      agents: agentsIn(acting),
    }
    const run: StoredRun = {
      id: newId(at),
      holder: holderHash(principal),
      state: 'open',
      at,
      expires: at + limits.runMs,
      detail,
    }
    const token = newId(at)
    const lines = acting.map(() => token)
    const given = this.#givenTo(principal, run, scope, { token, lines, until: run.expires })
    await this.#record('started', given, purpose)
    await store.transact([`holder ${run.holder}`], (transaction) => transaction.write([{ kind: 'run', run }]))
    return given
  }

  async #goOn(id: string, principal: Principal, wanted: Beginning): Promise<Given> {
    const unknown = { ok: false, error: 'invalid_request', why: 'the agent has no such run for whom it acts' } as const
    const [run] = (await this.#runtime.store.read({ runs: [id] })).runs
    const detail = run === undefined ? undefined : detailOfRun(run)
    if (run === undefined || detail === undefined || run.holder !== holderHash(principal)) return unknown
    if (this.#overOf(run) !== undefined) return { ...unknown, why: 'the run is over' }
    if (wanted.purpose !== undefined) return { ...unknown, why: 'a run has one purpose, from its beginning' }
    const { workflow, tools } = detail
    const { scopes } = principal.chain?.at(-1) ?? principal
    const from = { ...(workflow && { workflow }), ...(tools && { tools }), ...(scopes && { scopes }) }
    const scope = giveFrom(this.#inForce().charter, principal, from, wanted)
    if ('error' in scope) return { ok: false, ...scope }
    const token = newId(this.#runtime.now())
    const lines = Array.from({ length: principal.chain?.length ?? 1 }, () => token)
    const given = this.#givenTo(principal, run, scope, { token, lines, until: run.expires })
    await this.#record('renewed', given)
    return given
  }

  async delegate(handle: RunHandle, to: Principal, wanted: Wanted): Promise<Given> {
    const found = await this.#detailFor(handle)
    if ('ok' in found) return { ok: false, error: 'invalid_request', why: found.why }
    const bearer = principalIn(found, handle)
    if (bearer === undefined || to.id === undefined)
      return { ok: false, error: 'invalid_request', why: 'the bearer of the token has no part in the run' }
    const { chain, ...alone } = bearer
    const isSame = to.id === bearer.id && to.kind === bearer.kind && to.tenant === bearer.tenant
    const { chain: _, ...next } = to
    const before = isSame ? chain : [alone, ...(chain ?? [])]
    const principal: Principal = { ...next, ...(before === undefined ? {} : { chain: before }) }
    const scope = giveFrom(this.#inForce().charter, principal, handle, wanted)
    if ('error' in scope) return { ok: false, ...scope }
    const run = await this.#joined(handle.id, next)
    if (run === undefined) return { ok: false, error: 'access_denied', why: 'the run has no place for this agent' }
    const token = newId(this.#runtime.now())
    const given = this.#givenTo(principal, run, scope, {
      token,
      lines: isSame ? handle.lines : [token, ...handle.lines],
      // What is passed on ends with what it was passed on from; the same agent goes on as long as it was given.
      until: isSame ? handle.until : Math.min(handle.until, handle.expires),
    })
    await this.#record(isSame ? 'renewed' : 'delegated', given)
    return given
  }

  #givenTo(
    principal: Principal,
    { id, expires }: StoredRun,
    scope: Scope,
    more: Pick<RunHandle, 'token' | 'lines' | 'until'>,
  ): Extract<Given, { ok: true }> {
    const issuedAt = this.#runtime.now()
    const ids = everyoneIn(principal).map((each) => each.id ?? '')
    const person = principal.chain === undefined ? undefined : ids.at(-1)
    const until = Math.min(more.until, expires)
    const handle: RunHandle = {
      id,
      agent: principal.id ?? '',
      acting: person === undefined ? ids : ids.slice(0, -1),
      version: this.#inForce().version,
      holder: holderHash(principal),
      issuedAt,
      expires: until,
      ...scope,
      ...more,
      until,
      ...(person === undefined ? {} : { person }),
    }
    return { ok: true, principal, handle }
  }

  /** The run, with this agent in it; undefined when it cannot have a part. */
  #joined(id: string, agent: Principal): Promise<StoredRun | undefined> {
    const { store, now } = this.#runtime
    return store.transact([`handed ${id}`], async (transaction) => {
      const [run] = (await transaction.read({ runs: [id] })).runs
      const detail = run === undefined ? undefined : detailOfRun(run)
      if (run === undefined || detail === undefined || run.state !== 'open' || run.expires <= now()) return undefined
      const name = agent.id ?? ''
      const known = Object.hasOwn(detail.agents, name) ? detail.agents[name] : undefined
      if (JSON.stringify(known) === JSON.stringify(agent)) return run
      const clashes = known !== undefined && (known.tenant !== agent.tenant || known.kind !== agent.kind)
      if (clashes || (known === undefined && Object.keys(detail.agents).length >= mostAgents)) return undefined
      const next: StoredRun = { ...run, detail: { ...detail, agents: { ...detail.agents, [name]: agent } } }
      await transaction.write([{ kind: 'run', run: next }])
      this.#rows.forget()
      return next
    })
  }

  #record(
    effect: RunEvent['effect'],
    { principal, handle }: Extract<Given, { ok: true }>,
    purpose?: string,
  ): Promise<unknown> {
    const { id: name, token, workflow, tools } = handle
    const { journal, now } = this.#runtime
    return journal.append({
      at: now(),
      kind: 'run',
      of: 'run',
      name,
      effect,
      principal,
      token,
      ...(workflow === undefined ? {} : { workflow }),
      ...(tools === undefined ? {} : { tools }),
      ...(purpose === undefined ? {} : { purpose }),
    })
  }

  async principalOf(handle: RunHandle): Promise<Principal | undefined> {
    const known = inRun((await this.#rows.of([handle.id]))[0], handle)
    // Who joined on another node a moment ago is not known here yet.
    return known ?? inRun((await this.#runtime.store.read({ runs: [handle.id] })).runs[0], handle)
  }

  async list(states?: readonly RunState[]): Promise<readonly RunShown[]> {
    const { store, now } = this.#runtime
    const { runsBy } = await store.read({ runsBy: states === undefined ? {} : { states } })
    return runsBy.flatMap((run) => shownRun(run, now()) ?? [])
  }

  async get(id: string): Promise<RunShown | undefined> {
    const [run] = (await this.#runtime.store.read({ runs: [id] })).runs
    return run === undefined ? undefined : shownRun(run, this.#runtime.now())
  }

  async end(id: string, as: 'ended' | 'revoked', by: Principal, why?: string): Promise<boolean> {
    const { store, journal, now } = this.#runtime
    const before = await this.get(id)
    if (before?.state !== 'open') return false
    const said = why === undefined ? {} : { why }
    await journal.append({ at: now(), kind: 'run', of: 'run', name: id, effect: as, principal: by, ...said })
    const done = await store.transact([`handed ${id}`], async (transaction) => {
      const [run] = (await transaction.read({ runs: [id] })).runs
      const detail = run === undefined ? undefined : detailOfRun(run)
      if (run === undefined || detail === undefined || run.state !== 'open') return false
      await transaction.write([{ kind: 'run', run: { ...run, state: as, detail: { ...detail, ...said } } }])
      return true
    })
    this.#rows.forget()
    return done
  }

  async cut({ of, name }: Cut, by: Principal, why?: string): Promise<void> {
    const { store, journal, now, limits } = this.#runtime
    const at = now()
    const said = why === undefined ? {} : { why }
    await journal.append({ at, kind: 'run', of, name, effect: 'revoked', principal: by, ...said })
    // As long as anything that was given before could count.
    const expires = at + limits.runMs
    const run: StoredRun = { id: `${of} ${name}`, holder: cutHolder, state: 'revoked', at, expires, detail: said }
    await store.transact([], (transaction) => transaction.write([{ kind: 'run', run }]))
    this.#rows.forget()
  }
}

function inRun(row: StoredRun | undefined, handle: RunHandle): Principal | undefined {
  const detail = row === undefined ? undefined : detailOfRun(row)
  return detail === undefined ? undefined : principalIn(detail, handle)
}

function isHandle(run: Run | RunHandle): run is RunHandle {
  return 'token' in run
}

function isOver(why: string): Exclude<Admitted, { ok: true }> {
  return { ok: false, code: 'run-over', why }
}

/** Everything that would take a token with it. */
function cutsFor({ token, lines, acting, person }: RunHandle): readonly string[] {
  const cuts: Cut[] = [token, ...lines].map((name) => ({ of: 'token', name }))
  for (const name of acting) cuts.push({ of: 'agent', name })
  if (person !== undefined) cuts.push({ of: 'person', name: person }, { of: 'agent', name: person })
  return [...new Set(cuts.map(({ of, name }) => `${of} ${name}`))]
}

function agentsIn(acting: readonly Principal[]): RunDetail['agents'] {
  return Object.fromEntries(acting.flatMap(({ chain: _, ...each }) => (each.id === undefined ? [] : [[each.id, each]])))
}
