/**
 * Decides recorded calls again under another charter, by the guard's own code.
 *
 * Each call is judged on what really happened before it: what was let through counts, whatever the new charter would have said of it.
 */
import type { Call, CallRequest, Charter, ObjectFact, OperationId } from '../charter/charter.ts'
import { treatmentIn, workflowsOf } from '../constraint/run.ts'
import { isSought, type SoughtText } from '../constraint/where.ts'
import { neededFacts } from '../decide/needed.ts'
import type { Incoming, Outcome, Ruling } from '../guard/call.ts'
import { createGuard, type Guard } from '../guard/guard.ts'
import { newId } from '../guard/id.ts'
import type { Journal } from '../guard/journal.ts'
import { questionOf } from '../guard/question.ts'
import { type InForce, putInForce } from '../guard/runtime.ts'
import type { Change, Store } from '../guard/store.ts'
import type { Found, Truth } from '../guard/truth.ts'
import { Holes } from './hole.ts'
import { type Judgement, judge } from './judge.ts'
import {
  isFacts,
  type Recorded,
  type RecordedContent,
  type RecordedDecision,
  type RecordedOutcome,
  type Unreadable,
} from './recorded.ts'

/**
 * Why it cannot be said what would be decided of a call: its own content, objects it names, headers that are
 * never recorded, or what happened before it. */
export type Untold = Unreadable | 'objects' | 'history' | 'headers' | 'guard'

/** One recorded call, and what would be decided of it. */
export interface Verdict {
  readonly recorded: RecordedDecision
  readonly after: Judgement
  /** How the new charter treats the operation. */
  readonly mode: RecordedDecision['mode']
  readonly untold?: Untold
}

export interface ReplayOptions {
  readonly charter: Charter
  /** Empty, and used for this only. */
  readonly store: Store
  /** All that was recorded, oldest first; read twice. */
  readonly past: () => AsyncIterable<Recorded>
  /** Whether the record begins after the guard did, so that something may be missing before it. */
  readonly beginsLate: boolean
  /** Operations whose demands read what no record has. */
  readonly unseen: ReadonlySet<OperationId>
}

/** Replays the past. Calls that a switch refused are left out: no charter decided them. */
export async function* replay(options: ReplayOptions): AsyncGenerator<Verdict> {
  const ended = new Set<string>()
  for await (const each of options.past()) if (each.kind !== 'decision') ended.add(each.call)
  const player = await Player.open(options, ended)
  try {
    for await (const each of options.past()) {
      if (each.kind === 'decision') {
        if (!each.switchedOff) yield await player.decide(each)
      } else if (each.kind === 'outcome') await player.settle(each)
      else await player.find(each.call, each.effect, each.at)
    }
  } finally {
    await player.close()
  }
}

type Sights = ReadonlyMap<string, unknown>

class Player {
  readonly #charter: Charter
  readonly #force: InForce
  readonly #store: Store
  readonly #ended: ReadonlySet<string>
  readonly #unseen: ReadonlySet<OperationId>
  readonly #holes = new Holes()
  readonly #sights = new WeakMap<CallRequest, Sights>()
  readonly #going = new Map<
    string,
    { readonly decision: RecordedDecision; readonly ruling: Extract<Ruling, { kind: 'go' }> }
  >()
  /** Calls in doubt, under the ids they have here. */
  readonly #doubts = new Map<string, string>()
  #guard: Guard | undefined
  #now = 0
  #facts: unknown

  private constructor({ charter, store, unseen }: ReplayOptions, ended: ReadonlySet<string>) {
    this.#charter = charter
    this.#force = putInForce(watching(charter), version)
    this.#store = store
    this.#ended = ended
    this.#unseen = unseen
  }

