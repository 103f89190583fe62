/** Plays one scenario on the running system: a stage of people and objects, and the record of what was sent. */
import type { CallRequest, ConstraintId, ObjectFact, Principal, Ref, Slot, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer, printReference } from '../../../charter/pointer.ts'
import type { Reason } from '../../../decide/decision.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { useById } from '../../plan/graph.ts'
import { namedObjects } from '../../plan/implicit-ref.ts'
import type { Mishap } from '../../plan/lore.ts'
import type { Scenario, Step, Var, Wish } from '../../plan/scenario.ts'
import { type Attempt, asWanted, type Problem, solve } from '../../plan/solve.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { type Enrolled, factId, judge, type Lab, refuses, type Seen, type Signed, seenBy } from '../lab.ts'
import { lookAtCounted } from '../look/counted.ts'
import { type Leaving, leavingOut } from '../look/leaving-out.ts'
import { readThing } from '../look/observe.ts'
import { outcomesOf, unlessAllowed } from '../look/outcome.ts'
import { Held, Unreached } from '../unreached.ts'
import { doubtOf, doubtWords, explain, problemOf, wishesOf } from './arguments.ts'
import { countedAlike } from './counted-alike.ts'
import { setUpUnlessDead } from './dead-end.ts'
import { findThing } from './find.ts'
import { awaitMove, createdKey, learn } from './learn.ts'
import { namedInstead } from './named-instead.ts'
import { parentToBe } from './parent-to-be.ts'
import { forgetPointedAt, pointedFrom, thingByKey } from './pointed-at.ts'
import { refusalWords, whereLeft } from './refusal.ts'
import { forgetSought, withSought } from './sought.ts'
import { startOf, withoutForbidden } from './start.ts'
import { judgedFact, type Thing, underOwnNames } from './thing.ts'
import { togetherWith } from './together.ts'
import { withoutNothings } from './unsaid.ts'

/** Demands that setup steps break on purpose in some abuses; others are broken for want of better objects. */
const daringKinds: ReadonlySet<string> = new Set(['by', 'separation', 'order', 'from', 'there', 'once', 'approval'])

/** How a step shall be made. */
export interface Manner {
  /** The constraint to break, and what may break with it. */
  readonly target?: ConstraintId
  readonly tolerated?: ReadonlySet<ConstraintId>
  /** What may break as well where no arguments keep it: what it asks for is not to be had there. */
  readonly last?: ReadonlySet<ConstraintId>
  /** What else is wanted of the arguments. */
  readonly wishes?: readonly Wish[]
  /** The demand that shall count the call together with the last one. */
  readonly counted?: ConstraintId
  /** What the request does not say is left out on purpose; or what it names in this slot is not there. */
  readonly nothing?: 'unsaid' | { readonly slot: Slot }
  /** The request to send, when it is already decided. */
  readonly request?: CallRequest
  readonly purpose?: Sent['purpose']
}

/** What came of a step. */
export interface Made {
  readonly request: CallRequest
  readonly exchange: Exchange
  readonly accepted: boolean
  /** The key of the object it says it created. */
  readonly created?: string
  /** Another use allows it: it is an abuse only if it leads to one of these states. */
  readonly astray?: ReadonlySet<string>
  /** Other uses that allow it but for fields it carries. */
  readonly leaving: readonly Leaving[]
}

/**
 * One scenario while it is played: who is on stage, which objects the variables stand for, and everything sent so far.
 *
 * Methods that send throw `Unreached` when the scenario cannot go on as planned, `Held` when a forbidden setup step is refused.
 */
export class Play {
  readonly lab: Lab
  readonly scenario: Scenario
  readonly things = new Map<Var, Thing>()
  readonly sent: Sent[] = []
  /** Labels of things that nothing on the way names, and that are looked at all the same. */
  readonly witnesses = new Set<string>()
  /** Those of them that stand around the object acted on. */
  readonly around = new Set<string>()
  /** Objects of plays before, which are found only where there are no others; by `factId`. */
  readonly spent = new Set<string>()
  /** Members whose standing is looked at together with the objects. */
  watched: readonly string[] = []
  /** Registrations that steps are about to make. */
  readonly enrolling = new Map<Step, Enrolled>()
  /** Steps that the charter had nothing against, and that were accepted; with the states they may lead to, where that is known. */
  readonly rightful = new Map<Step, ReadonlySet<string> | undefined>()
  private readonly people = new Map<string, Signed>()

