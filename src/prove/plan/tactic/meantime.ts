/** What else may happen between that which made an act rightful and the act: moves by whoever may, that change what a rule reads. */
import { comparisons } from '../../../cel/traverse.ts'
import type { Charter, ObjectType, Slot, Use } from '../../../charter/charter.ts'
import { propertiesOf } from '../../../charter/source/schema.ts'
import { slotType } from '../../../constraint/slot.ts'
import { requestRoots } from '../argument.ts'
import { Builder } from '../build.ts'
import { type Member, sameTenant } from '../cast.ts'
import { mainsOf, movesFrom } from '../graph.ts'
import { writtenPath } from '../instance.ts'
import { plannedStates } from '../prepare-rule.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { possible, Unbuildable } from '../wants.ts'
import { baseWants, type ConstraintOf, type Draft } from './draft.ts'
import { sharedSlot, withSoMany } from './little.ts'
import { varOfAct } from './pointed.ts'

const mostOfObject = 3
const mostScenarios = 8
/** How often the same act is made before, until there is nothing left. */
const fills = [1, 2, 3]

/**
 * The rightful way, with something else done right before the act: a move of an object that the rule reads, the same act on another
 * object of the same kind, or what happens to objects around them. Whether the rule is false then is seen when it is played.
 */
export function inTheMeantime(draft: Draft, constraint: ConstraintOf<'when'>): Scenario[] {
  const roots = constraint.rule.reads.map(([root = '']) => (root === 'state' ? 'object' : root))
  const slots = [...new Set(roots)].filter((root) => slotType(draft.stage.charter, draft.use, root) !== undefined)
  const makes = [
    ...slots.flatMap((slot) => movesOf(draft, slot).map((move) => () => moved(draft, slot, move))),
    ...fills.map((times) => () => filled(draft, constraint, slots, times)),
    ...elsewhere(draft, slots).map((use) => () => done(draft, use)),
  ]
  const scenarios: Scenario[] = []
  for (const make of makes) {
    if (scenarios.length === mostScenarios) break
    const scenario = possible(make)
    if (scenario !== undefined) scenarios.push(scenario)
  }
  return scenarios
}

const mostOutdating = 2

/**
 * What a call says of an object, as its version or its total, may be outdated when it is made: the rightful way, with a move of the
 * object right before the act. Only for rules by which both must be the same.
 */
export function outdated(draft: Draft, { rule }: ConstraintOf<'when'>): Scenario[] {
  const { charter } = draft.stage
  const said = comparisons(rule).flatMap(({ op, left, right }) => {
    const paths = [left, right].map((side) => writtenPath(side) ?? [])
    return op === '==' && paths.some(([root = '']) => requestRoots.has(root)) ? paths : []
  })
  const found = new Map<Use, readonly Scenario[]>()
  for (const [slot = '', ...members] of said) {
    if (slotType(charter, draft.use, slot) === undefined) continue
    const isNamed = slot === 'object' || slot === 'parent' || isSaid(draft, slot)
    for (const move of movesOf(draft, slot)) {
      // What is only pointed to has moves enough that are nothing to what is read of it.
      if (!isNamed && !takesMember(charter, move, members)) continue
      const plain = move.operation === draft.use.operation ? undefined : possible(() => moved(draft, slot, move))
      if (plain === undefined || found.has(move) || found.size === mostOutdating) continue
      // An example may say again what is so already.
      found.set(move, [plain, ...(takesMember(charter, move, members) ? [tampered(plain, members)] : [])])
    }
  }
  return [...found.values()].flat()
}

/** Whether the request says what stands in a slot. */
function isSaid({ use }: Draft, slot: Slot): boolean {
  return use.refs.some((ref) => ref.slot === slot && ref.key.from !== 'object')
}

function takesMember(charter: Charter, { operation }: Use, [name = '', ...deeper]: readonly string[]): boolean {
  const shape = charter.operations.get(operation)?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  if (shape?.body === undefined || home === undefined || deeper.length > 0) return false
  return Object.hasOwn(propertiesOf(home, shape.body.schema), name)
}

/** The move before the act changes a member a little. */
function tampered(scenario: Scenario, at: readonly string[]): Scenario {
  const change = scenario.steps.at(-2)
  const steps = scenario.steps.map((step) =>
    step === change ? { ...step, extra: [...step.extra, { at, value: { tamper: 'a little' } as const }] } : step,
  )
  return { ...scenario, steps }
}

/** Moves of the object in a slot after which the act may still be made. */
function movesOf({ stage, use }: Draft, slot: Slot): Use[] {
  const allowed = statesIn(use, slot)
  return (slotType(stage.charter, use, slot)?.transitions ?? [])
    .filter(
      (move) =>
        !move.creates &&
        // What the act itself moves along is moved by the same act on another object.
        !mainsOf(stage.charter, move).includes(use) &&
        isWriting(stage.charter, move) &&
        (allowed.length === 0 ||
          (move.to.length === 0
            ? move.from.length === 0 || move.from.some((each) => allowed.includes(each))
            : move.to.every((each) => allowed.includes(each)))),
    )
    .slice(0, mostOfObject)
}

function statesIn(use: Use, slot: Slot): readonly string[] {
  const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
  return from?.kind === 'from' ? from.states : slot === 'object' ? use.from : []
}

function isWriting(charter: Charter, use: Use): boolean {
  return charter.operations.get(use.operation)?.writes === true
}

