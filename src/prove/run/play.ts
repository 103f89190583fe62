/** Plays one scenario on the running system: a stage of people and objects, and the record of what was sent. */
import { type Expression, parseCel } from '../../cel/parse-cel.ts'
import type {
  CallRequest,
  Constraint,
  ConstraintId,
  ObjectFact,
  ObjectType,
  Principal,
  Slot,
  Use,
} from '../../charter/charter.ts'
import { callVariables } from '../../charter/linker.ts'
import { readObject, textOf } from '../../charter/object-fact.ts'
import { evaluateReference, getPointer, printReference, type Reference } from '../../charter/pointer.ts'
import { makeContext } from '../../constraint/context.ts'
import { makeScopePlan } from '../../constraint/scope.ts'
import type { Sent } from '../finding.ts'
import { useById } from '../plan/graph.ts'
import { namedObjects } from '../plan/implicit-ref.ts'
import { type Knob, knobsOf } from '../plan/knob.ts'
import { placeValue } from '../plan/place.ts'
import type { Scenario, Step, Var, Wish } from '../plan/scenario.ts'
import { type Attempt, type Problem, solve, variants } from '../plan/solve.ts'
import type { Exchange } from '../transport/exchange.ts'
import { findThing } from './find.ts'
import { allows, inShort, judge, type Lab, refuses, type Seen, type Signed, seenBy } from './lab.ts'
import { readThing } from './observe.ts'
import { isRecord, makeRequest, toHttp } from './request.ts'
import { tamper } from './tamper.ts'
import { knownOf, type Thing } from './thing.ts'
import { Held, Unreached } from './unreached.ts'

/** Demands that setup steps break on purpose in some abuses; others are broken for want of better objects. */
const daringKinds: ReadonlySet<string> = new Set(['by', 'separation', 'order', 'from', 'once', 'approval'])

/** Pauses between looks at something that was accepted and happens later (202). */
export const patienceMs: readonly number[] = [0, 50, 200, 600]

/** How a step shall be made. */
export interface Manner {
  /** The constraint to break, and what may break with it. */
  readonly target?: ConstraintId
  readonly tolerated?: ReadonlySet<ConstraintId>
  /** The request to send, when it is already decided. */
  readonly request?: CallRequest
  readonly purpose?: Sent['purpose']
}

export interface Made {
  readonly request: CallRequest
  readonly exchange: Exchange
  readonly accepted: boolean
  /** The key of the object it says it created. */
  readonly created?: string
}

export class Play {
  readonly lab: Lab
  readonly scenario: Scenario
  readonly things = new Map<Var, Thing>()
  readonly sent: Sent[] = []
  private readonly people = new Map<string, Signed>()

  constructor(lab: Lab, scenario: Scenario) {
    this.lab = lab
    this.scenario = scenario
  }

  /** Makes all steps before the last; throws `Unreached` at the first that does not work. */
  async setUp(skip: ReadonlySet<number> = new Set()): Promise<Step> {
    const last = this.scenario.steps.at(-1)
    if (last === undefined) throw new Unreached('nothing to do')
    for (const [index, step] of this.scenario.steps.slice(0, -1).entries()) {
      if (!skip.has(index)) await this.setUpStep(step)
    }
    return last
  }

  async setUpStep(step: Step): Promise<void> {
    const { seen, best } = await this.prepare(step, {})
    const forbidden = judge(this.lab, this.use(step), seen, best.request)
    const made = await this.make(step, { purpose: 'setup', request: best.request })
    if (made.accepted) return
    const what = `\`${step.use}\` as ${step.as} was refused: ${inShort(made.exchange)}`
    // A step the charter forbids belongs to the abuse: refusing it is what a sound system does.
    const daring = forbidden.some((reason) => reason.outcome !== 'unknown' && daringKinds.has(reason.kind))
    throw daring ? new Held(what) : new Unreached(what)
  }

  /** Puts the keys of this play into arguments found in another one. */
  withKeys(step: Step, request: CallRequest, keyed: CallRequest): CallRequest {
    const use = this.use(step)
    const places = [
      ...namedObjects(this.lab.charter, use).flatMap((ref) => (this.isCode(ref.object) ? [] : [ref.key])),
      ...(use.object === undefined ? [] : [use.object.key]),
    ]
    let bound: CallRequest = { ...request, path: { ...request.path, ...keyed.path } }
    for (const place of places) {
      if (place.from !== 'request') continue
      const key = evaluateReference(place, { request: { ...keyed, headers: keyed.header ?? {} } })
      if (key !== undefined) bound = placeValue(bound, place, key)
    }
    return bound
  }

