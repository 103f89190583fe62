/** The one place where decision, state, approvals and ledger meet: gather, decide, reserve, forward, settle. */
import type { Charter, Principal, Run } from '../charter/charter.ts'
import type { Decision } from '../decide/decision.ts'
import type { Localities } from '../session/carried.ts'
import { withBody } from './answer.ts'
import { type Approvals, makeApprovals } from './approvals.ts'
import { Busy } from './busy.ts'
import type { Answer, Incoming, Outcome, Refusal, Ruling } from './call.ts'
import { type Doubts, makeDoubts } from './doubt.ts'
import { Endings } from './ending.ts'
import { newId } from './id.ts'
import type { GuardEvent, Journal, Noted } from './journal.ts'
import { type Keeping, makeKeeping } from './keeping.ts'
import { Later } from './later.ts'
import { Waiting } from './leases.ts'
import { Memories } from './memory.ts'
import { makeNotedTools, type NotedTools } from './noted-tools.ts'
import { ownKey } from './own-key.ts'
import { callOf, isAllowed, readyOf } from './ready.ts'
import { refusalOf, refuse } from './refusal.ts'
import { makeReplays, type Replays } from './replays.ts'
import { reserveNothing } from './reserve.ts'
import { Rulings } from './ruling.ts'
import type { PersonKeys } from './run-seal.ts'
import { OpenRuns, type Runs } from './runs.ts'
import { type InForce, type Limits, putInForce, type Runtime } from './runtime.ts'
import { sealedStore } from './sealed-store.ts'
import { Showing } from './showing.ts'
import { recordDecision, stopSwitchedOff } from './stopping.ts'
import { type Store, StoreError } from './store.ts'
import { type Resumed, Suspensions } from './suspension.ts'
import { openSwitches, type Switches } from './switches.ts'
import { blind, type Truth } from './truth.ts'

export interface GuardOptions {
  /** Names the exact text of the charter; decisions on the record name it. */
  readonly version: string
  readonly store: Store
  readonly journal: Journal
  /** How objects are looked at; without it, only tracked objects are known. */
  readonly truth?: Truth
  readonly node?: string
  readonly limits?: Partial<Limits>
  /** Whether runs go on when the charter changes; otherwise whoever has a token of one exchanges it again. */
  readonly rebinds?: boolean
  /** Where the sources are: for flows to regions and providers. */
  readonly localities?: Localities
  /** Where the keys of people are; with them, what runs have seen and what calls carry is sealed in the store. */
  readonly keys?: PersonKeys
  readonly now?: () => number
}

/** Decides, reserves and settles calls. Made by `createGuard`. */
export interface Guard {
  /** What is said before a call is sent. Never throws: a guard that cannot decide refuses. */
  begin(incoming: Incoming): Promise<Ruling>
  /** A whole call: `forward` sends it, and only if it may. */
  call(incoming: Incoming, forward: (call: string) => Promise<Outcome>): Promise<CallResult>
  /** What would be decided now, with nothing taken. On the record as a question. */
  evaluate(
    incoming: Incoming,
  ): Promise<{ readonly call: string; readonly decision: Decision; readonly refusal?: Refusal }>
  /**
   * Puts on the record what never became a call.
   *
   * @throws what the journal throws; nothing may then be passed on.
   */
  note(noted: Noted): Promise<void>
  /**
   * Goes on with a call that was suspended for this holder, on whichever node, with the eyes of whoever brings its outcome. Undefined when
   * none was, or its time is over.
   *
   * @throws {StoreError} when nobody can tell.
   */
  resume(
    call: string,
    holder: string,
    incoming?: Pick<Incoming, 'credentials' | 'signal'>,
  ): Promise<Resumed | undefined>
  /**
   * Takes in what the user of a run said: where values come from is traced to it. `by` tells so beside any call, which goes on the record.
   *
   * @throws {StoreError} when it cannot be kept, and what the journal throws; nothing of it may then be passed on.
   */
  said(run: Run, text: string, by?: Principal): Promise<void>
  /**
   * Takes in what a tool answered to the agent of a run, as only the agent says: nothing of it may be relied on. `from` is the operation, or
   * the name of the tool where it is none of the charter's.
   *
   * @throws {StoreError} as `said`.
   */
  heard(run: Run, heard: { readonly from: string; readonly text: string }): Promise<void>
  /** Puts another charter in force; calls on their way end under the one they began with. Without `localities`, those stay as they are. */
  reload(charter: Charter, version: string, localities?: Localities): Promise<void>
  readonly charter: () => Charter
  readonly switches: Switches
  readonly approvals: Approvals
  readonly doubts: Doubts
  /** What counts once, on whichever node it comes. */
  readonly replays: Replays
  /** What gateways go on with at a later request, at whichever node. */
  readonly keeping: Keeping
  readonly runs: Runs
  /** Tools that somebody should look at. */
  readonly tools: NotedTools
  close(): Promise<void>
}

