// Decides with nothing but `decide`: the facts are what earlier calls of the scenario left. No store, no gateway, no clock.
import type { Call, Charter, ObjectFact, Run } from '../../src/charter/charter.ts'
import { readObject } from '../../src/charter/object-fact.ts'
import { classesOfCall, learnAnswer, noteCall } from '../../src/classify/call.ts'
import type { Labels } from '../../src/classify/labels.ts'
import { addEntry, type ClassMemory, emptyClassMemory } from '../../src/classify/memory.ts'
import { labelsOf } from '../../src/classify/of-charter.ts'
import type { Facts, Grant } from '../../src/constraint/facts.ts'
import { personOf } from '../../src/constraint/scope-key.ts'
import { decide } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/decide/decision.ts'
import { gatherObjects } from '../../src/guard/gather.ts'
import { factsFor } from '../../src/session/fold.ts'
import type { PastCall } from '../../src/session/past-call.ts'
import { endorsements, traceCall } from '../../src/session/provenance/arguments.ts'
import { emptyMemory, type Labelled, labelled, type Memory, remember } from '../../src/session/provenance/memory.ts'
import type { Decider, Verdict } from './decider.ts'
import type { Desk } from './records.ts'
import type { RunGiven } from './scenario.ts'
import { askDirectly } from './shop.ts'
import { NotFound, TOOLS } from './tools.ts'
import { callerOf, lookAt, person, runOf } from './world.ts'

const holdMs = 15 * 60_000

interface Asked {
  readonly call: Call
  readonly facts: Facts
  readonly approvals: readonly string[]
  readonly constraints: readonly string[]
  readonly objects: Readonly<Record<string, ObjectFact | null>>
}

interface Granted {
  readonly about: string
  readonly approval: string
  readonly grant: Grant
}

/** Makes one for a charter and a desk. */
export function decideBarely(charter: Charter, desk: Desk): Decider {
  return new Bare(charter, desk)
}

class Bare implements Decider {
  readonly #charter: Charter
  readonly #desk: Desk
  readonly #labels: Labels
  readonly #changed = new Set<string>()
  readonly #past: PastCall[] = []
  #granted: Granted[] = []
  #now = Date.UTC(2026, 0, 15, 12)
  #given: RunGiven = { as: 'desk-bot', workflow: 'support', prompt: '' }
  #run: Run | undefined
  #runs = 0
  #memory: Memory = emptyMemory()
  #classes: ClassMemory = emptyClassMemory(runKey(0))
  #asked: Asked | undefined
  #last: Promise<unknown> = Promise.resolve()
  /** What runs for one person had kept, with where it came from. */
  readonly #kept = new Map<string, Labelled[]>()

  constructor(charter: Charter, desk: Desk) {
    this.#charter = charter
    this.#desk = desk
    this.#labels = labelsOf(charter).labels
  }

  async begin(given: RunGiven): Promise<void> {
    this.#given = given
    if (given.continues !== true) this.#runs += 1
    this.#run = runOf(given, `run-${this.#runs}`)
    if (given.continues === true) return
    this.#memory = remember(emptyMemory(), { kind: 'prompt', text: given.prompt })
    this.#classes = emptyClassMemory(runKey(this.#runs))
  }

  /** One after the other: what happens at once is the guard's business. */
  call(tool: string, given: Readonly<Record<string, unknown>>, as?: string): Promise<Verdict> {
    const next = this.#last.then(() => this.#callNow(tool, given, as))
    this.#last = next.catch(() => undefined)
    return next
  }

