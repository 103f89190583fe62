/** Calls that the guard sends itself once they are approved. What that takes is kept in memory alone: it has the caller's credentials. */

import type { Call } from '../charter/charter.ts'
import { printLosslessJson } from '../wire/lossless-json.ts'
import type { Answer, Incoming, Outcome, Refusal } from './call.ts'
import type { CallResult } from './guard.ts'
import { type Asked, detailOfHold, holdEvent, questionOf, type Result } from './question.ts'
import { refuse } from './refusal.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { Hold, HoldState } from './store.ts'

/** Sends a call without its caller. */
export type Forward = (call: string) => Promise<Outcome>

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
  readonly #run: (incoming: Incoming, forward: Forward) => Promise<CallResult>
  readonly #kept = new Map<string, Kept>()
  #stop: (() => void) | undefined

  constructor(runtime: Runtime, run: (incoming: Incoming, forward: Forward) => Promise<CallResult>) {
    this.#runtime = runtime
    this.#run = run
  }

  /** Keeps a held call until somebody decides. @returns whether it will be sent. */
  keep({ reference, expires }: Asked, incoming: Incoming): boolean {
    const { later, signal: _signal, hold: _hold, ...kept } = incoming
    if (later === undefined) return false
    for (const [each, { expires: until }] of this.#kept) if (until <= this.#runtime.now()) this.#kept.delete(each)
    if (this.#kept.size >= most && !this.#kept.has(reference)) return false
    this.#kept.set(reference, { incoming: kept, forward: later, expires })
    this.#stop ??= this.#runtime.store.watch(() => void this.#look().catch(() => undefined))
    // It may have been approved a moment ago.
    void this.#look().catch(() => undefined)
    return true
  }

  /** What a caller is told who comes back for a call that the guard sends, or has sent; undefined when it is to be decided as usual. */
  async answerFor(force: InForce, call: Call, reference: string): Promise<Told | undefined> {
    const { store, now } = this.#runtime
    const [hold] = (await store.transact([], (transaction) => transaction.read({ holds: [reference] }))).holds
    if (hold === undefined || hold.question !== questionOf(force, call)) return undefined
    const result = detailOfHold(hold)?.result
    if (hold.state === 'executed' && result?.kind === 'answered') return result
    if (hold.state === 'executed')
      return {
        kind: 'refused',
        refusal: refuse('outcome-unknown', 'the guard sent it, and nobody knows what became of it'),
      }
    // A node that is gone sends nothing any more: after its time the call is decided anew.
    if (hold.state !== 'executing' || hold.expires <= now()) return undefined
    return { kind: 'refused', refusal: refuse('repeat-in-flight', 'the guard is sending it', { retryAfterMs: 1000 }) }
  }

  stop(): void {
    this.#stop?.()
    this.#kept.clear()
  }

  async #look(): Promise<void> {
    const references = [...this.#kept.keys()]
    if (references.length === 0) return
    const { holds } = await this.#runtime.store.transact([], (transaction) => transaction.read({ holds: references }))
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
    if ((await this.#move(reference, 'granted', 'executing')) === undefined) return
    const result = resultOf(await this.#run(incoming, forward))
    // What did not take effect has used nothing up: the caller may come back with the call.
    await this.#move(reference, 'executing', isDone(result) ? 'executed' : 'granted', result)
  }

  /** On the record, once it is so. @returns undefined when it was in another state already. */
  async #move(reference: string, from: HoldState, to: HoldState, result?: Result): Promise<Hold | undefined> {
    const { store, journal, now } = this.#runtime
    const moved = await store.transact([`hold ${reference}`], async (transaction) => {
      const [hold] = (await transaction.read({ holds: [reference] })).holds
      const detail = hold === undefined ? undefined : detailOfHold(hold)
      if (hold === undefined || detail === undefined || hold.state !== from) return undefined
      const next: Hold = { ...hold, state: to, detail: result === undefined ? detail : { ...detail, result } }
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
