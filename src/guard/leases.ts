/** Which objects a call keeps others off, and waiting for them. */
import type { Charter, Operation, Slot } from '../charter/charter.ts'
import { meaningOf } from '../constraint/kinds.ts'
import type { Change, Lease, ObjectRef } from './store.ts'

/** Kinds that look at whose an object is and where it stands, which a use of another object does not change. */
const onlyLooks: ReadonlySet<string> = new Set(['by', 'from', 'there', 'separation', 'set-by', 'seen-by'])

/**
 * The slots that a call of this operation needs for itself alone: the object it moves, and those whose values settle it, since the call
 * may change them. The others it can share.
 */
export function aloneSlots(charter: Charter, operation: Operation): ReadonlySet<Slot> {
  const alone = new Set<Slot>()
  for (const use of operation.uses) {
    if (use.object !== undefined) alone.add(use.object.slot ?? 'object')
    for (const { slot } of use.along ?? []) alone.add(slot)
    for (const constraint of use.constraints) {
      if (onlyLooks.has(constraint.kind)) continue
      for (const need of meaningOf(constraint).needs(use, charter)) if (need.fact === 'object') alone.add(need.slot)
    }
  }
  return alone
}

/** Whether a call may take an object that others hold. */
export function isFree(leases: readonly Lease[], call: string, shared: boolean): boolean {
  return leases.every((lease) => lease.call === call || (shared && lease.shared))
}

/** How a call that was not let through gives its objects back. */
export function freed(call: string, held: readonly ObjectRef[]): readonly Change[] {
  return held.length === 0 ? [] : [{ kind: 'free', call, objects: held }]
}

/** Wakes those of this node who wait for an object; waiting for other nodes is asking again. */
export class Waiting {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Resolves when the object may be free, at the latest after `ms`. */
  wait(objects: readonly ObjectRef[], ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const names = objects.map(nameOf)
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        for (const name of names) this.#waiting.get(name)?.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
      for (const name of names) {
        const others = this.#waiting.get(name) ?? new Set()
        others.add(done)
        this.#waiting.set(name, others)
      }
    })
  }

  /** Wakes the one who has waited longest for each object. */
  wake(objects: readonly ObjectRef[]): void {
    for (const object of objects) {
      const name = nameOf(object)
      const [first] = this.#waiting.get(name) ?? []
      if (first === undefined) this.#waiting.delete(name)
      else first()
    }
  }
}

function nameOf({ type, key }: ObjectRef): string {
  return `${type}/${key}`
}
