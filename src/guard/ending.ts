/** How a call that was let through ends: what became of it is settled, and what of its answer may be seen is shown. */
import type { Call } from '../charter/charter.ts'
import { printPointer } from '../charter/pointer.ts'
import { shownObject } from './answer.ts'
import type { Answer, Incoming, Outcome, Release } from './call.ts'
import { Capabilities } from './capability.ts'
import type { Doubts } from './doubt.ts'
import type { Going } from './going.ts'
import type { Memories } from './memory.ts'
import { isAllowed, readyOf } from './ready.ts'
import { refusalOf, refuse } from './refusal.ts'
import { reserve } from './reserve.ts'
import type { InForce, Runtime } from './runtime.ts'
import { keepSessionEnd } from './session-end.ts'
import type { Showing } from './showing.ts'
import { recordDecision, stopSwitchedOff } from './stopping.ts'

/** Who asks for the answer. */
export type Asker = Pick<Incoming, 'request' | 'credentials' | 'pin' | 'signal'>

/** A read whose answer is what it is decided on. */
export interface Late {
  readonly id: string
  readonly force: InForce
  readonly call: Call
}

export interface EndingParts {
  readonly doubts: Pick<Doubts, 'settleOrKeep'>
  readonly memories: Memories
  readonly showing: Showing
}

export class Endings {
  readonly #runtime: Runtime
  readonly #parts: EndingParts
  readonly #capabilities = new Capabilities()

  constructor(runtime: Runtime, parts: EndingParts) {
    this.#runtime = runtime
    this.#parts = parts
  }

  /** Settles a call, and says what of its answer may be seen. */
  async settle(going: Going, outcome: Outcome, asker: Asker): Promise<Release> {
    const { doubts } = this.#parts
    const operation = going.force.charter.operations.get(going.call.operation)
    const settled = operation?.writes === true ? doubts.settleOrKeep(going, outcome) : undefined
    if (outcome.kind !== 'answered') {
      await settled
      return { kind: 'pass' }
    }
    // At once, so that one commit keeps all of it.
    const [shown] = await Promise.all([
      this.#seen(going, outcome.answer),
      settled,
      keepSessionEnd(this.#runtime, going, outcome, asker),
    ])
    return shown ?? this.#parts.showing.show(going, going.decision, outcome.answer, asker)
  }

  /** What of an answer may be seen, of a call that is settled. */
  async show(going: Going, answer: Answer, asker: Asker): Promise<Release> {
    return (await this.#seen(going, answer)) ?? this.#parts.showing.show(going, going.decision, answer, asker)
  }

  /** Takes an answer into the memory of its run. @returns why nothing of it may be seen, where that is so. */
  async #seen(going: Going, answer: Answer): Promise<Release | undefined> {
    const weak = this.#capabilities.problemOf(going, answer, this.#runtime.now())
    if (weak !== undefined && going.mode === 'enforce') return { kind: 'refused', refusal: weak }
    await this.#parts.memories.saw(going, answer)
    return undefined
  }

  /** Decides a read on its answer. */
  async judge({ id, force, call }: Late, outcome: Outcome, asker: Asker): Promise<Release> {
    if (outcome.kind !== 'answered' || outcome.answer.status >= 300) return { kind: 'pass' }
    const { answer } = outcome
    const { memories, showing } = this.#parts
    const known = shownObject(force.charter, call, answer, this.#runtime.now())
    if (known === undefined) {
      const name = force.charter.operations.get(call.operation)?.uses[0]?.object?.type ?? ''
      const key = printPointer(force.charter.objects.get(name)?.key ?? [])
      const why = `the answer does not show the object it should: no \`${name}\` with the key that was asked for at \`${key}\``
      return { kind: 'refused', refusal: refuse('upstream-failed', why) }
    }
    const objects = await showing.look(force, call, asker, known)
    const off = this.#runtime.switches.ofObjects(objects)
    if (off !== undefined) {
      const { refusal } = await stopSwitchedOff(this.#runtime, { id, force, call, objects }, off)
      return { kind: 'refused', refusal }
    }
    // What it takes away was noted before it was sent.
    const { aside } = await memories.knownOf(force, call, asker.pin)
    const ready = { ...readyOf(id, force, call, objects, []), aside }
    const reserved = await reserve(this.#runtime, ready)
    if (reserved.kind !== 'decided')
      return { kind: 'refused', refusal: refuse('unavailable', 'a read cannot be repeated') }
    await Promise.all([recordDecision(this.#runtime, ready, reserved), this.#runtime.store.flush()])
    if (!isAllowed(reserved.decision))
      return { kind: 'refused', refusal: refusalOf(force.charter, call.operation, reserved.decision) }
    await memories.saw(ready, answer)
    return showing.show(ready, reserved.decision, answer, asker)
  }
}