  constructor(lab: Lab, scenario: Scenario) {
    this.lab = lab
    this.scenario = scenario
  }

  /** The same people are on stage as in another play; what that has spent is left alone. */
  seat(other: Play): void {
    for (const [role, signed] of other.people) this.people.set(role, signed)
    for (const mark of other.spent) this.spent.add(mark)
  }

  /** Plays after this one shall find other objects, as far as there are any. */
  spend(): void {
    for (const thing of this.things.values()) this.spent.add(factId(thing.type.name, thing.key))
  }

  /** The same people and objects are on stage as in another play. */
  goOnFrom(other: Play): void {
    this.seat(other)
    for (const [name, thing] of other.things) this.things.set(name, thing)
  }

  /** Makes all steps before the last; throws `Unreached` at the first that does not work. */
  async setUp(skip: ReadonlySet<number> = new Set()): Promise<Step> {
    const before = this.scenario.steps.slice(0, -1)
    if (skip.size === 0 && this.people.size === 0) await setUpUnlessDead(this, before)
    else for (const [index, step] of before.entries()) if (!skip.has(index)) await this.setUpStep(step)
    return this.last()
  }

  /** The decisive step. */
  last(): Step {
    const last = this.scenario.steps.at(-1)
    if (last === undefined) throw new Unreached('nothing to do')
    return last
  }

  async setUpStep(step: Step): Promise<void> {
    if (await this.isDone(step)) return
    const { seen, best: first, problem } = await this.prepare(step, {})
    const best = asWanted(problem, first, step)
    const use = this.use(step)
    const forbidden = judge(this.lab, use, seen, best.request)
    const outcomes = forbidden.length === 0 ? await outcomesOf(this, use, seen, best.request) : undefined
    const made = await this.make(step, { purpose: 'setup', request: best.request })
    if (made.accepted && forbidden.length === 0) this.rightful.set(step, outcomes)
    if (made.accepted && step.shows !== undefined) await readThing(this, await this.thing(step.shows), undefined)
    if (made.accepted) return
    const what = refusalWords(this, step, made.exchange)
    // A step the charter forbids belongs to the abuse: refusing it is what a sound system does.
    const daring =
      this.isRepeated(step) || forbidden.some((reason) => reason.outcome !== 'unknown' && daringKinds.has(reason.kind))
    const mishap = this.mishapAt(step, forbidden)
    throw daring ? new Held(what, this.scenario.steps.indexOf(step), mishap) : new Unreached(what, mishap)
  }

  /** Whether a move that several people may have to make has led on already. */
  private async isDone(step: Step): Promise<boolean> {
    const { from, to } = this.use(step)
    const again = this.scenario.steps.find((each) => each.use === step.use && each.object === step.object)
    if (step.object === undefined || again === step || again === undefined) return false
    const state = (await this.thing(step.object)).fact?.state
    return state !== undefined && from.length > 0 && !from.includes(state) && to.includes(state)
  }

  /** Whether somebody does to an object what they have done to it already, as giving an approval twice. */
  private isRepeated(step: Step): boolean {
    const steps = this.scenario.steps.slice(0, this.scenario.steps.indexOf(step))
    const isSame = (each: Step) => each.use === step.use && each.object === step.object && each.as === step.as
    return step.object !== undefined && steps.some(isSame)
  }

  /** What is known of where things went wrong. */
  mishapAt(step: Step, broken: readonly Reason[]): Mishap {
    const states = Object.fromEntries([...this.things].map(([name, thing]) => [name, thing.fact?.state]))
    return { step, broken: broken.map((reason) => reason.constraint), states }
  }

  use(step: Step): Use {
    const use = useById(this.lab.charter, step.use)
    if (use === undefined) throw new TypeError(`no use ${step.use}`)
    return use
  }

