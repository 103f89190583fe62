/** Taking the objects a call needs, one call at a time for each, without ever holding one while waiting for another. */
import type { Call } from '../charter/charter.ts'
import type { Refusal } from './call.ts'
import type { Doubts } from './doubt.ts'
import { askFor } from './facts.ts'
import { gatherObjects, type Objects } from './gather.ts'
import type { GoingDetail } from './going.ts'
import { freed, isFree } from './leases.ts'
import { refuse } from './refusal.ts'
import type { RepeatKey } from './repeat.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { Change, ObjectRef, StoredCall, TrackedObject, Transaction } from './store.ts'
import type { Look } from './truth.ts'

/** The call cannot have its objects now. */
export class Busy extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.detail)
    this.name = 'Busy'
    this.refusal = refusal
  }
}

export interface Holding {
  readonly id: string
  readonly call: Call
  readonly force: InForce
  readonly look: Look
  readonly repeat?: RepeatKey
  readonly signal?: AbortSignal
}

export type Taken =
  | {
      readonly kind: 'taken'
      readonly objects: Objects
      readonly held: readonly ObjectRef[]
      /** What was tracked of them. */
      readonly tracked: readonly TrackedObject[]
    }
  /** The object is kept by an earlier call of doubtful outcome with the same idempotency key: this one continues it. */
  | { readonly kind: 'again'; readonly earlier: StoredCall }

/** Somebody else has one of the objects. */
class Conflict extends Error {
  readonly objects: readonly ObjectRef[]
  readonly holders: readonly string[]
  constructor(objects: readonly ObjectRef[], holders: readonly string[]) {
    super('taken')
    this.objects = objects
    this.holders = holders
  }
}

/** How long one look at other nodes' objects is apart from the next. */
const pollMs = 20

/**
 * Takes and looks at every object of a call.
 *
 * @throws {Busy} when they stay taken, or are kept by a call of unknown outcome.
 */
export async function takeObjects(runtime: Runtime, holding: Holding, doubts: Doubts): Promise<Taken> {
  const deadline = runtime.now() + runtime.limits.busyMs
  const { charter } = holding.force
  const { alone, remembers } = holding.force.traitsOf(holding.call.operation)
  for (;;) {
    const held: { ref: ObjectRef; shared: boolean }[] = []
    const tracked: TrackedObject[] = []
    try {
      const objects = await gatherObjects({
        charter,
        call: holding.call,
        truth: runtime.truth,
        look: holding.look,
        hold: async (needed) => {
          const wanted = needed.map(({ type, key, slot }) => ({ ref: { type, key }, shared: !alone.has(slot) }))
          const found = await take(runtime, holding, held, wanted)
          for (const each of found) if (each !== undefined) tracked.push(each)
          return found
        },
      })
      const scopes = remembers ? askFor(charter, holding.call, objects, '').historyScopes : []
      if (scopes.length > 0)
        await take(
          runtime,
          holding,
          held,
          scopes.map((key) => ({ ref: { type: 'scope', key }, shared: false })),
        )
      return { kind: 'taken', objects, held: held.map((each) => each.ref), tracked }
    } catch (error) {
      await letGo(
        runtime,
        holding.id,
        held.map((each) => each.ref),
      )
      if (!(error instanceof Conflict)) throw error
      const again = await onConflict(runtime, holding, error, doubts, deadline)
      if (again !== undefined) return { kind: 'again', earlier: again }
    }
  }
}

async function onConflict(
  runtime: Runtime,
  holding: Holding,
  conflict: Conflict,
  doubts: Doubts,
  deadline: number,
): Promise<StoredCall | undefined> {
  const rows = await runtime.store.read({ calls: conflict.holders })
  for (const holder of rows.calls) {
    if (holder?.state !== 'in-doubt') continue
    if (isSameRepeat(holder, holding.repeat)) return holder
    if ((await doubts.resolve(holder)) === 'in-doubt') {
      const detail = `the outcome of call ${holder.id} on the same object is not known yet`
      throw new Busy(
        refuse('outcome-unknown', detail, { remedy: 'repeat the call once that one is settled', retryAfterMs: 5000 }),
      )
    }
  }
  if (runtime.now() >= deadline || holding.signal?.aborted === true) {
    throw new Busy(
      refuse('object-busy', 'another call is using the same object', { remedy: 'repeat the call', retryAfterMs: 1000 }),
    )
  }
  await runtime.waiting.wait(conflict.objects, pollMs, holding.signal)
  return undefined
}

function isSameRepeat(holder: StoredCall, repeat: RepeatKey | undefined): boolean {
  const known = detailIn(holder)?.repeat
  return repeat !== undefined && known?.key === repeat.key && known.digest === repeat.digest
}

/** The detail this guard, or another node, stored with a call. */
export function detailIn(call: StoredCall): GoingDetail | undefined {
  const { detail } = call
  return isDetail(detail) ? detail : undefined
}

function isDetail(value: unknown): value is GoingDetail {
  return typeof value === 'object' && value !== null && 'call' in value && 'uses' in value && 'objects' in value
}

async function take(
  runtime: Runtime,
  { id }: Holding,
  held: { ref: ObjectRef; shared: boolean }[],
  wanted: readonly { readonly ref: ObjectRef; readonly shared: boolean }[],
): Promise<readonly (TrackedObject | undefined)[]> {
  const refs = wanted.map((each) => each.ref)
  const grab = async (transaction: Transaction): Promise<readonly (TrackedObject | undefined)[]> => {
    const rows = await transaction.read({ leases: refs, objects: refs })
    const taken = wanted.filter(({ shared }, index) => !isFree(rows.leases[index] ?? [], id, shared))
    if (taken.length > 0) {
      const holders = rows.leases.flat().flatMap((lease) => (lease.call === id ? [] : [lease.call]))
      throw new Conflict(
        taken.map((each) => each.ref),
        [...new Set(holders)],
      )
    }
    const { node } = runtime
    await transaction.write(
      wanted.map(({ ref, shared }): Change => ({ kind: 'lease', call: id, node, object: ref, shared })),
    )
    return rows.objects
  }
  // Nothing was sent yet: who loses power has lost the call with its leases.
  const tracked = await runtime.store.transact(refs.map(lockName), grab, { early: true })
  held.push(...wanted)
  return tracked
}

function lockName({ type, key }: ObjectRef): string {
  return `object ${type}/${key}`
}

/** Gives back the objects of a call that took nothing else. */
export async function letGo(
  { store, waiting }: Pick<Runtime, 'store' | 'waiting'>,
  id: string,
  held: readonly ObjectRef[],
): Promise<void> {
  if (held.length === 0) return
  await store.transact([], (transaction) => transaction.write(freed(id, held)), { early: true })
  waiting.wake(held)
}
