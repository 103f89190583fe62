/** Objects that must belong together because a rule compares them, or because one is made under the other. */
import { comparisons } from '../../cel/traverse.ts'
import type { Along, Charter, Ref, Use } from '../../charter/charter.ts'
import type { Builder } from './build.ts'
import { useById } from './graph.ts'
import { writtenPath } from './instance.ts'
import { samePlace } from './origin.ts'
import type { Scenario, Step, Var } from './scenario.ts'

/** Whether what a slot names must be of the object acted on: a rule, other than the one left out, says that one names the other. */
export function isTied(use: Use, slot: string, without?: string): boolean {
  return use.constraints.some(
    (each) =>
      each.kind === 'when' &&
      each.id !== without &&
      comparisons(each.rule).some(({ op, left, right }) => {
        const roots = [left, right]
          .map((side) => writtenPath(side))
          .map((path) => (path?.length === 2 ? path[0] : undefined))
        return op === '==' && roots.includes('object') && roots.includes(slot)
      }),
  )
}

/** The object of a type that another one was made with; undefined where no step named one. */
export function madeWith(builder: Builder, object: Var | undefined, type: string): Var | undefined {
  const step = builder.steps.find((each) => each.makes !== undefined && each.makes === object)
  return Object.values(step?.refs ?? {}).find((name) => builder.vars[name]?.type === type)
}

/** The object acted on, when what a slot names must be made for it. */
export function madeFor(
  builder: Builder,
  use: Use,
  ref: { slot: string; object: string },
  object: Var | undefined,
): Var | undefined {
  const spec = builder.vars[object ?? '']
  const parent = builder.stage.charter.objects.get(ref.object)?.parent?.object
  return object !== undefined && spec !== undefined && (isTied(use, ref.slot) || parent === spec.type)
    ? object
    : undefined
}

/**
 * The object of a scenario that another one names at the place of a reference: the one it is found under, or was made with. Where it
 * is found and its owner is its parent's, it stands for its parent. Undefined where that is not known.
 */
export function namedByObject(
  charter: Charter,
  { steps, vars }: Pick<Scenario, 'steps' | 'vars'>,
  object: Var,
  ref: Ref,
): Var | undefined {
  const spec = vars[object]
  if (spec === undefined) return undefined
  if (vars[spec.under ?? '']?.type === ref.object) return spec.under
  const step = steps.find((each) => each.makes === object)
  const made = Object.values(step?.refs ?? {}).find((name) => vars[name]?.type === ref.object)
  if (made !== undefined) return made
  const type = charter.objects.get(spec.type)
  const isParent =
    type?.parent?.object === ref.object && ref.key.from === 'object' && samePlace(type.parent.key, ref.key.pointer)
  return isParent && type.owner === 'parent' && spec.supply === 'found' ? object : undefined
}

/** The move of an object that a step makes along with that of its own; undefined where it makes none, as far as is known. */
export function movedAlong(
  charter: Charter,
  scenario: Pick<Scenario, 'steps' | 'vars'>,
  { use: id, object }: Pick<Step, 'use' | 'object'>,
  name: Var,
): Along | undefined {
  const use = useById(charter, id)
  if (use?.along === undefined || object === undefined) return undefined
  return use.along.find(({ slot }) => {
    const ref = use.refs.find((each) => each.slot === slot)
    return ref !== undefined && namedByObject(charter, scenario, object, ref) === name
  })
}