  /** A type that nobody can look at is but a name for what an argument says, as the code of a coupon. */
  private isCode(type: string): boolean {
    return this.lab.charter.objects.get(type)?.read === undefined
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

  /** Somebody already on stage. */
  peek(role: string): Signed | undefined {
    return this.people.get(role)
  }

  async principal(role: string): Promise<Principal> {
    return (await this.person(role))?.principal ?? {}
  }

  /** The object a variable stands for; found among existing ones when no step makes it. */
  async thing(name: Var): Promise<Thing> {
    const known = this.things.get(name)
    if (known !== undefined) return known
    const found = await findThing(this, name)
    this.things.set(name, found)
    return found
  }

  /** Facts in every slot of a step, as last seen. */
  async objectsOf(step: Step): Promise<Record<Slot, ObjectFact | null>> {
    const use = this.use(step)
    const objects: Record<Slot, ObjectFact | null> = {}
    if (step.object !== undefined) {
      const thing = await this.thing(step.object)
      objects['object'] = thing.fact ?? null
      if (thing.parent !== undefined) objects['parent'] = thing.parent.fact ?? null
    }
    for (const [slot, name] of Object.entries(step.refs)) objects[slot] = (await this.thing(name)).fact ?? null
    for (const ref of use.refs) {
      if (ref.key.from !== 'object') continue
      const key = textOf(getPointer(objects['object']?.value, ref.key.pointer))
      if (key !== undefined) objects[ref.slot] = (await this.byKey(ref.object, key))?.fact ?? null
    }
    return objects
  }

  /** An object that others point to. */
  private async byKey(type: string, key: string): Promise<Thing | undefined> {
    const known = [...this.things.values()].find((thing) => thing.type.name === type && thing.key === key)
    if (known !== undefined) return known
    const objectType = this.lab.charter.objects.get(type)
    if (objectType === undefined) return undefined
    const thing: Thing = { type: objectType, key, path: {} }
    await readThing(this, thing, undefined)
    return thing
  }

  /** Finds arguments for a step: none of the charter's demands broken, or exactly the target. */
  async prepare(step: Step, manner: Manner): Promise<{ problem: Problem; seen: Seen; best: Attempt }> {
    const use = this.use(step)
    const objects = await this.objectsOf(step)
    const start = manner.request ?? (await this.startOf(step, use, objects))
    const seen = seenBy(this.lab, use, await this.principal(step.as), start, objects)
    const problem = this.problemOf(step, use, seen, start, manner)
    return {
      problem,
      seen,
      best: manner.request === undefined ? solve(problem) : { request: start, broken: [], unmet: 0, distance: 0 },
    }
  }

  /** Different requests that each break exactly the target. */
  async variantsOf(step: Step, manner: Manner, most: number): Promise<CallRequest[]> {
    const { problem } = await this.prepare(step, manner)
    return variants(problem, most)
  }

  /** Makes one step: decides arguments, sends, and learns from the answer. */
  async make(step: Step, manner: Manner = {}): Promise<Made> {
    const use = this.use(step)
    const { seen, best } = await this.prepare(step, manner)
    if (best.distance >= 1) throw new Unreached(this.explain(use, seen, best, manner))
    if (manner.target !== undefined && allows(this.lab, seen, best.request)) {
      throw new Unreached(`another use of \`${use.operation}\` allows this call`)
    }
    const exchange = await this.exchange(step, use, best.request)
    const accepted = !refuses(this.lab.charter, use, exchange)
    const created = use.creates ? this.createdKey(use, best.request, exchange) : undefined
    this.record(step, use, exchange, manner, created)
    if (accepted) await this.learn(step, use, best.request, seen, exchange, created)
    // What is accepted for later must not happen while the next step is looked at.
    if (accepted && manner.purpose === 'setup' && exchange.response?.status === 202) await this.awaitMove(step, seen)
    return { request: best.request, exchange, accepted, ...(created === undefined ? {} : { created }) }
  }

  async exchange(step: Step, use: Use, request: CallRequest): Promise<Exchange> {
    const person = await this.person(step.as)
    const http = toHttp(this.lab.charter, use, request, this.serverOf(use))
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

  /** A request with every name it must carry: keys of the object and its references, what the step adds. */
  private async startOf(
    step: Step,
    use: Use,
    objects: Readonly<Record<Slot, ObjectFact | null>>,
  ): Promise<CallRequest> {
    let request = makeRequest(this.lab.charter, use, this.lab.supply)
    const object = step.object === undefined ? undefined : await this.thing(step.object)
    if (object !== undefined) request = { ...request, path: { ...request.path, ...this.ownNames(use, object) } }
    for (const ref of namedObjects(this.lab.charter, use)) {
      const name = step.refs[ref.slot]
      if (ref.key.from === 'object') continue
      // An optional reference that is not given must not be there by way of an example; a mere code may.
      if (name === undefined && this.isCode(ref.object)) continue
      if (name === undefined) request = placeValue(request, ref.key, undefined)
      else request = placeValue(request, ref.key, (await this.thing(name)).key)
    }
    if (object !== undefined && use.object !== undefined) request = placeValue(request, use.object.key, object.key)
    for (const { at, value } of step.extra) {
      const place = { from: 'request', in: 'body', pointer: at } as const
      if ('idOf' in value) request = placeValue(request, place, (await this.principal(value.idOf)).id)
      else if ('value' in value) request = placeValue(request, place, value.value)
      else
        request = placeValue(
          request,
          place,
          await tamper(this, step, use, { at, request, objects, little: value.tamper === 'a little' }),
        )
    }
    return request
  }

  /** Path parameters an object was reached by before, such as its parent's. */
  private ownNames(use: Use, thing: Thing): Record<string, unknown> {
    const wanted = new Set(
      this.lab.charter.operations
        .get(use.operation)
        ?.shape.parameters.filter((each) => each.in === 'path')
        .map((each) => each.name),
    )
    return Object.fromEntries(Object.entries(thing.path).filter(([name]) => wanted.has(name)))
  }

  private problemOf(step: Step, use: Use, seen: Seen, start: CallRequest, manner: Manner): Problem {
    const wishes = this.wishesOf(step)
    const rules = use.constraints.flatMap((each) => this.expressionsOf(each, seen, use))
    const scopeFor = (expression: Expression) => this.scopeOf(use, seen, expression)
    const judged = (request: CallRequest): string[] =>
      judge(this.lab, use, seen, request).map((reason) => reason.constraint)
    return {
      start,
      tolerated: manner.tolerated ?? new Set(),
      ...(manner.target === undefined ? {} : { target: manner.target }),
      judge: (request) => {
        const open = wishes.filter((wish) => this.holds(wish, use, seen, request) !== wish.want)
        const soft = open.filter((wish) => wish.soft === true).length
        return { broken: judged(request), unmet: open.length - soft, soft }
      },
      // Wishes come first: a value near their boundary is less likely to get in the way of anything else.
      knobs: (request): readonly Knob[] => [
        ...wishes.flatMap((wish) =>
          knobsOf(
            this.lab.charter,
            use,
            wish.rule,
            request,
            this.wishScope(wish, use, seen),
            use.creates ? wish.slot : undefined,
          ),
        ),
        ...rules.flatMap((rule) => knobsOf(this.lab.charter, use, rule, request, scopeFor(rule))),
      ],
    }
  }

  /** Rules whose boundaries tell which arguments to try; a limit is one about what is left of it. */
  private expressionsOf(constraint: Constraint, seen: Seen, use: Use): Expression[] {
    if (constraint.kind === 'when') return [constraint.rule]
    if (constraint.kind === 'limit' && constraint.sum !== undefined) {
      const used = String(seen.facts.counters[constraint.id]?.sum ?? 0)
      const variables = [...callVariables, ...use.refs.map((ref) => ref.slot)]
      const left = parseCel(`(${constraint.sum.source}) + (${used}) <= (${constraint.atMost.source})`, variables)
      return left.ok ? [left.expression] : []
    }
    const needed =
      constraint.kind === 'approval' ? this.lab.charter.approvals.get(constraint.approval)?.neededWhen : undefined
    return needed === undefined ? [] : [needed]
  }

  /** Wishes that this step can fulfil: those on the step, and those on the object it makes. */
  private wishesOf(step: Step): readonly Wish[] {
    const made = step.makes === undefined ? [] : (this.scenario.vars[step.makes]?.wishes ?? [])
    const requestOnly = step.wishes.filter((wish) =>
      wish.rule.reads.every(([root]) => root === 'request' || root === 'body'),
    )
    // What is merely nice to have has the finer boundaries, so it is tried first.
    return [...made, ...requestOnly].toSorted((left, right) => Number(right.soft ?? false) - Number(left.soft ?? false))
  }

  private wishScope(wish: Wish, use: Use, seen: Seen) {
    const scopeOf = this.scopeOf(use, seen, wish.rule)
    if (!use.creates) return scopeOf
    // What the body does not say yet, as a fee, counts as nothing where a wish is only nice to have.
    const unsaid =
      wish.soft === true ? wish.rule.reads.filter(([root, member]) => root === wish.slot && member !== undefined) : []
    const nothing = Object.fromEntries(unsaid.map(([, member]) => [member ?? '', 0]))
    return (request: CallRequest) => ({
      ...scopeOf(request),
      [wish.slot]: isRecord(request.body) ? { ...nothing, ...request.body } : nothing,
    })
  }

  private holds(wish: Wish, use: Use, seen: Seen, request: CallRequest): boolean {
    return wish.rule.evaluate(this.wishScope(wish, use, seen)(request)) === true
  }

  private explain(use: Use, seen: Seen, best: Attempt, manner: Manner): string {
    const reasons = judge(this.lab, use, seen, best.request).filter((reason) => reason.constraint !== manner.target)
    if (manner.target !== undefined && !best.broken.includes(manner.target)) {
      const also =
        reasons.length === 0 ? '' : ` without also breaking ${reasons.map((each) => each.constraint).join(', ')}`
      return `no arguments were found for \`${use.id}\` that break ${manner.target}${also}`
    }
    if (reasons.length === 0) return `no arguments were found for \`${use.id}\` that bring what is wanted`
    return `\`${use.id}\` would ${manner.target === undefined ? '' : 'also '}break ${reasons.map((each) => `${each.constraint} (${each.says})`).join('; ')}`
  }

  /** The request with the amount nearest to a share of the largest that breaks nothing; undefined when nothing fits. */
  async sized(step: Step, limit: ConstraintId, share: number): Promise<CallRequest | undefined> {
    const { problem, seen, best } = await this.prepare(step, {})
    if (best.distance >= 1) return undefined
    const use = this.use(step)
    const constraint = use.constraints.find((each) => each.id === limit)
    const sum = constraint?.kind === 'limit' ? constraint.sum : undefined
    if (sum === undefined) return best.request
    const amount = (request: CallRequest) => Number(sum.evaluate(this.scopeOf(use, seen, sum)(request)))
    const fitting = [best.request, ...variants({ ...problem, start: best.request }, 40)]
    const goal = share * Math.max(...fitting.map(amount))
    return fitting
      .filter((each) => amount(each) > 0)
      .toSorted((left, right) => Math.abs(amount(left) - goal) - Math.abs(amount(right) - goal))[0]
  }

  /** Arguments of the rightful call with an idempotency key at its place. */
  async keyed(step: Step, at: Reference | undefined, key: string): Promise<CallRequest> {
    const { best } = await this.prepare(step, {})
    return at === undefined ? best.request : placeValue(best.request, at, key)
  }

  /** Whether an object a use says it created can be read. */
  async existsAs(step: Step, use: Use, key: string, attacker: string | undefined): Promise<boolean> {
    const type = this.lab.charter.objects.get(use.object?.type ?? '')
    if (type === undefined) return false
    if (type.read === undefined) return true
    const known = step.makes === undefined ? undefined : this.things.get(step.makes)
    const thing: Thing = {
      type,
      key,
      path: known?.path ?? {},
      maker: step.as,
      ...(known?.parent === undefined ? {} : { parent: known.parent }),
    }
    const sight = await readThing(this, thing, attacker)
    return sight !== undefined && sight !== null
  }

  private scopeOf(use: Use, seen: Seen, expression: Expression) {
    const plan = makeScopePlan(this.lab.charter, use)
    plan.add(expression)
    return (request: CallRequest) => ({ ...plan.scopeOf(makeContext(use, seen.facts, { ...seen.call, request })) })
  }

  createdKey(use: Use, request: CallRequest, exchange: Exchange): string | undefined {
    if (use.object === undefined || exchange.response === undefined || refuses(this.lab.charter, use, exchange))
      return undefined
    const { headers, json } = exchange.response
    const key = evaluateReference(use.object.key, {
      request: { ...request, headers: request.header ?? {} },
      response: { headers, body: json },
    })
    return textOf(key) ?? keyInside(json, this.lab.charter.objects.get(use.object.type))
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

  /** Notes an effective call, the object it made, and the state it left. */
  async learn(
    step: Step,
    use: Use,
    request: CallRequest,
    seen: Seen,
    exchange: Exchange,
    created: string | undefined,
  ): Promise<void> {
    const principal = seen.call.principal
    let made: ObjectFact | undefined
    if (step.makes !== undefined && use.object !== undefined) {
      const type = this.lab.charter.objects.get(use.object.type)
      if (type === undefined || created === undefined)
        throw new Unreached(`the answer of \`${use.operation}\` does not say the key of the new ${use.object.type}`)
      const thing = await this.newThing(type, created, step, request, principal)
      thing.learnt = membersOf(exchange.response?.json, type, created)
      made = await this.refresh(thing, exchange, use.to[0])
      this.things.set(step.makes, thing)
    } else if (step.object !== undefined) {
      const thing = await this.thing(step.object)
      await this.refresh(thing, exchange, use.to[0])
    }
    this.lab.past.push({
      ...seen.call,
      request,
      use: use.id,
      objects: seen.objects,
      ...(made === undefined ? {} : { created: made }),
    })
  }

  /** Looks at the object of a step, for a while, until it differs from what was seen before the step. */
  private async awaitMove(step: Step, { objects }: Seen): Promise<void> {
    const thing = step.object === undefined ? undefined : await this.thing(step.object)
    const before = JSON.stringify(objects['object']?.value)
    for (const wait of patienceMs) {
      if (thing === undefined || JSON.stringify(thing.fact?.value) !== before) return
      await this.lab.sleep(wait)
      await readThing(this, thing, undefined)
    }
  }

  private async newThing(
    type: ObjectType,
    key: string,
    step: Step,
    request: CallRequest,
    principal: Principal,
  ): Promise<Thing> {
    const parentVar = Object.values(step.refs).find((name) => this.scenario.vars[name]?.type === type.parent?.object)
    const parent = parentVar === undefined ? undefined : await this.thing(parentVar)
    return {
      type,
      key,
      path: { ...request.path },
      ...(principal.id === undefined ? {} : { creator: principal.id }),
      ...(parent === undefined ? {} : { parent }),
      maker: step.as,
    }
  }

  /** Brings a thing up to date: from the answer when that is the object, else by reading. */
  private async refresh(thing: Thing, exchange: Exchange, moved: string | undefined): Promise<ObjectFact | undefined> {
    if (thing.type.state === undefined && moved !== undefined) thing.followed = moved
    const json = exchange.response?.json
    const complete = textOf(getPointer(json, thing.type.key)) === thing.key && thing.type.read === undefined
    if (complete) thing.fact = readObject(thing.type, json, knownOf(thing, this.lab.now()))
    else await readThing(this, thing, undefined)
    thing.fact ??= readObject(thing.type, json ?? {}, knownOf(thing, this.lab.now()))
    return thing.fact
  }
}

/** Members of a new object that its maker is told and later reads may not show, such as a code. */
function membersOf(json: unknown, type: ObjectType, key: string): Readonly<Record<string, unknown>> {
  const candidates = [json, ...(isRecord(json) ? Object.values(json) : [])]
  const found = candidates.find((each) => textOf(getPointer(each, type.key)) === key)
  return isRecord(found) ? found : {}
}

/** The key of a new object when the answer wraps it, as `{ data: { id } }`. */
function keyInside(json: unknown, type: ObjectType | undefined): string | undefined {
  if (type === undefined || typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  for (const value of [json, ...Object.values(json)]) {
    const key = textOf(getPointer(value, type.key))
    if (key !== undefined) return key
  }
  return undefined
}
