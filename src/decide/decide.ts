/*
 * | of the uses of the operation                                         | decision                                             |
 * |----------------------------------------------------------------------|------------------------------------------------------|
 * | one has every demand satisfied, and owes nothing                     | allow                                                |
 * | one has every demand satisfied, and it or its answer must be changed | modify, with the obligations                         |
 * | none, but one lacks nothing except approvals                         | ask, with what is missing                            |
 * | none                                                                 | deny, with the reasons of the use that came nearest  |
 * | there are none                                                       | deny: unknown operation                              |
 *
 * An operation that moves objects of several types has uses for each: every type must be allowed by one of its own, deny wins over
 * ask, and the reasons and obligations of all are joined.
 *
 * The first use in file order counts at every line. Nearest: the fewest demands broken or not known. A demand that cannot be
 * evaluated is not satisfied. A use nothing permits (no `by`) never has every demand satisfied.
 */
import type { Call, Charter, Constraint, Operation, OperationId, Slot, Use } from '../charter/charter.ts'
import { type Context, makeContext } from '../constraint/context.ts'
import type { Facts } from '../constraint/facts.ts'
import type { Check, Owe, Shortfall } from '../constraint/kind.ts'
import { meaningOf } from '../constraint/kinds.ts'
import { makeScopePlan, type ScopePlan } from '../constraint/scope.ts'
import { objectsFor, refOf } from '../constraint/slot.ts'
import type { Decision, Reason } from './decision.ts'

interface Demand {
  readonly constraint: Constraint
  readonly check: Check
  /** The constraint as a sentence. */
  readonly rule: string
}

interface CompiledUse {
  readonly use: Use
  readonly permitted: boolean
  readonly plan: ScopePlan
  readonly demands: readonly Demand[]
  /** The demands that are no rules. */
  readonly others: readonly Demand[]
  readonly owes: readonly Owe[]
  readonly allowed: Decision
}

const compiledUses = new WeakMap<Charter, Map<Use, CompiledUse>>()
const compiledOperations = new WeakMap<
  Operation,
  { readonly charter: Charter; readonly groups: readonly (readonly CompiledUse[])[] }
>()
const none: readonly never[] = []

/**
 * Decides whether one call may happen now.
 *
 * Deny wins; nothing permitted is denied; a constraint that cannot be evaluated denies instead of being skipped. `ask` only if
 * missing approvals are all that stands in the way. The result names every constraint that settled it, in file order.
 *
 * Pure and total: reads no clock, network or disk. A deny is a result, never an exception. Never gives `defer`.
 *
 * @param facts - What was known before the call; never includes its effect.
 * @see docs/design/decision.md (truth table), cases/decide/
 */
export function decide(charter: Charter, facts: Facts, call: Call): Decision {
  const operation = charter.operations.get(call.operation)
  if (operation === undefined || operation.uses.length === 0) return unknownOperation(call.operation)
  const groups = groupsOf(charter, operation)
  const [only] = groups
  return only !== undefined && groups.length === 1
    ? decideOne(only, facts, call)
    : joined(groups.map((uses) => decideOne(uses, facts, call)))
}

/** Decides among the uses for one type of object. */
function decideOne(uses: readonly CompiledUse[], facts: Facts, call: Call): Decision {
  let best: Decision | undefined
  let distance = Number.POSITIVE_INFINITY
  for (const compiled of uses) {
    const context = contextOf(compiled.use, facts, call)
    const reasons = reasonsOf(compiled, context)
    if (reasons.length === 0) return allowed(compiled, context)
    // A use that only lacks approvals comes nearer than any other.
    const misses = reasons.reduce((count, reason) => (reason.outcome === 'ask' ? count : count + 1), 0)
    if (misses >= distance) continue
    distance = misses
    best = { effect: misses === 0 ? 'ask' : 'deny', use: compiled.use.id, reasons, obligations: none }
  }
  return best ?? unknownOperation(call.operation)
}

/** A use of another type than the first sees its own object as `object`. */
function contextOf(use: Use, facts: Facts, call: Call): Context {
  const own = use.object?.slot === undefined ? facts : { ...facts, objects: objectsFor(use, facts.objects) }
  return makeContext(use, own, call)
}

const rank: Readonly<Record<Decision['effect'], number>> = { deny: 4, defer: 3, ask: 2, modify: 1, allow: 0 }

