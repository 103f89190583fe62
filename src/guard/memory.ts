/** What runs have seen, kept so that every node knows it: where arguments come from, and what classes of data they carry. */
import { randomBytes } from 'node:crypto'
import type { Call, CallRequest, Charter, OperationId, Run } from '../charter/charter.ts'
import { holderOf } from '../charter/run-handle.ts'
import { learnAnswer, learnWords, type Noted, notedIn } from '../classify/call.ts'
import type { Labels } from '../classify/labels.ts'
import { type ClassEntry, type ClassMemory, emptyClassMemory } from '../classify/memory.ts'
import type { TokenEntry } from '../classify/token.ts'
import type { Facts, Pin, TracedValue } from '../constraint/facts.ts'
import type { Obligation } from '../constraint/kind.ts'
import { decide } from '../decide/decide.ts'
import { type Carrying, carriedClasses } from '../session/carried.ts'
import {
  type ArgumentOrigin,
  argumentsOf,
  endorsements,
  originsOf,
  traceCall,
} from '../session/provenance/arguments.ts'
import { keptOf, lettersOf } from '../session/provenance/memory.ts'
import { answerSeen } from '../session/provenance/seen.ts'
import type { Answer } from './call.ts'
import { covered, restored, withholding } from './carried-data.ts'
import type { Going } from './going.ts'
import { asKept, type Entry, freshRun, type KnownRun, takeIn } from './known-run.ts'
import { sealOfRun } from './run-seal.ts'
import type { InForce, Runtime } from './runtime.ts'
import { type Sending, sendingOf } from './sending.ts'
import { noShelf, Shelves } from './shelves.ts'
import type { SeenEntry, Transaction } from './store.ts'

/** What the run and the gateway know of a call, beside what the store has. */
export type Aside = Pick<Facts, 'values' | 'classes' | 'pins'>

/** That, and what of the classed data of its run the call takes away, where it could. */
export interface KnownOf {
  readonly aside: Aside
  readonly sending?: Sending
}

/** So many runs, and so many letters of what they have seen, are kept in memory; others are read again when they go on. */
const mostRuns = 256
const mostText = 30_000_000

