/** What runs have seen, kept so that every node knows it: where the arguments of their calls come from. */
import type { Call, Charter, Run } from '../charter/charter.ts'
import type { Facts, Pin } from '../constraint/facts.ts'
import { decide } from '../decide/decide.ts'
import { endorsements, traceCall } from '../session/provenance/arguments.ts'
import { emptyMemory, type Labelled, labelled, type Memory, remember, type Seen } from '../session/provenance/memory.ts'
import type { Answer } from './call.ts'
import type { Going } from './going.ts'
import type { Runtime } from './runtime.ts'
import type { SeenEntry } from './store.ts'

/** What the run and the gateway know of a call, beside what the store has. */
export type Aside = Pick<Facts, 'values' | 'pins'>

/** What one run has seen, as far as this node has read it. */
interface Known {
  readonly memory: Memory
  readonly tools: Set<string>
  number: number
}

type Entry = { readonly seen: Seen } | { readonly tool: string } | { readonly kept: readonly Labelled[] }

/** So many runs are kept in memory; others are read again when they go on. */
const mostRuns = 256

/** The memories of runs. Made once for each guard. */
export class Memories {
  readonly #runtime: Runtime
  readonly #known = new Map<string, Known>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** The call with what its run was given since it began, as an approval gives it. */
  async joined(call: Call): Promise<Call> {
    const { run } = call
    if (run?.tools === undefined) return call
    const { tools } = await this.#of(run)
    return tools.size === 0 ? call : { ...call, run: { ...run, tools: [...run.tools, ...tools] } }
  }

  /** What is known of a call by what its run has seen. @throws {StoreError} when that cannot be read. */
  async asideOf(charter: Charter, call: Call, pin: Pin | undefined): Promise<Aside> {
    const pins = pin === undefined ? {} : { pins: { [call.operation]: pin } }
    if (call.run === undefined || !hasValues(charter, call)) return pins
    const { memory } = await this.#of(call.run)
    return { ...pins, values: traceCall(charter, memory, call) }
  }

  /** Keeps what the user of a run said. @throws {StoreError} when it cannot be kept. */
  async said(run: Run, text: string): Promise<void> {
    await this.#add(run, [{ seen: { kind: 'prompt', text } }])
  }

  /** Keeps what an answer shows, before its caller sees it. @throws {StoreError} when it cannot be kept. */
  async saw({ id, call, force: { charter } }: Pick<Going, 'id' | 'call' | 'force'>, answer: Answer): Promise<void> {
    const { run } = call
    const content = answer.body ?? answer.text
    if (run === undefined || content === undefined || content === null) return
    const operation = charter.operations.get(call.operation)
    const head = { operation: call.operation, call: id, content }
    const done = answer.status < 300
    if (done && operation?.memory === 'read') {
      const kept = await this.#keptIn(shelfOf(call, operation.shape.source))
      await this.#add(run, [{ seen: { kind: 'recalled', ...head, kept } }])
      return
    }
    const trusted = done && operation?.trusted !== undefined ? { trusted: operation.trusted } : {}
    const wrote = operation?.writes === true ? { wrote: call.request.body } : {}
    if (done && operation?.memory === 'write') {
      const { memory } = await this.#of(run)
      const kept = labelled(memory, call.request.body)
      if (kept.length > 0) await this.#append(shelfOf(call, operation.shape.source), [{ kept }])
    }
    await this.#add(run, [{ seen: { kind: 'answer', ...head, ...trusted, ...wrote } }])
  }

  /** Keeps what an approved call was asked about: it is not asked again in this run. */
  async endorse(charter: Charter, call: Call, facts: Facts): Promise<void> {
    const { run, operation } = call
    if (run === undefined) return
    const asked = askedOf(charter, call, facts)
    const endorsed = endorsements(charter, operation, { traced: facts.values ?? {}, asked }).map(
      (seen): Entry => ({ seen }),
    )
    const given = run.tools === undefined || run.tools.includes(operation) ? [] : [{ tool: operation }]
    const entries = [...endorsed, ...given]
    if (entries.length > 0) await this.#add(run, entries)
  }

  async #of(run: Run): Promise<Known> {
    const known = this.#known.get(run.id) ?? freshOf(run)
    // The last one used is the last one dropped.
    this.#known.delete(run.id)
    this.#known.set(run.id, known)
    const [first] = this.#known.keys()
    if (this.#known.size > mostRuns && first !== undefined) this.#known.delete(first)
    const { seen } = await this.#runtime.store.read({ seen: [{ run: run.id, after: known.number }] })
    takeIn(known, seen[0] ?? [])
    return known
  }

  async #add(run: Run, entries: readonly Entry[]): Promise<void> {
    await this.#append(run.id, entries)
    await this.#of(run)
  }

  async #append(name: string, entries: readonly Entry[]): Promise<void> {
    const { store, now } = this.#runtime
    const change = { kind: 'saw', run: name, at: now(), entries } as const
    await store.transact([`run ${name}`], (transaction) => transaction.write([change]), { early: true })
  }

  async #keptIn(shelf: string): Promise<readonly Labelled[]> {
    const { seen } = await this.#runtime.store.read({ seen: [{ run: shelf, after: 0 }] })
    return (seen[0] ?? []).flatMap(({ entry }) => (isEntry(entry) && 'kept' in entry ? entry.kept : []))
  }
}

/** The constraints a call was asked about: those that stand in its way without what was granted. */
function askedOf(charter: Charter, call: Call, facts: Facts): ReadonlySet<string> {
  const grants = Object.fromEntries(Object.keys(facts.grants).map((name) => [name, []]))
  const { reasons } = decide(charter, { ...facts, grants }, call)
  return new Set(reasons.flatMap(({ constraint, outcome }) => (outcome === 'ask' ? [constraint] : [])))
}

/** What a run was started with is the word of its user. */
function freshOf({ purpose }: Run): Known {
  const memory = emptyMemory()
  if (purpose !== undefined) remember(memory, { kind: 'prompt', text: purpose })
  return { memory, tools: new Set(), number: 0 }
}

function takeIn(known: Known, entries: readonly SeenEntry[]): void {
  for (const { number, entry } of entries) {
    // Two readings of the same entries may overlap.
    if (number <= known.number || !isEntry(entry)) continue
    if ('seen' in entry) remember(known.memory, entry.seen)
    else if ('tool' in entry) known.tools.add(entry.tool)
    known.number = number
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && ('seen' in value || 'tool' in value || 'kept' in value)
}

/** Where labels of what runs have kept by a source stand: for one person of one tenant. */
function shelfOf({ principal }: Call, source: string): string {
  const person = principal.chain?.at(-1) ?? principal
  return JSON.stringify(['memory', source, person.tenant ?? null, person.id ?? null])
}

function hasValues(charter: Charter, { operation }: Call): boolean {
  const uses = charter.operations.get(operation)?.uses ?? []
  return uses.some((use) => use.constraints.some(({ kind }) => kind === 'values'))
}