export type CallResult =
  | { readonly kind: 'answered'; readonly call: string; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly call: string; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly call: string; readonly outcome: Exclude<Outcome, { kind: 'answered' }> }

const usualLimits: Limits = {
  busyMs: 10_000,
  doubtMs: 60_000,
  holdMs: 15 * 60_000,
  waitMs: 0,
  repeatMs: 24 * 60 * 60_000,
  silentMs: 3000,
  runMs: 8 * 60 * 60_000,
  idleMs: 30 * 60_000,
}

/**
 * Makes a guard of a charter. The same store on several nodes makes them one guard.
 *
 * @throws {StoreError} when the store cannot be read.
 */
export async function createGuard(charter: Charter, options: GuardOptions): Promise<Guard> {
  const now = options.now ?? steadyNow
  const node = options.node ?? newId(now())
  const runtime: Runtime = {
    node,
    now,
    store: options.keys === undefined ? options.store : await sealedFor(options.store, options.keys),
    journal: options.journal,
    truth: options.truth ?? blind,
    waiting: new Waiting(),
    switches: await openSwitches(options.store, options.journal),
    limits: { ...usualLimits, ...options.limits },
    rebinds: options.rebinds ?? false,
    ...(options.keys === undefined ? {} : { keys: options.keys }),
  }
  const guard = new ChartedGuard(runtime, putInForce(charter, options.version, options.localities))
  await guard.start()
  return guard
}

async function sealedFor(store: Store, keys: PersonKeys): Promise<Store> {
  return sealedStore(store, { id: 'state', secret: await ownKey(keys, 'state') })
}

/** A clock that follows the system's when the process starts and does not jump with it afterwards. */
function steadyNow(): number {
  return Math.trunc(performance.timeOrigin + performance.now())
}

class ChartedGuard implements Guard {
  readonly #runtime: Runtime
  #force: InForce
  readonly approvals: Approvals
  readonly doubts: Doubts
  readonly replays: Replays
  readonly keeping: Keeping
  readonly runs: OpenRuns
  readonly tools: NotedTools
  readonly #rulings: Rulings
  readonly #later: Later
  readonly #memories: Memories
  readonly #showing: Showing
  readonly #suspensions: Suspensions

