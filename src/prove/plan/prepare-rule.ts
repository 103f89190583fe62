/** Brings the objects around a step into the states and facts that its demands ask for, by moves of those objects. */
import type { Slot, Use } from '../../charter/charter.ts'
import type { Builder, How } from './build.ts'
import { companionsOf, movesFrom, useById } from './graph.ts'
import { parentOf as knownParent, movedAlong, namedByObject } from './kin.ts'
import { parentOf } from './lore.ts'
import { pointed } from './pointed.ts'
import { has, maySideMove, type Preparation } from './preparation.ts'
import type { Step, Var } from './scenario.ts'
import { stateRuleOf } from './state-rule.ts'
import { deepest, type Wants } from './wants.ts'

/** Adds moves of the objects a step names, and of the parent of its object, where they are not yet as the step needs them. */
export function prepareRules(builder: Builder, use: Use, how: How, refs: Readonly<Record<Slot, Var>>): void {
  if (how.depth > deepest) return
  demandAll(builder, use, how, refs)
  for (const move of use.creates ? companionsOf(builder.stage.charter, use) : []) {
    const object = refs[move.object?.type ?? '']
    const now = object === undefined ? [] : plannedStates(builder, object)
    // What the call moves beside asks for its own, where it is the move of several that may be made.
    if (now.some((state) => move.from.includes(state))) demandAll(builder, move, { ...how, object, wants: {} }, {})
  }
  for (const preparation of builder.lore.first.get(use.id) ?? []) {
    const name = varIn(builder, { object: how.object, refs }, preparation.slot)
    if (name === undefined || preparation.constraint === how.wants.without) continue
    const { below } = preparation
    if (below === undefined) {
      if (staysWanted(builder, name, preparation, how.wants)) moveFirst(builder, name, preparation, { use, how })
    } else
      putBelow(
        builder,
        name,
        { ...preparation, below: { ...below, ...wantedOf(use, preparation, how.wants) } },
        how.depth,
      )
  }
}

/** Brings what a use points to, and what it names, into the states that it asks for. */
function demandAll(builder: Builder, use: Use, how: How, refs: Readonly<Record<Slot, Var>>): void {
  const { charter } = builder.stage
  for (const constraint of use.constraints) {
    if (constraint.id === how.wants.without) continue
    if (constraint.kind === 'when') {
      const rule = stateRuleOf(charter, use, constraint.rule)
      if (rule !== undefined && rule.slot !== 'object') demand(builder, how, refs, rule)
    } else if (constraint.kind === 'from' && constraint.slot !== 'object') {
      const named = use.refs.find((ref) => ref.slot === constraint.slot)?.object
      const states = builder.early(use, named) ?? constraint.states
      demand(builder, how, { ...pointedAt(builder, use, how.object), ...refs }, { slot: constraint.slot, states })
    }
  }
}

/** The states in which a scenario wants what the object points to, in place of those that the use asks for. */
function wantedOf(use: Use, { constraint }: Preparation, { states }: Wants): { readonly states?: readonly string[] } {
  const from = use.constraints.find((each) => each.id === constraint)
  const wanted = from?.kind === 'from' ? states?.[from.slot] : undefined
  return wanted === undefined ? {} : { states: wanted }
}

/** Whether a move that could be made right now leaves an object in the states that a scenario wants it in. */
function staysWanted(builder: Builder, name: Var, { use: id = '', slot }: Preparation, { states }: Wants): boolean {
  const move = useById(builder.stage.charter, id)
  const wanted = states?.[slot]
  const now = plannedStates(builder, name)
  if (move === undefined || wanted === undefined || !now.some((each) => move.from.includes(each))) return true
  return move.to.every((each) => wanted.includes(each))
}

/** Does something to an object before it is moved out of the states in which that may be done; at once where it never is in one. */
function whileAllowed(builder: Builder, name: Var, isAllowed: (state: string) => boolean, work: () => void): void {
  const later: Step[] = []
  const isIn = (states: readonly string[]) => states.length === 0 || states.some(isAllowed)
  while (!isIn(plannedStates(builder, name))) {
    const last = builder.steps.findLastIndex((step) => step.object === name)
    if (last < 0) {
      builder.steps.push(...later.splice(0))
      break
    }
    later.unshift(...builder.steps.splice(last))
  }
  work()
  builder.steps.push(...later)
}

/** A move of an object, with what is wished of it; not where it was made so already. */
function moveFirst(
  builder: Builder,
  name: Var,
  { use: id = '', wishes }: Preparation,
  { use, how }: { readonly use: Use; readonly how: How },
): void {
  const first = useById(builder.stage.charter, id)
  const isDone = (step: Step) =>
    step.use === id && step.object === name && wishes.every((wish) => has(step.wishes, wish))
  if (first === undefined || builder.steps.some(isDone)) return
  const isAllowed = (state: string) => first.from.length === 0 || first.from.includes(state)
  whileAllowed(builder, name, isAllowed, () => {
    const known = builder.steps.length
    // The first of two decisions by the same call leaves the second to whoever makes that.
    const ahead = first.operation === use.operation ? { use, member: how.member } : undefined
    builder.move(name, [first], how.depth + 1, ahead)
    for (const [index, step] of builder.steps.entries())
      if (index >= known && step.use === id && wishes.length > 0)
        builder.steps[index] = { ...step, wishes: [...step.wishes, ...wishes] }
  })
}

