/** The way of one call through the guard, from the first look to what is said. */
import type { Call } from '../charter/charter.ts'
import { noFacts } from '../constraint/facts.ts'
import { decide } from '../decide/decide.ts'
import { shownTo } from './answer.ts'
import type { Approvals } from './approvals.ts'
import { type Holding, letGo, takeObjects } from './busy.ts'
import type { Incoming, Outcome, Release, Ruling } from './call.ts'
import { type Doubts, goingOf } from './doubt.ts'
import { isEnded } from './ended.ts'
import type { Endings } from './ending.ts'
import type { Going } from './going.ts'
import { newId } from './id.ts'
import type { Later } from './later.ts'
import type { Memories } from './memory.ts'
import { callOf, cannotRewrite, insteadOf, isAllowed, isAskedBefore, readyOf } from './ready.ts'
import { refreshCounted } from './refresh.ts'
import { approvalsAsked, heldRefusal, refusalOf, refuse, sentLater } from './refusal.ts'
import { repeatKeyOf } from './repeat.ts'
import { type Ready, type Reservation, type Reserved, reserve } from './reserve.ts'
import type { Admitted, Runs } from './runs.ts'
import { type InForce, modeOf, type Runtime, showsItsObject } from './runtime.ts'
import { type Left, noteBefore } from './sending.ts'
import { keepAnswer } from './settle.ts'
import type { Showing } from './showing.ts'
import { recordDecision, type Stopped, stopCall, stopSwitchedOff } from './stopping.ts'
import type { StoredCall } from './store.ts'
import type { Suspensions, Waiting } from './suspension.ts'
import { lookOf } from './truth.ts'

/** What rulings share with the other parts of the guard. */
export interface Parts {
  readonly approvals: Approvals
  readonly doubts: Doubts
  readonly later: Later
  readonly memories: Memories
  readonly showing: Showing
  readonly runs: Pick<Runs, 'admit'>
  readonly endings: Endings
  readonly suspensions: Suspensions
}

export class Rulings {
  readonly #runtime: Runtime
  readonly #approvals: Approvals
  readonly #doubts: Doubts
  readonly #later: Later
  readonly #memories: Memories
  readonly #showing: Showing
  readonly #runs: Pick<Runs, 'admit'>
  readonly #endings: Endings
  readonly #suspensions: Suspensions

  constructor(runtime: Runtime, { approvals, doubts, later, memories, showing, runs, endings, suspensions }: Parts) {
    this.#runtime = runtime
    this.#approvals = approvals
    this.#doubts = doubts
    this.#later = later
    this.#memories = memories
    this.#showing = showing
    this.#runs = runs
    this.#endings = endings
    this.#suspensions = suspensions
  }