/**
 * Uses on other objects that may change what a rule reads: what the objects that the rule reads belong to or name is moved by, each
 * type by what brings its objects to their end.
 */
function elsewhere(draft: Draft, slots: readonly Slot[]): Use[] {
  const { charter } = draft.stage
  const read = slots.flatMap((slot) => slotType(charter, draft.use, slot)?.name ?? [])
  const named = (types: ReadonlySet<string>) =>
    [...charter.objects.values()]
      .filter(({ name }) => types.has(name))
      .flatMap((type) => [
        ...(type.parent === undefined ? [] : [type.parent.object]),
        ...type.transitions.flatMap(({ refs }) => refs.map(({ object }) => object)),
      ])
  const near = new Set([...read, ...named(new Set(read))])
  const around = [...charter.objects.values()].filter(
    (type) => type.name !== draft.use.object?.type && named(new Set([type.name])).some((name) => near.has(name)),
  )
  const ends = around.flatMap((type) => lastMove(charter, type) ?? [])
  return [...new Set(ends)].filter((use) => use !== draft.use && isWriting(charter, use))
}

/** What brings an object to its end, where that is for good; else the last that can be done to it. */
function lastMove(charter: Charter, type: ObjectType): Use | undefined {
  const uses = type.transitions.filter((use) => use.kind !== 'along' && isWriting(charter, use))
  const moves = uses.filter((use) => !use.creates)
  return (
    moves.find(({ to }) => to.length > 0 && to.every((each) => type.final.includes(each))) ?? moves.at(-1) ?? uses[0]
  )
}

/** The rightful way, and one move more of the object in a slot. Throws `Unbuildable`. */
function moved(draft: Draft, slot: Slot, move: Use): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const act = builder.steps.at(-1)
  const name = act === undefined ? undefined : varOfAct(draft, builder, act, slot)
  const type = draft.stage.charter.objects.get(builder.vars[name ?? '']?.type ?? '')
  if (act === undefined || name === undefined || type === undefined) throw new Unbuildable(`nothing is the ${slot}`)
  builder.steps.pop()
  const [now] = plannedStates(builder, name)
  const there = move.from.length === 0 || now === undefined ? [] : movesFrom(type, now, move.from)
  if (there === undefined) throw new Unbuildable(`no moves lead to where \`${move.id}\` may be made`)
  builder.move(name, there, 0)
  return before(builder, act, move, () => builder.move(name, [move], 0))
}

/** The rightful way to the act, and another use on another object. Throws `Unbuildable`. */
function done(draft: Draft, use: Use): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const act = builder.steps.pop()
  if (act === undefined) throw new Unbuildable('nothing to do')
  return before(builder, act, use, () => builder.addAct(use, baseWants(draft.stage, use)))
}

/** The rightful way to the act, and the same act so many times on other objects, with as much in common as there is. Throws `Unbuildable`. */
function filled(draft: Draft, constraint: ConstraintOf<'when'>, slots: readonly Slot[], times: number): Scenario {
  const { use } = draft
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(use, draft.base)
  const act = builder.steps.pop()
  if (act === undefined) throw new Unbuildable('nothing to do')
  const near = sharedBy(draft, builder, act, slots)
  const slot = sharedSlot(constraint)
  if (times > 1 && (slot === undefined || near === undefined)) throw new Unbuildable('nothing is shared')
  const others = isForEach(use) ? othersFor(builder, use, act.as) : []
  if (others.length > 0 && others.length < times) throw new Unbuildable('nobody else may do it')
  for (let count = 0; count < times; count++) {
    const member = others[count]
    if (count > 0) builder.steps.pop()
    before(builder, act, use, () =>
      builder.addAct(use, { ...draft.base, near, ...(member === undefined ? {} : { member }) }),
    )
  }
  const scenario = builder.scenario()
  // There must be as many as are taken before.
  return slot === undefined ? scenario : withSoMany(draft, { slot, rule: constraint.rule, count: times }, scenario)
}

/** Whether somebody may make a use once, or so often, for what it names. */
function isForEach({ constraints }: Use): boolean {
  return constraints.some((each) => (each.kind === 'once' || each.kind === 'limit') && each.per.includes('principal'))
}

/** Others who may make a use, those of the same tenant first. */
function othersFor({ stage, casting }: Builder, use: Use, as: string): Member[] {
  const usual = stage.members.find(({ name }) => name === as)
  const isNear = (each: Member) => usual !== undefined && sameTenant(each, usual)
  const others = casting.able(use, undefined).filter((each) => each !== usual)
  return others.toSorted((left, right) => Number(isNear(right)) - Number(isNear(left)))
}

/** What the rule reads beside the object acted on: the same act on another object that has the same there may change it. */
function sharedBy(draft: Draft, builder: Builder, act: Step, slots: readonly Slot[]): Var | undefined {
  const others = slots.filter((slot) => slot !== 'object')
  return others.flatMap((slot) => possible(() => varOfAct(draft, builder, act, slot)) ?? [])[0]
}

/** The steps that a use needs, and then the act. What the same call uses up is not shared by both. */
function before(builder: Builder, act: Step, use: Use, add: () => void): Scenario {
  const known = builder.steps.length
  const isSame = use.id === act.use
  if (isSame) builder.steps.push(act)
  add()
  if (isSame) builder.steps.splice(known, 1)
  const other = builder.steps.pop()
  if (other !== undefined) builder.steps.push({ ...other, purpose: 'setup' })
  builder.steps.push(act)
  return builder.scenario()
}