/** Things below an object, in the states and with the arguments wanted: those made on the way, and as many more as are needed. */
function putBelow(
  builder: Builder,
  name: Var,
  { below, wishes }: Preparation & { readonly below: NonNullable<Preparation['below']> },
  depth: number,
): void {
  const type = builder.stage.charter.objects.get(below.type)
  if (type === undefined) return
  const { charter } = builder.stage
  const isOf = (step: Step) =>
    builder.vars[step.makes ?? '']?.type === type.name && Object.values(step.refs).includes(name)
  const there = builder.steps.flatMap((step) => {
    const own = builder.vars[step.makes ?? '']?.wishes ?? []
    return isOf(step) && step.makes !== undefined && wishes.every((wish) => has(own, wish)) ? [step.makes] : []
  })
  const known = builder.steps.length
  for (const child of there) {
    const now = plannedStates(builder, child)
    const [from] = now
    if (from === undefined || below.states.length === 0 || now.some((each) => below.states.includes(each))) continue
    builder.move(child, movesFrom(type, from, below.states, undefined, builder.lore.avoid) ?? [], depth + 1)
  }
  showOn(builder, name, known)
  if (there.length >= below.count) return
  const parent = charter.objects.get(builder.vars[name]?.type ?? '')
  const makers = type.transitions.filter((each) => each.creates)
  const isAllowed = (state: string) =>
    parent === undefined || makers.some((each) => maySideMove(charter, each, parent, state))
  whileAllowed(builder, name, isAllowed, () => {
    const from = builder.steps.length
    const owner = builder.owners.get(name)
    for (let count = there.length; count < below.count; count++)
      builder.supply(type.name, { owner, states: below.states, wishes, depth: depth + 1, near: name })
    showOn(builder, name, from)
  })
}

/** Steps on other objects, of which this one shows what they do. */
function showOn(builder: Builder, name: Var, from: number): void {
  for (const [index, step] of builder.steps.entries())
    if (index >= from && (step.object ?? step.makes) !== name) builder.steps[index] = { ...step, shows: name }
}

/** What the object of a step names by itself, as far as the way tells. */
export function pointedAt({ stage, steps, vars }: Builder, use: Use, object: Var | undefined): Record<Slot, Var> {
  const found: Record<Slot, Var> = {}
  for (const ref of use.refs) {
    if (ref.key.from !== 'object' || object === undefined) continue
    const name = namedByObject(stage.charter, { steps, vars }, object, ref)
    if (name !== undefined) found[ref.slot] = name
  }
  return found
}

function demand(
  builder: Builder,
  how: How,
  refs: Readonly<Record<Slot, Var>>,
  { slot, states }: { readonly slot: Slot; readonly states: readonly string[] },
): void {
  const name = varIn(builder, { object: how.object, refs }, slot)
  if (name === undefined) return
  const wanted = how.wants.states?.[slot] ?? states
  const type = builder.stage.charter.objects.get(builder.vars[name]?.type ?? '')
  const now = plannedStates(builder, name)
  const [from] = now
  if (type === undefined || from === undefined || now.some((each) => wanted.includes(each))) return
  builder.move(name, movesFrom(type, from, wanted, undefined, builder.lore.avoid) ?? [], how.depth + 1)
}

/** What a step has in a slot. */
export function varIn(builder: Builder, { object, refs }: StepSlots, slot: Slot): Var | undefined {
  if (slot === 'object') return object
  return slot === 'parent' ? parentVar(builder, object) : refs[slot]
}

interface StepSlots {
  readonly object?: Var | undefined
  readonly refs: Readonly<Record<Slot, Var>>
}

/** The parent of an object: what a step named when it was made, else what the object itself will say. */
export function parentVar(builder: Builder, object: Var | undefined): Var | undefined {
  if (object === undefined) return undefined
  const { objects } = builder.stage.charter
  const type = objects.get(objects.get(builder.vars[object]?.type ?? '')?.parent?.object ?? '')
  if (type === undefined) return undefined
  const step: Pick<Step, 'object'> = { object }
  const above =
    builder.vars[object]?.supply === 'made' ? knownParent(builder.stage.charter, builder, object) : undefined
  return above ?? parentOf(builder, type, step) ?? pointed(builder, type, object)
}

/** The states an object may be in after the steps so far; empty when that is not known. */
export function plannedStates(builder: Builder, name: Var): readonly string[] {
  const { charter } = builder.stage
  const spec = builder.vars[name]
  let states: readonly string[] = spec?.states ?? []
  for (const step of builder.steps) {
    const use = useById(charter, step.use)
    if (use === undefined) continue
    const moved =
      (step.object ?? step.makes) === name
        ? use
        : (companionsOf(charter, use).find((each) => step.refs[each.object?.type ?? ''] === name) ??
          movedAlong(charter, builder, step, name))
    if (moved !== undefined && moved.to.length > 0) states = moved.to
  }
  return states
}