  constructor(runtime: Runtime, force: InForce) {
    this.#runtime = runtime
    this.#force = force
    this.approvals = makeApprovals(runtime, () => this.#force)
    this.doubts = makeDoubts(runtime, () => this.#force, {
      onGone: (gone) => this.#later.takeOver(gone),
      isWaited: (call) => this.#suspensions.isWaited(call),
    })
    this.replays = makeReplays(runtime)
    this.keeping = makeKeeping(runtime)
    this.runs = new OpenRuns(runtime, () => this.#force)
    this.tools = makeNotedTools(runtime, () => this.#force)
    this.#memories = new Memories(runtime)
    this.#showing = new Showing(runtime, this.#memories)
    const { doubts, keeping } = this
    const endings = new Endings(runtime, { doubts, memories: this.#memories, showing: this.#showing })
    this.#suspensions = new Suspensions(runtime, { inForce: () => this.#force, keeping, endings })
    this.#later = new Later(runtime, (id, incoming, forward) => this.#carry(id, incoming, forward))
    this.#rulings = new Rulings(runtime, {
      approvals: this.approvals,
      doubts: this.doubts,
      later: this.#later,
      memories: this.#memories,
      showing: this.#showing,
      runs: this.runs,
      endings,
      suspensions: this.#suspensions,
    })
  }

  get switches(): Switches {
    return this.#runtime.switches
  }

  charter = (): Charter => this.#force.charter

  async start(): Promise<void> {
    const { journal, node, now } = this.#runtime
    await journal.append({ at: now(), kind: 'node', node, state: 'start' })
    await this.#putOnRecord()
    await this.doubts.start()
  }

  async #putOnRecord(): Promise<void> {
    const { journal, node, now } = this.#runtime
    const { charter, version } = this.#force
    await journal.append({ at: now(), kind: 'charter', name: charter.name, version, node })
  }

  async reload(charter: Charter, version: string, localities = this.#force.localities): Promise<void> {
    const before = this.#force
    this.#force = version === before.version ? { ...before, localities } : putInForce(charter, version, localities)
    if (version !== before.version) await this.#putOnRecord()
  }

  async note(noted: Noted): Promise<void> {
    const { journal, now } = this.#runtime
    await journal.append(notedEvent(noted, now(), this.#force))
  }

  async said(run: Run, text: string, by?: Principal): Promise<void> {
    const { journal, now } = this.#runtime
    if (by !== undefined)
      await journal.append({
        at: now(),
        kind: 'run',
        of: 'run',
        name: run.id,
        effect: 'told',
        principal: by,
        words: text,
      })
    await this.#memories.said(run, text)
  }

  heard(run: Run, heard: { readonly from: string; readonly text: string }): Promise<void> {
    return this.#memories.heard(run, heard)
  }

  begin(incoming: Incoming): Promise<Ruling> {
    return this.#begin(newId(this.#runtime.now()), incoming)
  }

  async #begin(id: string, incoming: Incoming): Promise<Ruling> {
    try {
      return await this.#rulings.rule(id, this.#force, incoming)
    } catch (error) {
      if (error instanceof Busy) return { kind: 'refused', call: id, refusal: error.refusal }
      const why = error instanceof StoreError ? 'what calls add up to cannot be read or kept' : 'the guard failed'
      return { kind: 'refused', call: id, refusal: refuse('unavailable', why, { retryAfterMs: 1000 }) }
    }
  }

  call(incoming: Incoming, forward: (call: string) => Promise<Outcome>): Promise<CallResult> {
    return this.#carry(newId(this.#runtime.now()), incoming, forward)
  }

  async #carry(id: string, incoming: Incoming, forward: (call: string) => Promise<Outcome>): Promise<CallResult> {
    const ruling = await this.#begin(id, incoming)
    const { call } = ruling
    if (ruling.kind === 'refused') return { kind: 'refused', call, refusal: ruling.refusal }
    if (ruling.kind === 'answered') return { kind: 'answered', call, answer: ruling.answer }
    let outcome: Outcome
    try {
      outcome = await forward(call)
    } catch (error) {
      outcome = { kind: 'unknown', why: error instanceof Error ? error.name : 'failed' }
    }
    const release = await ruling.settle(outcome)
    if (release.kind === 'refused') return { kind: 'refused', call, refusal: release.refusal }
    if (outcome.kind !== 'answered') return { kind: 'failed', call, outcome }
    const answer = release.kind === 'changed' ? withBody(outcome.answer, release.body) : outcome.answer
    return { kind: 'answered', call, answer }
  }

  async evaluate(
    incoming: Incoming,
  ): Promise<{ readonly call: string; readonly decision: Decision; readonly refusal?: Refusal }> {
    const force = this.#force
    const at = this.#runtime.now()
    const id = newId(at)
    const admitted = await this.runs.admit(incoming)
    if (!admitted.ok) return this.#rulings.turnAway(id, force, callOf(incoming, at), admitted)
    const { run } = admitted
    const call = await this.#memories.joined(force, callOf(run === undefined ? incoming : { ...incoming, run }, at))
    const { ofCall, ofObjects } = this.switches
    const offAtOnce = ofCall(call, force.workflowOf(call)?.name)
    const objects = offAtOnce === undefined ? await this.#showing.look(force, call, incoming) : {}
    const off = offAtOnce ?? ofObjects(objects)
    if (off !== undefined) return stopSwitchedOff(this.#runtime, { id, force, call, objects }, off)
    const { aside } = await this.#memories.knownOf(force, call, incoming.pin)
    const ready = { ...readyOf(id, force, call, objects, []), aside }
    const reserved = await reserveNothing(this.#runtime, ready)
    await recordDecision(this.#runtime, ready, reserved)
    return isAllowed(reserved.decision)
      ? { call: id, decision: reserved.decision }
      : { call: id, decision: reserved.decision, refusal: refusalOf(force.charter, call.operation, reserved.decision) }
  }

  resume(
    call: string,
    holder: string,
    incoming: Pick<Incoming, 'credentials' | 'signal'> = {},
  ): Promise<Resumed | undefined> {
    return this.#suspensions.resume(call, holder, incoming)
  }

  async close(): Promise<void> {
    await this.#suspensions.close()
    await this.doubts.stop()
    this.#later.stop()
    this.runs.stop()
    this.#runtime.switches.close()
    const { journal, node, now } = this.#runtime
    await journal.append({ at: now(), kind: 'node', node, state: 'stop' })
  }
}

function notedEvent(noted: Noted, at: number, { charter, version }: InForce): GuardEvent {
  switch (noted.kind) {
    case 'undescribed':
      return { ...noted, at, charter: { name: charter.name, digest: version } }
    case 'not-signed-in':
      return { kind: 'sign-in', at, door: 'call', call: noted.call, accepted: false, why: noted.why }
    case 'control-sign-in':
      return { kind: 'sign-in', at, door: 'control', ...howOf(noted), principal: noted.principal, accepted: true }
    case 'control-sign-in-refused':
      return { kind: 'sign-in', at, door: 'control', ...howOf(noted), accepted: false, why: noted.why }
    case 'act':
      return { ...noted, at }
  }
}

function howOf({ how }: { readonly how?: string }): { readonly how?: string } {
  return how === undefined ? {} : { how }
}
