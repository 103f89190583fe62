/** Runs of agents that ask for none: one for each agent, whom it acts for, and workflow, as long as it keeps calling. */
import type { OperationId, Principal } from '../charter/charter.ts'
import { agentActors, workflowsAmong } from '../constraint/delegation.ts'
import { everyoneIn, workflowsOf } from '../constraint/run.ts'
import { digestOf, newId } from './id.ts'
import { detailOfRun, holderHash, type RunDetail } from './run-record.ts'
import type { KnownRuns } from './run-rows.ts'
import type { Admitted } from './runs.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { StoredRun, Transaction } from './store.ts'

interface Known {
  readonly admitted: Admitted
  readonly generation: number
  /** Until then, nothing of it has to be written. */
  readonly until: number
}

const most = 20_000
/** Of the idle time, the part after which the end of a run is put off again. */
const parts = 30

export class ImplicitRuns {
  readonly #runtime: Runtime
  readonly #rows: KnownRuns
  readonly #known = new Map<string, Known>()

  constructor(runtime: Runtime, rows: KnownRuns) {
    this.#runtime = runtime
    this.#rows = rows
  }

  async of(force: InForce, operation: OperationId, principal: Principal): Promise<Admitted> {
    const workflow = workflowFor(force, operation, principal)
    const holder = `calling ${digestOf([holderHash(principal), workflow ?? null])}`
    const known = this.#known.get(holder)
    const { generation } = this.#rows
    const { store, now, limits } = this.#runtime
    if (known !== undefined && known.generation === generation && now() < known.until) return known.admitted
    const detail = detailFor(force, principal, workflow)
    const run = await store.transact([`holder ${holder}`], (transaction) => this.#last(transaction, holder, detail))
    const admitted = admittedTo(run)
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(holder, { admitted, generation, until: Math.min(run.expires, now() + limits.idleMs / parts) })
    return admitted
  }

  /** The run that goes on, or a new one. One that was revoked keeps its place until it would have ended. */
  async #last(transaction: Transaction, holder: string, detail: RunDetail): Promise<StoredRun> {
    const { now, limits } = this.#runtime
    const at = now()
    const { runsBy } = await transaction.read({ runsBy: { holder } })
    const [last] = runsBy
    const counts = last !== undefined && last.expires > at && last.state !== 'ended'
    if (counts && last.state === 'revoked') return last
    const began = counts ? last.at : at
    const expires = Math.min(at + limits.idleMs, began + limits.runMs)
    const run: StoredRun = counts ? { ...last, expires } : { id: newId(at), holder, state: 'open', at, expires, detail }
    await transaction.write([{ kind: 'run', run }])
    return run
  }
}

/** That of the agent; where it has several, the one of them that lists what it calls; where it has none, that of what it calls. */
function workflowFor(force: InForce, operation: OperationId, principal: Principal): string | undefined {
  const own = new Set(agentActors(force.charter, principal).map(({ workflow }) => workflow))
  const [only] = own
  if (own.size === 1 && only !== undefined) return only
  const [fitting, ...others] = workflowsAmong(force.charter, workflowsOf(force.charter, operation), principal)
  return others.length === 0 && fitting !== undefined ? fitting.name : force.workflowOf({ operation })?.name
}

function detailFor({ version }: InForce, principal: Principal, workflow: string | undefined): RunDetail {
  const person = principal.chain?.at(-1)
  const acting = everyoneIn(principal).slice(0, person === undefined ? undefined : -1)
  return {
    agent: principal.id ?? '',
    version,
    ...(workflow === undefined ? {} : { workflow }),
    ...(person === undefined ? {} : { person }),
    agents: Object.fromEntries(
      acting.flatMap(({ chain: _, ...each }) => (each.id === undefined ? [] : [[each.id, each]])),
    ),
    implicit: true,
  }
}

function admittedTo({ id, state, detail, ...run }: StoredRun): Admitted {
  if (state === 'revoked') return { ok: false, code: 'run-over', why: 'the run was revoked' }
  const { workflow, agent } = detailOfRun({ id, state, detail, ...run }) ?? {}
  return {
    ok: true,
    run: { id, ...(workflow === undefined ? {} : { workflow }), ...(agent === undefined ? {} : { agent }) },
  }
}