  /** Who plays a role; undefined for nobody. */
  async person(role: string): Promise<Signed | undefined> {
    const known = this.people.get(role)
    if (known !== undefined) return known
    const seat = this.scenario.cast[role]
    if (seat?.identity === undefined) return undefined
    const signed = seat.fresh ? await this.lab.register(seat.identity) : await this.lab.signIn(seat.identity)
    this.people.set(role, signed)
    return signed
  }

  /** The role that somebody on stage plays; their own name for anybody else. */
  roleOf(signed: Signed): string {
    return [...this.people].find(([, each]) => each === signed)?.[0] ?? signed.name
  }

  /** Somebody already on stage. */
  peek(role: string): Signed | undefined {
    return this.people.get(role)
  }

  async principal(role: string): Promise<Principal> {
    return (await this.person(role))?.principal ?? {}
  }

  /** The object a variable stands for; found among existing ones when no step makes it. */
  async thing(name: Var): Promise<Thing> {
    const thing = this.things.get(name) ?? (await findThing(this, name))
    this.things.set(name, thing)
    return thing
  }

  /** Facts in every slot of a step, as last seen. */
  async objectsOf(step: Step): Promise<Record<Slot, ObjectFact | null>> {
    const use = this.use(step)
    const objects: Record<Slot, ObjectFact | null> = {}
    const note = (slot: Slot, thing: Thing | undefined): void => {
      const fact = thing === undefined ? undefined : judgedFact(thing)
      if (fact !== undefined) objects[slot] = fact
    }
    const thing = step.object === undefined ? undefined : await this.ofCaller(step, use.object?.key, step.object)
    note('object', thing)
    note('parent', await (thing === undefined ? parentToBe(this, step, use) : this.parentOf(thing)))
    const keys = new Map(namedObjects(this.lab.charter, use).map((ref) => [ref.slot, ref.key]))
    for (const [slot, name] of Object.entries(step.refs)) note(slot, await this.ofCaller(step, keys.get(slot), name))
    for (const [slot, pointed] of await pointedFrom(this, step, use, objects['object'])) note(slot, pointed)
    return underOwnNames(this.lab.charter, use, objects)
  }

  /** What a call finds by who makes it is theirs, whomever the scenario has it for. */
  private async ofCaller(step: Step, key: Ref['key'] | undefined, name: Var): Promise<Thing> {
    const { id } = key?.from === 'principal' ? await this.principal(step.as) : {}
    const planned = id === undefined ? await this.thing(name) : this.things.get(name)
    const type = planned?.type ?? this.lab.charter.objects.get(this.scenario.vars[name]?.type ?? '')
    if (planned !== undefined && (id === undefined || id === planned.key)) return planned
    if (id === undefined || type === undefined) return this.thing(name)
    const thing: Thing = { type, key: id, path: {}, maker: step.as }
    await readThing(this, thing, undefined)
    if (planned === undefined) this.things.set(name, thing)
    return thing
  }

  /** The parent of an object; by the key it shows where no step named one. */
  async parentOf(thing: Thing): Promise<Thing | undefined> {
    const { type, parent } = thing
    if (type.parent === undefined || (parent !== undefined && [...this.things.values()].includes(parent))) return parent
    const key = parent?.key ?? textOf(getPointer(thing.fact?.value, type.parent.key))
    const found = key === undefined ? undefined : await this.byKey(type.parent.object, key)
    if (found?.fact !== undefined) thing.parent = found
    return thing.parent
  }

  /** An object that others point to. */
  byKey(type: string, key: string): Promise<Thing | undefined> {
    return thingByKey(this, type, key)
  }

