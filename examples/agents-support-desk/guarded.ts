// Decides with the guard itself: store, reservations, approvals and memories of runs, with the tools called directly.
import type { CallRequest, Charter, Principal, Run } from '../../src/charter/charter.ts'
import type { Answer, Outcome, Refusal } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/open.ts'
import type { Decider, Verdict } from './decider.ts'
import type { Desk } from './records.ts'
import type { RunGiven } from './scenario.ts'
import { askDirectly } from './shop.ts'
import { NotFound, TOOLS } from './tools.ts'
import { approveAsShown, callerOf, lookAt, person, runOf } from './world.ts'

/** Where scenarios are played: who is there, how things are, and what tools do. */
export interface Place {
  readonly person: (name: string) => Principal
  /** An object of the charter; null when there is none. */
  readonly look: (type: string, key: string) => unknown
  /** Carries out a call. Throws `NotFound` for what is not there. */
  readonly run: (operation: string, given: Readonly<Record<string, unknown>>) => unknown
}

/** A guard whose clock can be moved on. */
export interface Watched {
  readonly guard: Guard
  readonly wait: (ms: number) => void
  close(): Promise<void>
}

/** Makes a guard of the charter that looks at things so. */
export async function openGuard(charter: Charter, look: Place['look']): Promise<Watched> {
  const store = await openSqliteStore(':memory:')
  let ahead = 0
  const guard = await createGuard(charter, {
    version: 'desk',
    store,
    journal: { append: async () => undefined },
    truth: { read: async ({ type, key }) => look(type, key) },
    now: () => Math.trunc(performance.timeOrigin + performance.now()) + ahead,
  })
  const close = async (): Promise<void> => {
    await guard.close()
    await store.close()
  }
  const wait = (ms: number): void => {
    ahead += ms
  }
  return { guard, wait, close }
}

/** Makes one for a charter and a desk. */
export async function decideByGuard(charter: Charter, desk: Desk): Promise<Decider> {
  return decideAt(charter, {
    person,
    look: (type, key) => lookAt(desk, type, key),
    run: (operation, given) =>
      TOOLS.find(({ name }) => `desk.${name}` === operation)?.run({ desk, shop: askDirectly(desk) }, given),
  })
}

/** Makes one for a charter and any place. */
export async function decideAt(charter: Charter, place: Place): Promise<Decider> {
  return new Guarded(await openGuard(charter, place.look), place)
}

class Guarded implements Decider {
  readonly #watched: Watched
  readonly #place: Place
  readonly #changed = new Set<string>()
  #given: RunGiven = { as: 'desk-bot', workflow: 'support', prompt: '' }
  #run: Run | undefined
  #runs = 0
  #hold: string | undefined

  constructor(watched: Watched, place: Place) {
    this.#watched = watched
    this.#place = place
  }

  async begin(given: RunGiven): Promise<void> {
    this.#given = given
    if (given.continues !== true) this.#runs += 1
    this.#run = runOf(given, `run-${this.#runs}`)
  }

  async call(tool: string, given: Readonly<Record<string, unknown>>, as?: string): Promise<Verdict> {
    const operation = this.#watched.guard.charter().operations.get(tool)
    const isTool = operation?.shape.method === 'TOOL'
    const result = await this.#watched.guard.call(
      {
        operation: tool,
        principal: as === undefined ? callerOf(this.#given, this.#place.person) : this.#place.person(as),
        request: { path: {}, query: {}, header: {}, body: given },
        ...(as !== undefined || this.#run === undefined ? {} : { run: this.#run }),
        ...(isTool ? { pin: this.#changed.has(tool) ? 'changed' : 'pinned' } : {}),
      },
      () => this.#forward(tool, { body: given }),
    )
    if (result.kind === 'refused') return this.#refused(result.refusal)
    return result.kind === 'answered'
      ? { effect: 'allow', kinds: [], says: [], answer: result.answer.body }
      : { effect: 'deny', kinds: [], says: [`it failed: ${result.outcome.why}`] }
  }

  #refused({ code, detail, reasons, hold }: Refusal): Verdict {
    const says = [detail, ...reasons.map((each) => each.says)]
    if (code === 'approval-needed') this.#hold = hold?.reference
    return { effect: code === 'approval-needed' ? 'ask' : 'deny', kinds: reasons.map((each) => each.kind), says }
  }

  async #forward(operation: string, { body }: CallRequest): Promise<Outcome> {
    const given = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {}
    try {
      const value = structuredClone(await this.#place.run(operation, given))
      return { kind: 'answered', answer: answerOf(200, value) }
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      return { kind: 'answered', answer: answerOf(422, { content: error.message }) }
    }
  }

  async approve(who: string): Promise<boolean> {
    if (this.#hold === undefined) return false
    return approveAsShown(this.#watched.guard, this.#hold, this.#place.person(who))
  }

  async refuse(who: string): Promise<void> {
    const { approvals } = this.#watched.guard
    await approvals.answer(this.#hold ?? '', this.#place.person(who), { verdict: 'refuse', why: 'no' })
  }

  async wait(ms: number): Promise<void> {
    this.#watched.wait(ms)
  }

  async describe(tool: string): Promise<void> {
    this.#changed.add(tool)
  }

  close(): Promise<void> {
    return this.#watched.close()
  }
}

function answerOf(status: number, body: unknown): Answer {
  return { status, body, text: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}
