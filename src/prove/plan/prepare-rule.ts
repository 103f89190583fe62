/** Brings the objects around a step into the states and facts that its demands ask for, by moves of those objects. */
import type { Slot, Use } from '../../charter/charter.ts'
import type { Builder, How } from './build.ts'
import { companionsOf, movesFrom, useById } from './graph.ts'
import { parentOf } from './lore.ts'
import type { Step, Var } from './scenario.ts'
import { stateRuleOf } from './state-rule.ts'
import { deepest } from './wants.ts'

/** Adds moves of the objects a step names, and of the parent of its object, where they are not yet as the step needs them. */
export function prepareRules(builder: Builder, use: Use, how: How, refs: Readonly<Record<Slot, Var>>): void {
  const { charter } = builder.stage
  if (how.depth > deepest) return
  for (const constraint of use.constraints) {
    if (constraint.id === how.wants.without) continue
    if (constraint.kind === 'when') {
      const rule = stateRuleOf(charter, use, constraint.rule)
      if (rule !== undefined && rule.slot !== 'object') demand(builder, how, refs, rule)
    } else if (constraint.kind === 'from' && constraint.slot !== 'object') demand(builder, how, refs, constraint)
  }
  for (const { constraint, slot, use: id } of builder.lore.first.get(use.id) ?? []) {
    const first = useById(charter, id)
    const name = varIn(builder, { object: how.object, refs }, slot)
    const done = builder.steps.some((step) => step.use === id && step.object === name)
    if (first !== undefined && name !== undefined && !done && constraint !== how.wants.without)
      builder.move(name, [first], how.depth + 1)
  }
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
  return parentOf(builder, type, step) ?? builder.pointed(type, object)
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
        : companionsOf(charter, use).find((each) => step.refs[each.object?.type ?? ''] === name)
    if (moved !== undefined && moved.to.length > 0) states = moved.to
  }
  return states
}
