/** What gateways go on with at a later request: the same at every node of a store, and after a restart. */
import { digestOf } from './id.ts'
import type { Runtime } from './runtime.ts'

/** A kind, and what tells one of it from another. Callers may have chosen all but the kind. */
export type KeptName = readonly [kind: string, ...parts: readonly string[]]

/** What is kept by a name. Plain JSON. */
export interface Found {
  /** Whose it is: nobody else may go on with it. */
  readonly holder: string
  readonly content: unknown
}

/** What becomes of it: kept as it is from now on, dropped, or left alone. */
export interface Changed<T> {
  readonly value: T
  readonly keep?: Found & { readonly forMs: number }
  readonly drop?: true
}

/** Every method may throw a `StoreError`; nothing was changed then. */
export interface Keeping {
  /** Undefined when there is none, or its time is over. */
  get(name: KeptName): Promise<Found | undefined>
  /** Changes one while nobody else does, on any node. `change` may run more than once, and only its last run counts. */
  change<T>(name: KeptName, change: (found: Found | undefined) => Changed<T>): Promise<T>
  keep(name: KeptName, kept: Found & { readonly forMs: number }): Promise<void>
  drop(name: KeptName): Promise<void>
  /** How many somebody has. */
  count(holder: string): Promise<number>
}

export function makeKeeping({ store, now }: Pick<Runtime, 'store' | 'now'>): Keeping {
  const change: Keeping['change'] = (given, work) => {
    const name = textOf(given)
    return store.transact(
      [`kept ${name}`],
      async (transaction) => {
        const { kept } = await transaction.read({ kept: [name] })
        const { value, keep, drop } = work(foundIn(kept[0], now()))
        if (drop === true) await transaction.write([{ kind: 'drop-kept', name }])
        if (keep !== undefined) {
          const { holder, content, forMs } = keep
          const row = { name, holder: holderName(holder), expires: now() + forMs, content: { holder, content } }
          await transaction.write([{ kind: 'keep', kept: row }])
        }
        return value
      },
      { early: true },
    )
  }
  return {
    change,
    async get(given) {
      const { kept } = await store.read({ kept: [textOf(given)] })
      return foundIn(kept[0], now())
    },
    keep: (name, keep) => change(name, () => ({ value: undefined, keep })),
    drop: (name) => change(name, () => ({ value: undefined, drop: true })),
    async count(holder) {
      const { keptOf } = await store.read({ keptOf: [{ holder: holderName(holder), after: now() }] })
      return keptOf[0] ?? 0
    },
  }
}

function foundIn(
  row: { readonly expires: number; readonly content: unknown } | undefined,
  now: number,
): Found | undefined {
  return row === undefined || row.expires <= now || !isFound(row.content) ? undefined : row.content
}

function isFound(value: unknown): value is Found {
  return typeof value === 'object' && value !== null && 'holder' in value && 'content' in value
}

/** Names and holders say nothing of themselves in the store, and are of one length. */
function textOf([kind, ...parts]: KeptName): string {
  return `${kind} ${digestOf(parts)}`
}

function holderName(holder: string): string {
  return digestOf(holder)
}
