/** Calls of which nobody knows whether they took effect: found after a crash, settled by a look at the truth or by an operator. */

import { setTimeout as delay } from 'node:timers/promises'
import { detailIn } from './busy.ts'
import type { Outcome } from './call.ts'
import { type Going, goingAgain } from './going.ts'
import { mayBeWrittenLater } from './journal.ts'
import { Nodes } from './nodes.ts'
import type { InForce, Runtime } from './runtime.ts'
import { type Effect, effectByTruth, findEffect, recordOutcome, writeSettlement } from './settle.ts'
import { type StoredCall, StoreError } from './store.ts'

export interface Doubts {
  start(): Promise<void>
  /** Resolves once what this node settled lasts, or is kept. */
  stop(): Promise<void>
  /** Settles a call, as everybody sees from then on; while the store or the journal cannot be written it is kept and settled later. */
  settleOrKeep(going: Going, outcome: Outcome): Promise<void>
  /** The same for a call that was not sent after all; `recorded` when the record says that it was let through. */
  giveBack(going: Going, recorded: boolean): Promise<void>
  /** Looks at the truth for a call in doubt. */
  resolve(call: StoredCall): Promise<Effect>
  list(): Promise<readonly StoredCall[]>
  /** An operator says what became of a call. @returns false when it is not in doubt. */
  settle(call: string, effect: 'effective' | 'released', by: string, why: string): Promise<boolean>
  /** Whether what this node took since a moment of `performance.now()` is still its own: no other node can have taken it for gone. */
  readonly isOurs: (since: number) => boolean
  /** How many calls of this node wait to be settled until the store is back. */
  readonly kept: () => number
}

const beatMs = 500
const lingerMs = 5
const lookAgainMs = 2000

/** A call that ends, and how far that got. */
interface Ending {
  readonly going: Going
  readonly outcome: Outcome
  effect?: Effect
  /** Whether it lasts in the store. */
  settled: boolean
  /** Whether the record has it, or need not have it. */
  recorded: boolean
  /** Rejects when one of the two did not come to last. */
  lasting: Promise<void>
}

function endingOf(going: Going, outcome: Outcome, recorded: boolean): Ending {
  return { going, outcome, settled: false, recorded, lasting: Promise.resolve() }
}

async function both(...halves: readonly Promise<void>[]): Promise<void> {
  for (const half of await Promise.allSettled(halves)) if (half.status === 'rejected') throw half.reason
}

/** What doubts ask of the other parts of a guard. */
export interface DoubtParts {
  /** Called with the nodes that are gone, from time to time, once what they had begun is given back or in doubt. */
  readonly onGone: (nodes: readonly string[]) => Promise<void>
  /** Whether somebody may still say what came of a call: then nothing follows from an object that is as it was. */
  readonly isWaited: (call: string) => Promise<boolean>
}

export function makeDoubts(runtime: Runtime, inForce: () => InForce, { onGone, isWaited }: DoubtParts): Doubts {
  const { store, now } = runtime
  const nodes = new Nodes(runtime)
  const kept: Ending[] = []
  const endings = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let lastLook = 0

  const beat = async (): Promise<readonly string[]> => {
    const gone = await nodes.beat()
    for (const node of gone)
      await store.transact(['nodes'], (transaction) => transaction.write([{ kind: 'gone', node }]))
    return gone
  }

  /**
   * Writes the end of a call in the store and on the record, both at once; what was written once is not written again. Resolves when
   * everybody sees it in the store. Until it lasts, whoever loses power finds the call in doubt, and that is all that is lost.
   */
  const settle = async (ending: Ending): Promise<void> => {
    const { going, outcome } = ending
    const effect = ending.effect ?? (await findEffect(runtime, going, outcome))
    ending.effect = effect
    const inStore = async (): Promise<void> => {
      if (!ending.settled)
        await writeSettlement(runtime, going, effect, outcome.kind === 'answered' ? outcome.answer : undefined)
    }
    const onRecord = async (): Promise<void> => {
      if (ending.recorded) return
      await recordOutcome(runtime, going, outcome, effect)
      ending.recorded = true
    }
    const written = inStore()
    ending.lasting = both(
      written
        .then(() => lasts())
        .then(() => {
          ending.settled = true
        }),
      onRecord(),
    )
    // Whoever needs it to last waits for it.
    ending.lasting.catch(() => undefined)
    await written
  }

  let lasting: Promise<void> | undefined
  /** Nobody waits for ends to last: the next call that has to last takes them with it, else they soon do by themselves. */
  const lasts = (): Promise<void> => {
    lasting ??= delay(lingerMs).then(() => {
      lasting = undefined
      return store.flush()
    })
    return lasting
  }

  const settleOrKeep = async (ending: Ending): Promise<void> => {
    try {
      await settle(ending)
    } catch (error) {
      if (!mayBeTriedAgain(error)) throw error
      kept.push(ending)
      return
    }
    const lasting = ending.lasting
      .catch(() => {
        kept.push(ending)
      })
      .finally(() => endings.delete(lasting))
    endings.add(lasting)
  }

  const settleKept = async (): Promise<void> => {
    for (let next = kept[0]; next !== undefined; next = kept[0]) {
      try {
        await settle(next)
        await next.lasting
      } catch (error) {
        if (mayBeTriedAgain(error)) throw error
      }
      kept.shift()
    }
  }

  const tick = async (): Promise<void> => {
    const gone = await beat()
    await settleKept()
    if (now() - lastLook >= lookAgainMs) {
      lastLook = now()
      await onGone(gone)
      for (const call of await list()) await resolve(call)
    }
  }

  const list = async (): Promise<readonly StoredCall[]> =>
    (await store.read({ callsIn: { states: ['in-doubt'] } })).callsIn

  const resolve = async (call: StoredCall): Promise<Effect> => {
    const going = goingOf(call, inForce())
    if (going === undefined) return 'in-doubt'
    const isLate = now() - call.at >= runtime.limits.doubtMs && !(await isWaited(call.id))
    const effect = await effectByTruth(runtime, going, isLate)
    if (effect !== 'in-doubt') await close(going, effect, 'guard', 'the object shows it')
    return effect
  }

  const close = async (going: Going, effect: 'effective' | 'released', by: string, why: string): Promise<void> => {
    await runtime.journal.append({ at: now(), kind: 'settled', call: going.id, effect, by, why })
    await writeSettlement(runtime, going, effect, undefined)
    await store.flush()
  }

  return {
    async start() {
      await beat()
      timer = setInterval(() => void tick().catch(() => undefined), beatMs)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(endings)
    },
    settleOrKeep: (going, outcome) => settleOrKeep(endingOf(going, outcome, false)),
    giveBack: (going, recorded) => settleOrKeep(endingOf(going, { kind: 'not-sent', why: 'not kept' }, !recorded)),
    resolve,
    list,
    async settle(id, effect, by, why) {
      const { calls } = await store.read({ calls: [id] })
      const [call] = calls
      const going = call?.state === 'in-doubt' ? goingOf(call, inForce()) : undefined
      if (going === undefined) return false
      await close(going, effect, by, why)
      return true
    },
    isOurs: (since) => nodes.isUnbroken(since),
    kept: () => kept.length,
  }
}

function mayBeTriedAgain(error: unknown): boolean {
  return error instanceof StoreError || mayBeWrittenLater(error)
}

/** A stored call as it went; undefined when it was stored by something else. */
export function goingOf(stored: StoredCall, force: InForce): Going | undefined {
  const detail = detailIn(stored)
  return detail === undefined ? undefined : goingAgain(stored.id, detail, force)
}
