/** Calls that the guard sends itself once they are approved. What that takes is kept in memory alone: it has the caller's credentials. */

import type { Call } from '../charter/charter.ts'
import { printLosslessJson } from '../wire/lossless-json.ts'
import type { Answer, Incoming, Outcome, Refusal } from './call.ts'
import type { CallResult } from './guard.ts'
import { newId } from './id.ts'
import { type Asked, detailOfHold, type HoldDetail, holdEvent, questionOf, type Result } from './question.ts'
import { refuse } from './refusal.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { CallState, Hold, HoldState } from './store.ts'

/** Sends a call without its caller. */
export type Forward = (call: string) => Promise<Outcome>

/** Carries a call, under an id that was given to it before. */
type Run = (call: string, incoming: Incoming, forward: Forward) => Promise<CallResult>

/** More are not kept: whoever asked repeats the call instead. */
const most = 1000

type Told =
  | { readonly kind: 'answered'; readonly call: string; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

interface Kept {
  readonly incoming: Incoming
  readonly forward: Forward
  readonly expires: number
}

export class Later {
  readonly #runtime: Runtime
  readonly #run: Run
  readonly #kept = new Map<string, Kept>()
  /** The calls that are on their way, by the holds they are sent for. */
  readonly #sending = new Map<string, string>()
  #stop: (() => void) | undefined

  constructor(runtime: Runtime, run: Run) {
    this.#runtime = runtime
    this.#run = run
  }

  /** Whether a call that is held now would be kept. */
  canKeep({ later }: Incoming): boolean {
    if (later === undefined) return false
    for (const [each, { expires }] of this.#kept) if (expires <= this.#runtime.now()) this.#kept.delete(each)
    return this.#kept.size < most
  }

  /** Keeps a held call until somebody decides. @returns whether it will be sent. */
  keep({ reference, expires }: Asked, incoming: Incoming): boolean {
    const { later, signal: _signal, hold: _hold, ...kept } = incoming
    if (later === undefined || !(this.canKeep(incoming) || this.#kept.has(reference))) return false
    this.#kept.set(reference, { incoming: kept, forward: later, expires })
    this.#stop ??= this.#runtime.store.watch(() => void this.#look().catch(() => undefined))
    // It may have been approved a moment ago.
    void this.#look().catch(() => undefined)
    return true
  }

  /** What a caller is told who comes back for a call that the guard sends, or has sent; undefined when it is to be decided as usual. */
  async answerFor(force: InForce, call: Call, reference: string): Promise<Told | undefined> {
    const { store, now } = this.#runtime
    const [hold] = (await store.read({ holds: [reference] })).holds
    if (hold === undefined || hold.question !== questionOf(force, call)) return undefined
    const result = detailOfHold(hold)?.result
    if (hold.state === 'executed' && result?.kind === 'answered') return result
    // Its caller sent it, and comes back with another one.
    if (hold.state === 'executed' && result === undefined) return undefined
    if (hold.state === 'executed')
      return result !== undefined && (await this.#stateOf(result.call)) === 'released'
        ? undefined
        : { kind: 'refused', refusal: refuse('outcome-unknown', 'the guard sent it, and its answer is not known') }
    // A node that is gone sends nothing any more: after its time the call is decided anew.
    if (hold.state !== 'executing' || hold.expires <= now()) return undefined
    return { kind: 'refused', refusal: refuse('repeat-in-flight', 'the guard is sending it', { retryAfterMs: 1000 }) }
  }

  /** Whether this is a call that the guard sends itself. */
  sends(call: string): boolean {
    return this.#sending.size > 0 && [...this.#sending.values()].includes(call)
  }

  stop(): void {
    this.#stop?.()
    this.#kept.clear()
  }

  async #look(): Promise<void> {
    const references = [...this.#kept.keys()]
    if (references.length === 0) return
    const { holds } = await this.#runtime.store.read({ holds: references })
    await Promise.all(
      holds.map(async (hold) => {
        if (hold === undefined || hold.state === 'pending') return
        const kept = this.#kept.get(hold.id)
        this.#kept.delete(hold.id)
        if (kept !== undefined && hold.state === 'granted') await this.#send(hold.id, kept)
      }),
    )
  }

  async #send(reference: string, { incoming, forward }: Kept): Promise<void> {
    const { node, now } = this.#runtime
    const call = newId(now())
    this.#sending.set(reference, call)
    try {
      if ((await this.#move(reference, 'granted', 'executing', { sending: { node, call } })) === undefined) return
      const result = resultOf(await this.#run(call, incoming, forward))
      // What did not take effect has used nothing up: the caller may come back with the call.
      await this.#move(reference, 'executing', isDone(result) ? 'executed' : 'granted', { result })
    } finally {
      this.#sending.delete(reference)
    }
  }

  /**
   * Says what became of the calls that nobody is sending any more: those of nodes that are gone, and of this one where the store was away
   * at the end. What did not take effect can be repeated by its caller; of everything else the answer is not known.
   */
  async takeOver(gone: readonly string[]): Promise<void> {
    const { store, node } = this.#runtime
    const { holdsBy } = await store.read({ holdsBy: { states: ['executing'] } })
    for (const hold of holdsBy) {
      const sending = detailOfHold(hold)?.sending
      if (sending === undefined) continue
      if (gone.includes(sending.node) || (sending.node === node && !this.#sending.has(hold.id)))
        await this.#conclude(hold.id, sending.call)
    }
  }

  async #conclude(reference: string, call: string): Promise<void> {
    const state = await this.#stateOf(call)
    // It is settled, or put in doubt, first.
    if (state === 'reserved') return
    // A call that the store does not know has taken nothing, and was not sent.
    if (state === undefined || state === 'released')
      await this.#move(reference, 'executing', 'granted', { result: { kind: 'not-sent', call } })
    else await this.#move(reference, 'executing', 'executed', { result: { kind: 'unknown', call } })
  }

  async #stateOf(call: string): Promise<CallState | undefined> {
    const { calls } = await this.#runtime.store.read({ calls: [call] })
    return calls[0]?.state
  }

  /** On the record, once it is so. @returns undefined when it was in another state already. */
  async #move(
    reference: string,
    from: HoldState,
    to: HoldState,
    more: Pick<HoldDetail, 'sending' | 'result'>,
  ): Promise<Hold | undefined> {
    const { store, journal, now } = this.#runtime
    const moved = await store.transact([`hold ${reference}`], async (transaction) => {
      const [hold] = (await transaction.read({ holds: [reference] })).holds
      const known = hold === undefined ? undefined : detailOfHold(hold)
      if (hold === undefined || known === undefined || hold.state !== from) return undefined
      const { sending: _, ...detail } = known
      const next: Hold = { ...hold, state: to, detail: { ...detail, ...more } }
      await transaction.write([{ kind: 'hold', hold: next }])
      return next
    })
    if (moved !== undefined) await journal.append(holdEvent(moved, now()))
    return moved
  }
}

function isDone(result: Result): boolean {
  return result.kind === 'unknown' || (result.kind === 'answered' && result.answer.status < 400)
}

/** What became of a call that was sent, as its caller may see it. */
function resultOf(result: CallResult): Result {
  if (result.kind === 'refused') return { kind: 'refused', call: result.call, code: result.refusal.code }
  if (result.kind === 'failed')
    return { kind: result.outcome.kind === 'unknown' ? 'unknown' : 'not-sent', call: result.call }
  return { kind: 'answered', call: result.call, answer: printed(result.answer) }
}

function printed({ status, headers, text, body }: Answer): Answer {
  const type = headers?.['content-type']
  return {
    status,
    headers: type === undefined ? {} : { 'content-type': type },
    text: text ?? (body === undefined ? '' : printLosslessJson(body)),
  }
}
