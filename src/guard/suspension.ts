/** Calls whose outcome comes with a later request, at whichever node and also after a restart. */
import type { Call, CallRequest } from '../charter/charter.ts'
import type { Pin } from '../constraint/facts.ts'
import type { Outcome, Release } from './call.ts'
import { goingOf } from './doubt.ts'
import type { Asker, Endings } from './ending.ts'
import { detailOf, type Going, type GoingDetail, goingAgain } from './going.ts'
import type { Found, Keeping, KeptName } from './keeping.ts'
import { type InForce, modeOf, type Runtime } from './runtime.ts'
import { recordOutcome } from './settle.ts'
import type { StoredCall } from './store.ts'

/** A call that goes on with an outcome. */
export interface Resumed {
  readonly call: string
  /** As it went: what is looked at for it is looked at for this. */
  readonly request: CallRequest
  /** Whether its outcome was told before: then nothing is settled again, and answers are shown. */
  readonly settled: boolean
  /**
   * What may be shown of the outcome. It is settled by the first that says what came of it, on whichever node; one that nobody knows leaves
   * it in doubt, and can be followed by one that does.
   */
  settle(outcome: Outcome): Promise<Release>
}

/** What is kept of it. Plain JSON. */
interface Kept {
  readonly going: GoingDetail
  readonly pin?: Pin
  /** It is decided on its answer. */
  readonly late?: true
  readonly settled?: true
}

/** Who waits for the outcome, and for how long: then nobody knows it any more. */
export interface Waiting {
  readonly holder: string
  readonly forMs: number
}

interface Parts {
  readonly inForce: () => InForce
  readonly keeping: Keeping
  readonly endings: Endings
}

export class Suspensions {
  readonly #runtime: Runtime
  readonly #parts: Parts
  /** Of calls that this node let through. */
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(runtime: Runtime, parts: Parts) {
    this.#runtime = runtime
    this.#parts = parts
  }

  /** @throws {StoreError} when it cannot be kept: then only this process could settle it. */
  async suspend(going: Going | LateGoing, { holder, forMs }: Waiting, pin: Pin | undefined): Promise<void> {
    const { id } = going
    const content: Kept = {
      going: 'decision' in going ? detailOf(going) : { ...nothing, call: going.call },
      ...(pin === undefined ? {} : { pin }),
      ...('decision' in going ? {} : { late: true as const }),
    }
    await this.#parts.keeping.keep(nameOf(id), { holder, content, forMs })
    const timer = setTimeout(() => void this.#giveUp(id), forMs)
    timer.unref()
    this.#timers.set(id, timer)
  }

  /** Undefined where no such call waits for this holder. @throws {StoreError} */
  async resume(call: string, holder: string, incoming: Omit<Asker, 'request' | 'pin'>): Promise<Resumed | undefined> {
    const found = await this.#parts.keeping.get(nameOf(call))
    if (found === undefined || found.holder !== holder || !isKept(found.content)) return undefined
    const { content: kept } = found
    const { request } = kept.going.call
    const asker: Asker = { ...incoming, request, ...(kept.pin === undefined ? {} : { pin: kept.pin }) }
    const settle = (outcome: Outcome): Promise<Release> => this.#settle(call, kept, outcome, asker)
    return { call, request, settled: kept.settled === true, settle }
  }

  /** Whether somebody may still say what came of a call. */
  async isWaited(call: string): Promise<boolean> {
    const found = await this.#parts.keeping.get(nameOf(call))
    return found !== undefined && isKept(found.content) && found.content.settled !== true
  }

  /** What this node let through and nobody has said the outcome of is in doubt; it can still be said. */
  async close(): Promise<void> {
    await Promise.all([...this.#timers.keys()].map((id) => this.#giveUp(id)))
  }

  async #settle(id: string, kept: Kept, outcome: Outcome, asker: Asker): Promise<Release> {
    const force = this.#parts.inForce()
    if (kept.late === true) return this.#parts.endings.judge({ id, force, call: kept.going.call }, outcome, asker)
    const { operation } = kept.going.call
    const going: Going = { ...goingAgain(id, kept.going, force), mode: modeOf(force, operation) }
    if (outcome.kind === 'unknown') {
      await this.#doubt(id, going, outcome)
      return { kind: 'pass' }
    }
    this.#forget(id)
    if (await this.#claim(id)) return this.#parts.endings.settle(going, outcome, asker)
    return outcome.kind === 'answered' ? this.#parts.endings.show(going, outcome.answer, asker) : { kind: 'pass' }
  }

  /** Takes it upon this node to settle a call. @returns false where that was done, or begun, before. */
  async #claim(id: string): Promise<boolean> {
    const { store, node } = this.#runtime
    const { keeping } = this.#parts
    const isFirst = await keeping.change(nameOf(id), (found) => {
      if (found === undefined || !isKept(found.content) || found.content.settled === true) return { value: false }
      return { value: true, keep: { ...settledOf(found, found.content), forMs: keptMs } }
    })
    if (!isFirst) return false
    return store.transact([`call ${id}`], async (transaction) => {
      const [call] = (await transaction.read({ calls: [id] })).calls
      // A read, of which the store has nothing.
      if (call === undefined) return true
      if (!isOpen(call)) return false
      // Should this node die now, the call is in doubt.
      await transaction.write([{ kind: 'call', call: { ...call, node, state: 'reserved' } }])
      return true
    })
  }

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  async #giveUp(id: string): Promise<void> {
    this.#forget(id)
    const why = 'nobody said what became of it'
    try {
      const [call] = (await this.#runtime.store.read({ calls: [id] })).calls
      const going = call === undefined ? undefined : goingOf(call, this.#parts.inForce())
      if (going !== undefined) await this.#doubt(id, going, { kind: 'unknown', why })
    } catch {
      // One that cannot be put in doubt now stays reserved, and is in doubt once this node is gone.
    }
  }

  async #doubt(id: string, going: Going, outcome: Extract<Outcome, { kind: 'unknown' }>): Promise<void> {
    const isNews = await this.#runtime.store.transact([`call ${id}`], async (transaction) => {
      const [call] = (await transaction.read({ calls: [id] })).calls
      if (call?.state !== 'reserved') return false
      await transaction.write([{ kind: 'call-state', call: id, state: 'in-doubt' }])
      return true
    })
    if (isNews) await recordOutcome(this.#runtime, going, outcome, 'in-doubt')
  }
}

/** A read that is decided on its answer. */
interface LateGoing {
  readonly id: string
  readonly call: Call
}

const nothing = { objects: {}, uses: [], held: [], obligations: [] } as const

/** Answers that come again are shown for so long. */
const keptMs = 24 * 60 * 60_000

function nameOf(call: string): KeptName {
  return ['call', call]
}

function settledOf({ holder }: Found, content: Kept): Found {
  return { holder, content: { ...content, settled: true } satisfies Kept }
}

function isOpen({ state }: StoredCall): boolean {
  return state === 'reserved' || state === 'in-doubt'
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'going' in value
}