  /** Decides a call, from the first look to the reservation. */
  async rule(id: string, force: InForce, incoming: Incoming): Promise<Ruling> {
    const admitted = await this.#runs.admit(incoming)
    if (!admitted.ok) return this.turnAway(id, force, callOf(incoming, this.#runtime.now()), admitted)
    return this.#ruleIn(id, force, admitted.run === undefined ? incoming : { ...incoming, run: admitted.run })
  }

  /** Refuses a call whose run counts no more. */
  turnAway(id: string, force: InForce, call: Call, { code, why }: Exclude<Admitted, { ok: true }>): Promise<Stopped> {
    return stopCall(this.#runtime, { id, force, call }, code, why)
  }

  async #ruleIn(id: string, force: InForce, incoming: Incoming): Promise<Ruling> {
    const call = await this.#memories.joined(force, callOf(incoming, this.#runtime.now()))
    const off = this.#runtime.switches.ofCall(call, force.workflowOf(call)?.name)
    if (off !== undefined) return stopSwitchedOff(this.#runtime, { id, force, call }, off)
    const enforced = modeOf(force, call.operation) === 'enforce'
    if (enforced && force.ends.any && (await isEnded(this.#runtime, force, incoming.credentials)))
      return stopCall(
        this.#runtime,
        { id, force, call },
        'unauthenticated',
        'what the caller was let in with has come to its end',
      )
    const sent = incoming.hold === undefined ? undefined : await this.#later.answerFor(force, call, incoming.hold)
    if (sent !== undefined) return { call: id, ...sent }
    const operation = force.charter.operations.get(call.operation)
    const late = operation !== undefined && showsItsObject(force.charter, operation)
    // Whoever may have to ask somebody must know the object before.
    if (late && enforced && !force.traitsOf(call.operation).approvals) return this.#ruleLate(id, force, call, incoming)
    return this.#ruleFirst(id, force, call, incoming)
  }

  /** The object is in the answer: ask first who calls, look at the answer, then decide. */
  async #ruleLate(id: string, force: InForce, call: Call, incoming: Incoming): Promise<Ruling> {
    const { aside, sending } = await this.#memories.knownOf(force, call, incoming.pin)
    const first = decide(force.charter, { ...noFacts, ...aside }, call)
    // What is asked of agents and of data is asked before anything is sent.
    if (isAskedBefore(first) || (aside.classes?.length ?? 0) > 0) return this.#ruleFirst(id, force, call, incoming)
    const hopeless = first.effect === 'deny' && first.reasons.every((reason) => reason.outcome === 'broken')
    if (hopeless && first.reasons.some((reason) => reason.kind === 'by'))
      return this.#ruleFirst(id, force, call, incoming)
    const settle = (outcome: Outcome): Promise<Release> => this.#endings.judge({ id, force, call }, outcome, incoming)
    const suspend = (waiting: Waiting): Promise<void> => this.#suspensions.suspend({ id, call }, waiting, incoming.pin)
    const rewritten = insteadOf(call, incoming)
    if (rewritten === 'cannot') return { kind: 'refused', call: id, refusal: cannotRewrite() }
    if (sending !== undefined && !(await noteBefore(this.#runtime, sending, first)))
      return this.#ruleFirst(id, force, call, incoming)
    return { kind: 'go', call: id, decision: first, inspect: true, settle, suspend, ...rewritten }
  }

  async #ruleFirst(id: string, force: InForce, call: Call, incoming: Incoming): Promise<Ruling> {
    const operation = force.charter.operations.get(call.operation)
    const mode = modeOf(force, call.operation)
    const repeat = repeatKeyOf(force.charter, call)
    if (operation?.writes !== true || mode === 'observe') {
      const objects = force.traitsOf(call.operation).facts ? await this.#showing.look(force, call, incoming) : {}
      const off = this.#runtime.switches.ofObjects(objects)
      if (off !== undefined && mode === 'enforce')
        return stopSwitchedOff(this.#runtime, { id, force, call, objects }, off)
      return this.#conclude({ ...readyOf(id, force, call, objects, []), mode }, incoming)
    }
    const holding: Holding = {
      id,
      call,
      force,
      look: lookOf(incoming),
      ...(repeat === undefined ? {} : { repeat }),
      ...(incoming.signal === undefined ? {} : { signal: incoming.signal }),
    }
    const began = performance.now()
    const taken = await takeObjects(this.#runtime, holding, this.#doubts)
    if (taken.kind === 'again') return this.#again(taken.earlier, force)
    const off = this.#runtime.switches.ofObjects(taken.objects)
    const ready: Ready = {
      ...readyOf(id, force, call, taken.objects, taken.held),
      tracked: taken.tracked,
      began,
      ...(repeat === undefined ? {} : { repeat }),
    }
    if (off !== undefined) {
      await letGo(this.#runtime, ready.id, ready.held)
      return stopSwitchedOff(this.#runtime, { id, force, call, objects: taken.objects }, off)
    }
    return this.#conclude(ready, incoming)
  }

  /** The same request again, while nobody knows what became of the first: the API's own promise makes it one call. */
  async #again(earlier: StoredCall, force: InForce): Promise<Ruling> {
    const going = goingOf(earlier, force)
    if (going === undefined)
      return { kind: 'refused', call: earlier.id, refusal: refuse('outcome-unknown', 'the first call is not settled') }
    const { decision } = going
    // Its node may have died before the first decision was on the record.
    await recordDecision(this.#runtime, going, { decision, marks: [], facts: {} })
    return {
      kind: 'go',
      call: going.id,
      decision,
      inspect: true,
      suspend: (waiting) => this.#suspensions.suspend(going, waiting, undefined),
      settle: async (outcome) => {
        if (earlier.state === 'in-doubt') await this.#doubts.settleOrKeep(going, outcome)
        if (outcome.kind !== 'answered') return { kind: 'pass' }
        await this.#memories.saw(going, outcome.answer)
        if (earlier.state === 'effective' && outcome.answer.status < 300)
          await this.#runtime.store.transact([], (transaction) => transaction.write(keepAnswer(going, outcome.answer)))
        return shownTo(going, decision, outcome.answer)
      },
    }
  }

  async #conclude(ready: Ready, incoming: Incoming): Promise<Ruling> {
    let reserved: Reservation
    const known = await this.#memories.knownOf(ready.force, ready.call, incoming.pin).catch(async (error: unknown) => {
      await letGo(this.#runtime, ready.id, ready.held).catch(() => undefined)
      throw error
    })
    const whole = { ...ready, ...known }
    try {
      if (ready.force.traitsOf(ready.call.operation).refreshes)
        await refreshCounted(this.#runtime, ready, lookOf(incoming))
      reserved = await reserve(this.#runtime, whole)
    } catch (error) {
      await letGo(this.#runtime, ready.id, ready.held).catch(() => undefined)
      throw error
    }
    if (reserved.kind !== 'decided') {
      this.#runtime.waiting.wake(ready.held)
      if (reserved.kind === 'again') return this.#again(reserved.earlier, ready.force)
      return { ...reserved, call: ready.id }
    }
    const { decision } = reserved
    if (!isAllowed(decision) && ready.mode === 'enforce') {
      this.#runtime.waiting.wake(ready.held)
      return this.#turnDown(ready, reserved, incoming)
    }
    const going: Going = {
      ...ready,
      uses: reserved.uses,
      decision,
      stored: reserved.stored,
      marked: reserved.marked,
      granted: reserved.granted,
      remembered: reserved.granted || ready.repeat !== undefined || this.#later.sends(ready.id),
      ...(reserved.satisfied === undefined ? {} : { satisfied: reserved.satisfied }),
    }
    await this.#makeLasting(ready, reserved, going)
    if (ready.call.run !== undefined && isAllowed(decision))
      await this.#memories.endorse(ready.force.charter, ready.call, reserved.facts, reserved.granted)
    const rewritten = await this.#rewritten(going, incoming, reserved.left)
    if (rewritten === 'cannot') return { kind: 'refused', call: ready.id, refusal: cannotRewrite() }
    const inspect =
      decision.obligations.length > 0 ||
      ready.call.run !== undefined ||
      (reserved.stored && ready.force.charter.operations.get(ready.call.operation)?.writes === true)
    return {
      kind: 'go',
      call: ready.id,
      decision,
      inspect,
      ...rewritten,
      settle: (outcome) => this.#endings.settle(going, outcome, incoming),
      suspend: (waiting) => this.#suspensions.suspend(going, waiting, incoming.pin),
      more: (answer) => this.#memories.saw(going, answer),
    }
  }

  /** The body to be sent instead of the one that came. What cannot be sent so is given back. */
  async #rewritten(going: Going, incoming: Incoming, left: Left | undefined): Promise<ReturnType<typeof insteadOf>> {
    const { call } = going
    try {
      const covered = left === undefined ? await this.#memories.coveredFor(going) : left.instead
      const rewritten = insteadOf(covered === undefined ? call : { ...call, request: covered }, incoming)
      if (rewritten === 'cannot' && going.stored) await this.#doubts.giveBack(going, true)
      return rewritten
    } catch (error) {
      if (going.stored) await this.#doubts.giveBack(going, true)
      throw error
    }
  }

  /** Puts on the record what was decided, and on the disk what was taken for it. What is not there must not happen. */
  async #makeLasting(ready: Ready, reserved: Reserved, going: Going): Promise<void> {
    const { store } = this.#runtime
    const took = reserved.stored || reserved.marks.length > 0
    if (!took) {
      await recordDecision(this.#runtime, ready, reserved)
      return
    }
    const [recorded, kept] = await Promise.allSettled([recordDecision(this.#runtime, ready, reserved), store.flush()])
    // Another node may have taken this one for gone, and what it reserved for doubtful.
    const stoodStill = reserved.stored && !this.#doubts.isOurs(ready.began)
    if (recorded.status === 'fulfilled' && kept.status === 'fulfilled' && !stoodStill) return
    if (reserved.stored) await this.#doubts.giveBack(going, recorded.status === 'fulfilled')
    if (recorded.status === 'rejected') throw recorded.reason
    if (kept.status === 'rejected') throw kept.reason
    throw new TypeError('the node stood still')
  }

  async #turnDown(ready: Ready, reserved: Reserved, incoming: Incoming): Promise<Ruling> {
    const { decision } = reserved
    const { charter } = ready.force
    const asked = approvalsAsked(charter, ready.call.operation, decision)
    const ours = decision.effect === 'ask' && asked.length > 0 && asked.every((each) => each.grant === undefined)
    if (!ours) {
      await recordDecision(this.#runtime, ready, reserved)
      return { kind: 'refused', call: ready.id, refusal: refusalOf(charter, ready.call.operation, decision) }
    }
    const origins = await this.#memories.originsOf(ready.force, ready.call)
    const sentBy = this.#later.canKeep(incoming) ? 'guard' : 'caller'
    const held = await this.#approvals.ask({ ready, approvals: asked, reserved, origins, sentBy })
    await recordDecision(this.#runtime, { ...ready, hold: held.reference }, reserved)
    const refusal =
      held.state === 'refused'
        ? refuse('approval-refused', held.why ?? 'it was refused', { reasons: decision.reasons })
        : heldRefusal(refusalOf(charter, ready.call.operation, decision), held, asked)
    if (held.state === 'refused') return { kind: 'refused', call: ready.id, refusal }
    const granted = await this.#approvals.wait(held.reference, incoming.signal)
    if (granted) return this.rule(newId(this.#runtime.now()), ready.force, incoming)
    const sends = this.#later.keep(held, incoming)
    return { kind: 'refused', call: ready.id, refusal: sends ? sentLater(refusal) : refusal }
  }
}