  async #callNow(tool: string, given: Readonly<Record<string, unknown>>, as?: string): Promise<Verdict> {
    this.#now += 1000
    const call: Call = {
      operation: tool,
      principal: as === undefined ? callerOf(this.#given) : person(as),
      request: { body: given },
      at: this.#now,
      ...(as !== undefined || this.#run === undefined ? {} : { run: this.#run }),
    }
    const objects = await this.#objectsOf(call)
    const facts = this.#factsOf(call, objects)
    const decision = decide(this.#charter, facts, call)
    if (decision.effect === 'ask')
      this.#asked = {
        call,
        facts,
        objects,
        approvals: approvalsIn(this.#charter, decision),
        constraints: decision.reasons.map((each) => each.constraint),
      }
    if (decision.effect === 'allow' || decision.effect === 'modify') await this.#carryOut(call, objects, decision)
    return {
      effect: decision.effect === 'ask' ? 'ask' : decision.effect === 'deny' ? 'deny' : 'allow',
      kinds: decision.reasons.map((each) => each.kind),
      says: decision.reasons.map((each) => each.says),
    }
  }

  #objectsOf(call: Call): Promise<Readonly<Record<string, ObjectFact | null>>> {
    return gatherObjects({
      charter: this.#charter,
      call,
      look: { request: call.request },
      truth: { read: async ({ type, key }) => lookAt(this.#desk, type, key) },
      hold: async (needed) =>
        needed.map((each) => {
          const made = this.#past.find(({ created }) => created?.type === each.type && created.key === each.key)
          const creator = made?.principal.chain?.at(-1)?.id ?? made?.principal.id
          return creator === undefined
            ? undefined
            : { type: each.type, key: each.key, value: undefined, version: 1, seenAt: 0, creator }
        }),
    })
  }

  #factsOf(call: Call, objects: Readonly<Record<string, ObjectFact | null>>): Facts {
    const facts = factsFor(this.#charter, call, objects, this.#past)
    const about = aboutOf(call)
    const fitting = this.#granted.filter((each) => each.about === about)
    const grants = Object.fromEntries(
      Object.keys(facts.grants).map((name) => [
        name,
        fitting.filter(({ approval }) => approval === name).map(({ grant }) => grant),
      ]),
    )
    return {
      ...facts,
      grants,
      values: traceCall(this.#charter, this.#memory, call),
      classes: classesOfCall(this.#labels, call, this.#classes).map(({ at, class: name, by }) => ({
        at,
        class: name,
        by,
      })),
      pins: { [call.operation]: this.#changed.has(call.operation) ? 'changed' : 'pinned' },
    }
  }

  async #carryOut(call: Call, objects: PastCall['objects'], decision: Decision): Promise<void> {
    const about = aboutOf(call)
    this.#granted = this.#granted.filter((each) => each.about !== about)
    const tool = TOOLS.find(({ name }) => `desk.${name}` === call.operation)
    const { body } = call.request
    const given = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {}
    let answer: unknown
    try {
      answer = structuredClone(await tool?.run({ desk: this.#desk, shop: askDirectly(this.#desk) }, given))
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      this.#learn(call, { content: error.message }, false)
      return
    }
    const type = this.#charter.objects.get(this.#createdType(decision.use) ?? '')
    const creator = call.principal.chain?.at(-1)?.id ?? call.principal.id
    const created =
      type === undefined
        ? undefined
        : readObject(type, answer, { now: call.at, ...(creator === undefined ? {} : { creator }) })
    this.#past.push({
      ...call,
      objects,
      ...(decision.use === undefined ? {} : { use: decision.use }),
      ...(created === undefined || created === null ? {} : { created }),
    })
    this.#learn(call, answer, tool?.reads !== true)
  }

  #createdType(use: string | undefined): string | undefined {
    for (const operation of this.#charter.operations.values())
      for (const each of operation.uses) if (each.id === use && each.creates) return each.object?.type
    return undefined
  }

  #learn(call: Call, content: unknown, wrote: boolean): void {
    const operation = this.#charter.operations.get(call.operation)
    const head = { operation: call.operation, call: `call-${this.#past.length}` }
    const person = personOf(call.principal).id ?? ''
    const kept = this.#kept.get(person) ?? []
    this.#kept.set(person, kept)
    if (operation?.memory === 'write') kept.push(...labelled(this.#memory, call.request.body))
    if (operation?.memory === 'read') remember(this.#memory, { kind: 'recalled', ...head, content, kept })
    else
      remember(this.#memory, {
        kind: 'answer',
        ...head,
        content,
        ...(operation?.trusted === undefined ? {} : { trusted: operation.trusted }),
        ...(wrote ? { wrote: call.request.body } : {}),
      })
    for (const entry of noteCall(this.#classes, call)) addEntry(this.#classes, entry)
    learnAnswer(this.#classes, this.#labels, { operation: call.operation, body: content })
  }

  async approve(who: string): Promise<boolean> {
    if (this.#asked === undefined) return false
    const { call, facts, approvals, objects, constraints } = this.#asked
    if (this.#now - call.at > holdMs) return false
    const by = person(who)
    const value = objects['object']?.value ?? call.request.body
    const grants = approvals.map((approval) => ({ approval, grant: { by, at: this.#now, value } }))
    const all = Object.fromEntries(Object.keys(facts.grants).map((name) => [name, [] as Grant[]]))
    for (const { approval, grant } of grants) all[approval]?.push(grant)
    const then = decide(this.#charter, { ...facts, grants: all }, { ...call, at: this.#now })
    if (then.effect !== 'allow' && then.effect !== 'modify') return false
    const about = aboutOf(call)
    this.#granted.push(...grants.map((each) => ({ about, ...each })))
    const asking = { traced: facts.values ?? {}, asked: new Set(constraints) }
    for (const each of endorsements(this.#charter, call.operation, asking)) remember(this.#memory, each)
    return true
  }

  /** The question is the guard's: to the decision alone, nothing was granted. */
  async refuse(): Promise<void> {
    this.#asked = undefined
  }

  async wait(ms: number): Promise<void> {
    this.#now += ms
  }

  async describe(tool: string): Promise<void> {
    this.#changed.add(tool)
  }

  async close(): Promise<void> {}
}

function approvalsIn(charter: Charter, { reasons, use }: Decision): readonly string[] {
  const uses = [...charter.operations.values()].flatMap((each) => each.uses)
  const own = uses.find(({ id }) => id === use)?.constraints ?? []
  return reasons.flatMap(({ constraint, approval }) => {
    const named = own.find(({ id }) => id === constraint)
    return approval ?? (named?.kind === 'approval' ? named.approval : [])
  })
}

/** A grant is for the same caller, operation and arguments. */
function aboutOf({ operation, principal, request, run }: Call): string {
  return JSON.stringify([operation, principal, sorted(request.body), run?.id])
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).toSorted() : value
}

/** A key for each run. A guard draws them by lot. */
function runKey(run: number): string {
  return run.toString(16).padStart(16, 'a')
}