  static async open(options: ReplayOptions, ended: ReadonlySet<string>): Promise<Player> {
    const player = new Player(options, ended)
    if (options.beginsLate) player.#holes.addAll()
    const journal: Journal = {
      append: async (event) => {
        if (event.kind === 'decision') player.#facts = event.facts
      },
    }
    const truth: Truth = {
      read: async ({ type, key }, look) => player.#sights.get(look.request)?.get(`${type}/${key}`),
      search: async (type, sought, look) => searched(player.#sights.get(look.request), type, sought),
    }
    const now = (): number => player.#now
    player.#guard = await createGuard(player.#force.charter, {
      version,
      store: options.store,
      journal,
      truth,
      now,
      node: 'simulation',
    })
    return player
  }

  async decide(recorded: RecordedDecision): Promise<Verdict> {
    const { mode } = treatmentIn(workflowsOf(this.#charter, recorded.operation))
    return { recorded, mode, ...(await this.#judge(recorded)) }
  }

  async #judge(recorded: RecordedDecision): Promise<Pick<Verdict, 'after' | 'untold'>> {
    const { content } = recorded
    this.#now = Math.max(this.#now, recorded.at)
    const tookPart = this.#tookPart(recorded)
    if ('unreadable' in content) {
      if (tookPart && isLet(recorded)) this.#holes.add(recorded.operation, recorded.principal)
      return { after: nothing, untold: content.unreadable }
    }
    const incoming: Incoming = {
      operation: recorded.operation,
      principal: content.principal,
      request: { ...content.request },
    }
    const call: Call = { ...incoming, at: recorded.at }
    this.#sights.set(incoming.request, this.#sightsOf(call, content))
    const grants = await this.#prepare(call, content)
    this.#facts = undefined
    if (tookPart) await this.#begin(recorded, incoming)
    else await this.#guard?.evaluate(incoming)
    await this.#store.transact([], (transaction) => transaction.write(grants))
    const facts = this.#facts
    if (!isFacts(facts)) return { after: nothing, untold: 'guard' }
    const after = judge(this.#charter, facts, call)
    if (this.#unseen.has(recorded.operation)) return { after: { ...after, effect: 'untold' }, untold: 'headers' }
    if (after.effect === 'untold') return { after, untold: 'objects' }
    if (this.#holes.concern(this.#charter, facts, call))
      return { after: { ...after, effect: 'untold' }, untold: 'history' }
    return { after }
  }

  async settle({ call, at, effect, status, answer }: RecordedOutcome): Promise<void> {
    this.#now = Math.max(this.#now, at)
    const going = this.#going.get(call)
    if (going === undefined) return
    this.#going.delete(call)
    if (effect === 'effective' && answer === undefined && this.#creates(going.decision.operation))
      this.#holes.add(going.decision.operation, going.decision.principal)
    if (effect === 'in-doubt') this.#doubts.set(call, going.ruling.call)
    await going.ruling.settle(outcomeOf(effect, status, answer))
  }

  async find(call: string, effect: 'effective' | 'released', at: number): Promise<void> {
    this.#now = Math.max(this.#now, at)
    const going = this.#going.get(call)
    this.#going.delete(call)
    if (going !== undefined) await going.ruling.settle(outcomeOf(effect, undefined, undefined))
    const doubtful = this.#doubts.get(call)
    if (doubtful !== undefined) await this.#guard?.doubts.settle(doubtful, effect, 'record', 'as recorded')
    this.#doubts.delete(call)
  }

  async close(): Promise<void> {
    await this.#guard?.close()
  }

  /** Whether it was sent, so that it counts. A write that was let through and never ended was a question only. */
  #tookPart(recorded: RecordedDecision): boolean {
    const writes = this.#charter.operations.get(recorded.operation)?.writes === true
    return isLet(recorded) && (!writes || this.#ended.has(recorded.call))
  }

  #creates(operation: string): boolean {
    return (this.#charter.operations.get(operation)?.uses ?? []).some((use) => use.creates)
  }

  async #begin(recorded: RecordedDecision, incoming: Incoming): Promise<void> {
    const ruling = await this.#guard?.begin(incoming)
    if (ruling?.kind !== 'go') return
    const writes = this.#charter.operations.get(recorded.operation)?.writes === true
    if (writes) this.#going.set(recorded.call, { decision: recorded, ruling })
    else await ruling.settle({ kind: 'not-sent', why: 'a read leaves nothing behind' })
  }

  /** What was seen then, under the names the new charter gives it. */
  #sightsOf(call: Call, { objects }: RecordedContent): Sights {
    const sights = new Map<string, unknown>()
    for (const fact of Object.values(objects)) if (fact !== null) sights.set(`${fact.type}/${fact.key}`, fact.value)
    for (const { slot, type, key, sought } of neededFacts(this.#charter, call, objects).objects)
      if (Object.hasOwn(objects, slot) && objects[slot] === null && (key !== undefined || sought !== undefined))
        sights.set(key === undefined ? noneName(type) : `${type}/${key}`, null)
    return sights
  }

  /** Puts what was known of the objects, and what had been granted, where the guard looks. Returns what takes the grants away again. */
  async #prepare(call: Call, { objects, facts }: RecordedContent): Promise<readonly Change[]> {
    const seen = Object.values(objects).flatMap((fact: ObjectFact | null): Change[] =>
      fact === null ? [] : [{ kind: 'object', object: { ...fact, seenAt: call.at } }],
    )
    const question = questionOf(this.#force, call)
    const granted = Object.entries(facts?.grants ?? {}).flatMap(([approval, grants]) => {
      const own = this.#charter.approvals.get(approval)
      // Those the API takes come back with the calls that gave them.
      if (own === undefined || own.grant !== undefined) return []
      return grants.map(({ by, at, value, revoked = false }) => ({
        id: newId(at),
        approval,
        by,
        at,
        value,
        revoked,
        question,
      }))
    })
    const changes: readonly Change[] = [...seen, ...granted.map((grant): Change => ({ kind: 'grant', grant }))]
    if (changes.length > 0) await this.#store.transact([], (transaction) => transaction.write(changes))
    return granted.map(({ id }): Change => ({ kind: 'drop-grant', grant: id }))
  }
}

/** Under which name it stands that a search for objects of a type found nothing. */
function noneName(type: string): string {
  return `${type} none`
}

/** What was found then; undefined when nothing was looked for. */
function searched(sights: Sights | undefined, type: string, sought: readonly SoughtText[]): Found | undefined {
  const fits = [...(sights ?? [])].filter(
    ([name, value]) => name.startsWith(`${type}/`) && isSought(sought, value) === true,
  )
  if (fits.length === 0 && sights?.has(noneName(type)) !== true) return undefined
  return { values: fits.map(([, value]) => value), whole: true }
}

const version = 'simulation'
const nothing: Judgement = {
  effect: 'untold',
  decision: { effect: 'deny', reasons: [], obligations: [] },
  lacks: [],
}

function isLet({ effect, mode }: RecordedDecision): boolean {
  return effect === 'allow' || effect === 'modify' || mode === 'observe'
}

/** The charter as it would watch: what really happened goes through, and is remembered. */
function watching(charter: Charter): Charter {
  const [any] = charter.operations.values()
  const position = any?.uses[0]?.position ?? { file: '', line: 1, column: 1 }
  const flow = {
    name: 'simulation',
    operations: new Set(charter.operations.keys()),
    owners: {},
    mode: 'observe',
    record: 'full',
    budgets: [],
    outsidePlan: 'deny',
    unread: 'allow',
    position,
  } as const
  return { ...charter, workflows: new Map([[flow.name, flow]]) }
}

function outcomeOf(effect: RecordedOutcome['effect'], status: number | undefined, body: unknown): Outcome {
  if (effect === 'in-doubt') return { kind: 'unknown', why: 'as recorded' }
  if (effect === 'released') return { kind: 'not-sent', why: 'as recorded' }
  // What took effect although the answer was an error was found out by a look that is not recorded.
  const said = status !== undefined && status < 300 ? status : 200
  return { kind: 'answered', answer: { status: said, ...(body === undefined ? {} : { body }) } }
}