function joined(decisions: readonly Decision[]): Decision {
  const worst = decisions.reduce((left, right) => (rank[right.effect] > rank[left.effect] ? right : left))
  const stops = rank[worst.effect] >= rank.ask
  return {
    ...worst,
    reasons: decisions.flatMap((each) => each.reasons),
    obligations: stops ? none : decisions.flatMap((each) => each.obligations),
  }
}

/** Every reason why a call does not satisfy one use, in file order; empty when it does. Pure and total. */
export function evaluateUse(charter: Charter, use: Use, facts: Facts, call: Call): readonly Reason[] {
  return reasonsOf(compileUse(charter, use), contextOf(use, facts, call))
}

/** Whether a use is permitted to anybody: it says who may, of its object or of an object it must name. */
export function isPermitted(use: Use): boolean {
  return use.constraints.some((each) => each.kind === 'by' && (each.slot === 'object' || mustBeThere(use, each.slot)))
}

/** Whether a call must name, or find, what stands in a slot: then who may make it is said by what they are to that. */
function mustBeThere(use: Use, slot: Slot): boolean {
  const ref = refOf(use, slot)
  return ref !== undefined && !ref.optional && !(ref.key.from === 'where' && ref.key.none)
}

/** The uses of an operation, those for each type of object together. */
function groupsOf(charter: Charter, operation: Operation): readonly (readonly CompiledUse[])[] {
  const known = compiledOperations.get(operation)
  if (known !== undefined && known.charter === charter) return known.groups
  const groups = new Map<string, CompiledUse[]>()
  for (const use of operation.uses) {
    const type = use.object?.type ?? ''
    const group = groups.get(type) ?? []
    group.push(compileUse(charter, use))
    groups.set(type, group)
  }
  const all = [...groups.values()]
  compiledOperations.set(operation, { charter, groups: all })
  return all
}

function compileUse(charter: Charter, use: Use): CompiledUse {
  let known = compiledUses.get(charter)
  if (known === undefined) {
    known = new Map()
    compiledUses.set(charter, known)
  }
  const before = known.get(use)
  if (before !== undefined) return before
  const site = { charter, use, plan: makeScopePlan(charter, use) }
  const meanings = use.constraints.map((constraint) => ({ constraint, meaning: meaningOf(constraint) }))
  const demands = meanings
    .filter(({ meaning }) => meaning.demands)
    .map(
      ({ constraint, meaning }): Demand => ({
        constraint,
        check: meaning.compile(site),
        rule: meaning.describe(charter),
      }),
    )
  const compiled: CompiledUse = {
    use,
    permitted: isPermitted(use),
    plan: site.plan,
    demands,
    others: demands.filter(({ constraint }) => constraint.kind !== 'when'),
    owes: meanings.flatMap(({ meaning }) => meaning.owe?.(site) ?? []),
    allowed: { effect: 'allow', use: use.id, reasons: none, obligations: none },
  }
  known.set(use, compiled)
  return compiled
}

function reasonsOf({ use, permitted, plan, demands, others }: CompiledUse, context: Context): readonly Reason[] {
  let reasons: Reason[] | undefined
  if (!permitted) reasons = [notPermitted(use)]
  for (const demand of plan.holds(context) ? others : demands) {
    const shortfall = demand.check(context)
    if (shortfall === undefined) continue
    reasons ??= []
    reasons.push(reasonOf(demand, shortfall))
  }
  return reasons ?? none
}

function allowed({ allowed: plain, owes, use }: CompiledUse, context: Context): Decision {
  if (owes.length === 0) return plain
  const obligations = owes.flatMap((owe) => owe(context) ?? none)
  return obligations.length === 0 ? plain : { effect: 'modify', use: use.id, reasons: none, obligations }
}

function reasonOf({ constraint, rule }: Demand, { outcome, detail, approval, lookUp }: Shortfall): Reason {
  const reason = { constraint: constraint.id, kind: constraint.kind, outcome, says: `${rule}: ${detail}` }
  return {
    ...reason,
    ...(approval === undefined ? {} : { approval }),
    ...(lookUp === undefined ? {} : { lookUp }),
  }
}

function notPermitted(use: Use): Reason {
  return { constraint: 'not-permitted', kind: 'by', outcome: 'broken', says: `nothing says who may use \`${use.id}\`` }
}

function unknownOperation(operation: OperationId): Decision {
  const says = `the charter does not cover \`${operation}\``
  return {
    effect: 'deny',
    reasons: [{ constraint: 'unknown-operation', kind: 'by', outcome: 'broken', says }],
    obligations: none,
  }
}