/** The memories of runs. Made once for each guard. */
export class Memories {
  readonly #runtime: Runtime
  readonly #shelves: Shelves
  readonly #known = new Map<string, KnownRun>()
  /** What was known of the runs of calls as they arrived: who calls has seen no more than that. */
  readonly #arrived = new WeakMap<Call, KnownRun>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#shelves = new Shelves(runtime)
  }

  /** The call as it is meant: with what its run was given since it began, and with what tokens of the run stand for. */
  async joined(force: InForce, call: Call): Promise<Call> {
    const { run } = call
    if (run === undefined || (run.tools === undefined && force.labels === undefined)) return call
    const known = await this.#of(run)
    const given =
      run.tools === undefined
        ? run
        : { ...run, tools: [...run.tools, ...(known.tools.get(holderOf(call.principal)) ?? [])] }
    const request = force.labels === undefined ? undefined : restored(carryingOf(force, call, known))
    const joined = { ...call, run: given, ...(request === undefined ? {} : { request }) }
    this.#arrived.set(joined, known)
    return joined
  }

  /**
   * What is known of a call by what its run has seen, and what it would take away of that. @throws {StoreError} when that cannot be read.
   */
  async knownOf(force: InForce, call: Call, pin: Pin | undefined): Promise<KnownOf> {
    const { charter, labels } = force
    const needs = force.traitsOf(call.operation)
    const { run } = call
    let known =
      run !== undefined && (needs.values || needs.classes)
        ? (this.#arrived.get(call) ?? (await this.#of(run)))
        : undefined
    const aside: Aside = {
      ...(pin === undefined ? {} : { pins: { [call.operation]: pin } }),
      ...(known === undefined || !needs.values ? {} : { values: traceCall(charter, known.memory, call) }),
    }
    if (labels === undefined || !needs.classes) return { aside }
    if (run !== undefined && known !== undefined) known = await this.#learnSaid(labels, run, known)
    const carrying = carryingOf(force, call, known)
    const classes = carriedClasses(carrying)
    const failed = (): void => void (run !== undefined && this.#known.delete(run.id))
    const sending = sendingOf(call, carrying, { first: classes, failed })
    return { aside: { ...aside, classes }, ...(sending === undefined ? {} : { sending }) }
  }

  /** Where every argument of a call comes from, for whoever is asked about it; undefined outside a run. @throws {StoreError} as `knownOf`. */
  async originsOf({ charter }: InForce, call: Call): Promise<readonly ArgumentOrigin[] | undefined> {
    return call.run === undefined ? undefined : originsOf(charter, (await this.#of(call.run)).memory, call)
  }

  /** What is to be sent instead of a call, where some of it may not go there. @throws {StoreError} when it cannot be kept. */
  async coveredFor({ force, call, decision, mode }: Going): Promise<CallRequest | undefined> {
    if (mode === 'observe' || !decision.obligations.some(({ kind }) => kind === 'cover')) return undefined
    const known = call.run === undefined ? undefined : await this.#of(call.run)
    const cover = covered(carryingOf(force, call, known), decision)
    await this.#keepTokens(call.run, cover?.entries ?? [])
    return cover?.request
  }

  /** How classes are taken out of the answer of a call; `keep` must be done before it is passed on. */
  async withholding({ force, call }: Pick<Going, 'force' | 'call'>): Promise<{
    readonly withhold: (body: unknown, owed: Extract<Obligation, { kind: 'withhold' }>) => unknown
    readonly keep: () => Promise<void>
  }> {
    const known = call.run === undefined ? undefined : await this.#of(call.run)
    const entries: TokenEntry[] = []
    const withhold = withholding(carryingOf(force, call, known), (entry) => entries.push(entry))
    return { withhold, keep: () => this.#keepTokens(call.run, entries) }
  }

  /** Keeps what the user of a run said. @throws {StoreError} when it cannot be kept. */
  async said(run: Run, text: string): Promise<void> {
    await this.#add(run, [{ seen: { kind: 'prompt', text } }])
  }

  /** Keeps what a tool answered, as the run's agent says: nothing of it may be relied on. @throws {StoreError} when it cannot be kept. */
  async heard(run: Run, { from, text }: { readonly from: OperationId; readonly text: string }): Promise<void> {
    await this.#add(run, [{ seen: { kind: 'answer', operation: from, content: text } }])
  }

  /** Keeps what an answer shows, before its caller sees it. @throws {StoreError} when it cannot be kept. */
  async saw({ id, call, force }: Pick<Going, 'id' | 'call' | 'force'>, answer: Answer): Promise<void> {
    const { run } = call
    if (run === undefined) return
    const content = answer.body ?? answer.text
    const operation = force.charter.operations.get(call.operation)
    const done = answer.status < 300
    const recalls = done && operation?.memory === 'read'
    const shelf = recalls ? await this.#shelves.keptIn(call, operation.shape.source) : noShelf
    const classed = await this.#dataOf(force, call, run, { content, noted: shelf.noted })
    const data = classed.length === 0 ? {} : { classed }
    // What a model says is the run's own word: a value that is nowhere else is made up by it.
    if (content === undefined || content === null || operation?.shape.method === 'MODEL') {
      if (classed.length > 0) await this.#add(run, [{ classed }])
      return
    }
    if (recalls) {
      const seen = { kind: 'recalled', operation: call.operation, call: id, content, kept: shelf.kept } as const
      await this.#add(run, [{ seen, ...data }])
      return
    }
    if (done && operation?.memory === 'write') {
      const { memory, classes } = await this.#of(run)
      const kept = keptOf(memory, argumentsOf(call.request))
      const noted = force.labels === undefined ? [] : notedIn(force.labels, call, classes)
      await this.#shelves.keep(call, operation.shape.source, { kept, noted })
    }
    await this.#add(run, [{ seen: answerSeen(force.charter, call, { id, done, content }), ...data }])
  }

  /** What of classes of data the answer of a call shows. */
  async #dataOf(
    force: InForce,
    call: Call,
    run: Run,
    { content, noted }: { readonly content: unknown; readonly noted: readonly Noted[] },
  ): Promise<readonly ClassEntry[]> {
    const { labels } = force
    if (labels === undefined) return []
    return this.#learn(
      run,
      (classes) => learnAnswer(classes, labels, { operation: call.operation, body: content }, noted).entries,
    )
  }

  /** Remembers what the user's words since then hold of classes of data; every node that knows the run does, and only the first keeps it. */
  async #learnSaid(labels: Labels, run: Run, known: KnownRun): Promise<KnownRun> {
    const texts = known.said.splice(0)
    if (texts.length === 0 || labels.patterns.length === 0) return known
    try {
      const classed = await this.#learn(run, (classes) => learnWords(classes, labels, texts))
      return classed.length === 0 ? known : await this.#add(run, [{ classed }])
    } catch (error) {
      this.#known.delete(run.id)
      throw error
    }
  }

  /** @returns what was learnt, to be kept; the run has a memory for it by then. */
  async #learn(run: Run, learn: (classes: ClassMemory) => readonly ClassEntry[]): Promise<readonly ClassEntry[]> {
    let known = this.#known.get(run.id) ?? (await this.#of(run))
    if (known.classes === undefined) {
      const key = randomBytes(8).toString('hex')
      if (learn(emptyClassMemory(key)).length === 0) return []
      // Several calls may be the first one at once; digests made with another key than the one that counts would match nothing.
      known = await this.#add(run, [{ key }])
    }
    const { classes } = known
    if (classes === undefined) throw new TypeError('the key of the run was not kept')
    return learn(classes)
  }

  /** Keeps what a call that goes on was asked about, or takes from what was approved before: it is not asked again in this run. */
  async endorse(charter: Charter, call: Call, facts: Facts, granted: boolean): Promise<void> {
    const { run, operation } = call
    if (run === undefined) return
    const asked = granted ? askedOf(charter, call, facts) : new Set<string>()
    const endorsed = endorsements(charter, operation, {
      traced: granted ? (facts.values ?? {}) : fromApproved(facts),
      asked,
    })
    const given =
      !granted || run.tools === undefined || run.tools.includes(operation)
        ? []
        : [{ tool: operation, to: holderOf(call.principal) }]
    const entries = [...endorsed.map((seen): Entry => ({ seen })), ...given]
    if (entries.length > 0) await this.#add(run, entries)
  }

  async #of(run: Run): Promise<KnownRun> {
    const { store, keys } = this.#runtime
    const known = this.#known.get(run.id) ?? freshRun(run, await sealOfRun(store, keys, run.id))
    // The last one used is the last one dropped.
    this.#known.delete(run.id)
    this.#known.set(run.id, known)
    const { seen } = await this.#runtime.store.read({ seen: [{ run: run.id, after: known.number }] })
    takeIn(known, seen[0] ?? [])
    this.#makeRoom()
    return known
  }

  /** Drops the runs that were used longest ago, but never the one in use. */
  #makeRoom(): void {
    let text = 0
    for (const { memory } of this.#known.values()) text += lettersOf(memory)
    for (const [name, { memory }] of this.#known) {
      if (this.#known.size <= 1 || (this.#known.size <= mostRuns && text <= mostText)) return
      text -= lettersOf(memory)
      this.#known.delete(name)
    }
  }

  /** Keeps entries, and takes them in as they were given: what others wrote before them is all that is read again. */
  async #add(run: Run, entries: readonly Entry[]): Promise<KnownRun> {
    const known = this.#known.get(run.id) ?? (await this.#of(run))
    const { number: after, seal } = known
    const { store, now } = this.#runtime
    const change = { kind: 'saw', run: run.id, at: now(), entries: entries.map(seal.seal) } as const
    const write = async (transaction: Transaction): Promise<readonly SeenEntry[]> => {
      const { seen } = await transaction.read({ seen: [{ run: run.id, after }] })
      await transaction.write([change])
      return seen[0] ?? []
    }
    const before = await store.transact([`run ${run.id}`], write, { early: true })
    const last = before.at(-1)?.number ?? after
    takeIn(known, [...before, ...entries.map((entry, index) => ({ number: last + 1 + index, entry: asKept(entry) }))])
    return known
  }

  async #keepTokens(run: Run | undefined, entries: readonly TokenEntry[]): Promise<void> {
    if (run === undefined || entries.length === 0) return
    await this.#add(
      run,
      entries.map((token) => ({ token })),
    )
  }
}

function carryingOf(
  { charter, labels, localities }: InForce,
  { operation, request }: Call,
  run: KnownRun | undefined,
): Carrying & { readonly run?: KnownRun } {
  if (labels === undefined) throw new TypeError('the charter labels nothing')
  return { charter, labels, localities, operation, request, ...(run === undefined ? {} : { run }) }
}

/** Values that an approved answer says, and that were not approved themselves yet. */
function fromApproved({ values = {} }: Facts): NonNullable<Facts['values']> {
  const isNews = ({ origins: [best] }: TracedValue): boolean => best?.trust === 'endorsed' && best.call !== undefined
  return Object.fromEntries(Object.entries(values).map(([name, traced]) => [name, traced.filter(isNews)]))
}

/** The constraints a call was asked about: those that stand in its way without what was granted. */
function askedOf(charter: Charter, call: Call, facts: Facts): ReadonlySet<string> {
  const grants = Object.fromEntries(Object.keys(facts.grants).map((name) => [name, []]))
  const { reasons } = decide(charter, { ...facts, grants }, call)
  return new Set(reasons.flatMap(({ constraint, outcome }) => (outcome === 'ask' ? [constraint] : [])))
}