  /** Finds arguments for a step: none of the charter's demands broken, or exactly the target. */
  async prepare(step: Step, manner: Manner): Promise<{ problem: Problem; seen: Seen; best: Attempt }> {
    const use = this.use(step)
    const staged = await this.objectsOf(step)
    await lookAtCounted(this, use, manner.target)
    const given =
      manner.request ??
      countedAlike(this.lab, use, await startOf(this, step, use, staged), manner.target ?? manner.counted)
    const principal = await this.principal(step.as)
    const sought = await withSought(this, { use, as: step.as }, { principal, request: given }, staged)
    const objects = withoutNothings(use, given, manner, sought)
    const seen = seenBy(this.lab, use, principal, given, objects)
    const start = manner.request ?? withoutForbidden(this.lab, { use, seen, step }, given, manner)
    const wishes = [...wishesOf(this.scenario, step), ...(manner.wishes ?? [])]
    const occasion = { play: this, step, lab: this.lab, use, seen, wishes }
    const problem = problemOf(occasion, start, manner)
    if (manner.request !== undefined)
      return { problem, seen, best: { request: start, broken: [], unmet: 0, distance: 0 } }
    const best = solve(problem)
    if (await namedInstead(this, step, occasion, { problem, manner, best })) return this.prepare(step, manner)
    if (best.distance < 1 || manner.last === undefined) return { problem, seen, best }
    const wider = { ...problem, tolerated: new Set([...problem.tolerated, ...manner.last]) }
    const wide = solve(wider)
    return wide.distance < 1 ? { problem: wider, seen, best: wide } : { problem, seen, best }
  }

  /** Makes one step: decides arguments, sends, and learns from the answer. */
  async make(step: Step, manner: Manner = {}): Promise<Made> {
    const use = this.use(step)
    const { problem, seen, best } = await this.prepare(step, manner)
    if (best.distance >= 1) {
      const mishap = this.mishapAt(step, judge(this.lab, use, seen, best.request))
      const words =
        explain(this.lab, use, seen, best, manner) + (manner.target === undefined ? whereLeft(this, step) : '')
      throw new Unreached(words, { ...mishap, ...togetherWith(this.lab, use, seen, { problem, best }) })
    }
    const doubt = doubtOf(judge(this.lab, use, seen, best.request), manner.target)
    if (doubt !== undefined && manner.nothing !== 'unsaid') throw new Unreached(doubtWords(use, doubt))
    const astray =
      manner.target === undefined
        ? undefined
        : await unlessAllowed(this, use, seen, { request: best.request, target: manner.target })
    const leaving = manner.target === undefined ? [] : await leavingOut(this, use, seen, best.request)
    const exchange = await this.exchange(step, use, best.request)
    const accepted = !refuses(this.lab.charter, use, exchange)
    const created = use.creates ? createdKey(this.lab.charter, use, best.request, exchange) : undefined
    this.record(step, use, exchange, manner, created)
    if (accepted) await learn(this, step, { use, request: best.request, seen, exchange, created })
    // What is accepted for later must not happen while the next step is looked at.
    if (accepted && manner.purpose === 'setup' && exchange.response?.status === 202) await awaitMove(this, step, seen)
    return {
      request: best.request,
      exchange,
      accepted,
      leaving,
      ...(created === undefined ? {} : { created }),
      ...(astray === undefined ? {} : { astray }),
    }
  }

  async exchange(step: Step, use: Use, request: CallRequest): Promise<Exchange> {
    const person = await this.person(step.as)
    const http = toHttp(this.lab.charter, use, request, this.serverOf(use))
    // Also what only reads may do so but once.
    this.lab.deadEnds.isPristine = false
    forgetPointedAt(this)
    forgetSought(this)
    const exchange = await (person === undefined ? this.lab.send(http) : person.send(http))
    const { failure } = exchange
    if (failure !== undefined && ['budget', 'scope', 'cancelled', 'unreachable'].includes(failure.code))
      throw new Unreached(`\`${use.operation}\`: ${failure.message}`)
    return exchange
  }

  serverOf(use: Use): string {
    const source = this.lab.charter.operations.get(use.operation)?.shape.source ?? ''
    const server = this.lab.servers.get(source)
    if (server === undefined) throw new Unreached(`no address is known for source \`${source}\``)
    return server
  }

  private record(step: Step, use: Use, exchange: Exchange, manner: Manner, created: string | undefined): void {
    const captures =
      created === undefined || step.makes === undefined || use.object === undefined
        ? []
        : [{ name: step.makes, value: created, from: printReference(use.object.key) }]
    this.sent.push({
      use: use.id,
      operation: use.operation,
      as: step.as,
      purpose: manner.purpose ?? 'act',
      exchange,
      captures,
    })
  }
}
