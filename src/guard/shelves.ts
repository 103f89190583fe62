/** What runs have had a memory keep: where it came from, for each person; what of it is of a class, for everybody who reads there. */
import { isDeepStrictEqual } from 'node:util'
import type { Call } from '../charter/charter.ts'
import { isObject } from '../charter/source/plain.ts'
import type { Noted } from '../classify/call.ts'
import type { Labelled } from '../session/provenance/memory.ts'
import { type Entry, isEntry } from './known-run.ts'
import { subjectOf } from './ledger-journal.ts'
import { type RunSeal, sealWith } from './run-seal.ts'
import type { Runtime } from './runtime.ts'
import { type SeenEntry, StoreError } from './store.ts'

/** What is kept by a source, as one person meets it. */
export interface Shelf {
  readonly kept: readonly Labelled[]
  readonly noted: readonly Noted[]
}

export const noShelf: Shelf = { kept: [], noted: [] }

/** What this node has read of a shelf that people share, and up to which entry. */
interface Shared {
  readonly last: SeenEntry | undefined
  readonly notes: ReadonlyMap<string, Noted>
}

/** The shelves of memories. Made once for each guard. */
export class Shelves {
  readonly #runtime: Pick<Runtime, 'store' | 'keys' | 'now'>
  readonly #shared = new Map<string, Shared>()

  constructor(runtime: Pick<Runtime, 'store' | 'keys' | 'now'>) {
    this.#runtime = runtime
  }

  /** @throws {StoreError} when it cannot be kept. */
  async keep(call: Call, source: string, { kept, noted }: Shelf): Promise<void> {
    if (kept.length > 0) {
      const own = shelfOf(call, source)
      const seal = await this.#sealOf(own, subjectOf(call.principal).subject)
      await this.#append(own, [seal.seal({ kept } satisfies Entry)])
    }
    if (noted.length === 0) return
    const { subject } = subjectOf(call.principal)
    const shared = sharedShelfOf(source)
    const seal = await this.#sealOf(shared, subject)
    const note = seal.seal({ noted } satisfies Entry)
    await this.#append(shared, [{ note, ...(subject === undefined ? {} : { by: subject }) }])
  }

  /** @throws {StoreError} when it cannot be read. */
  async keptIn(call: Call, source: string): Promise<Shelf> {
    const own = shelfOf(call, source)
    const seal = await this.#sealOf(own, subjectOf(call.principal).subject)
    const entries = (await this.#after(own, 0)).map(({ entry }) => seal.open(entry)).filter(isEntry)
    const { notes } = await this.#read(sharedShelfOf(source))
    return { kept: entries.flatMap((entry) => ('kept' in entry ? entry.kept : [])), noted: [...notes.values()] }
  }

  /** What of a shared shelf can be read: what somebody noted who was erased since is gone. */
  async #read(name: string): Promise<Shared> {
    const before = this.#shared.get(name)
    const { last } = before ?? {}
    const [first, ...more] = last === undefined ? [] : await this.#after(name, last.number - 1)
    // What nobody added to for long is forgotten, and begins anew.
    const goesOn = before !== undefined && last !== undefined && isDeepStrictEqual(first, last)
    if (goesOn && more.length === 0) return before
    const entries = goesOn ? more : await this.#after(name, 0)
    const notes = new Map(goesOn ? before.notes : [])
    const seals = new Map<string | undefined, RunSeal>()
    for (const { entry } of entries) {
      const by = isObject(entry) && typeof entry['by'] === 'string' ? entry['by'] : undefined
      const seal = seals.get(by) ?? (await this.#sealOf(name, by))
      seals.set(by, seal)
      const opened = isObject(entry) ? openOr(seal, entry['note']) : undefined
      if (isEntry(opened) && 'noted' in opened)
        for (const each of opened.noted) notes.set(`${each.class} ${each.text}`, each)
    }
    const shared = { last: entries.at(-1), notes }
    this.#shared.set(name, shared)
    return shared
  }

  #sealOf(shelf: string, person: string | undefined): Promise<RunSeal> {
    return sealWith(this.#runtime.keys, shelf, person)
  }

  async #after(run: string, after: number): Promise<readonly SeenEntry[]> {
    return (await this.#runtime.store.read({ seen: [{ run, after }] })).seen[0] ?? []
  }

  async #append(run: string, entries: readonly unknown[]): Promise<void> {
    const { store, now } = this.#runtime
    const change = { kind: 'saw', run, at: now(), entries } as const
    await store.transact([`run ${run}`], (transaction) => transaction.write([change]), { early: true })
  }
}

function openOr(seal: RunSeal, note: unknown): unknown {
  try {
    return seal.open(note)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'broken') return undefined
    throw error
  }
}

/** Where labels of what runs have kept by a source stand: for one person of one tenant. */
function shelfOf({ principal }: Call, source: string): string {
  const { tenant = null, id = null, kind = 'user' } = principal.chain?.at(-1) ?? principal
  return JSON.stringify(['memory', source, tenant, id, ...(kind === 'user' ? [] : [kind])])
}

/** Where it stands what of that is of a class: a memory may give it back to whomever. */
const sharedShelfOf = (source: string): string => JSON.stringify(['memory', source])
