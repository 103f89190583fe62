/** Objects that must belong together because a rule compares them, or because one is made under the other. */
import { comparisons } from '../../cel/traverse.ts'
import { bare } from '../../charter/bare.ts'
import type { Along, Charter, ObjectType, Ref, Slot, Use } from '../../charter/charter.ts'
import type { Pointer } from '../../charter/pointer.ts'
import { requestRoots } from './argument.ts'
import type { Builder } from './build.ts'
import { useById } from './graph.ts'
import { namedObjects } from './implicit-ref.ts'
import { writtenPath } from './instance.ts'
import { samePlace } from './origin.ts'
import type { Scenario, Step, Var } from './scenario.ts'

/** Whether what a slot names must be of the object acted on: a rule, other than the one left out, says that one names the other. */
export function isTied(charter: Charter, use: Use, slot: Slot, without?: string): boolean {
  return pairsOf(charter, use, without).some((pair) => pair.includes('object') && pair.includes(slot))
}

/**
 * What else a request names that a reference must be of: what a rule, other than the one left out, says that it names, or what it has
 * for its parent.
 */
export function aboveOf(charter: Charter, use: Use, ref: Ref, without?: string): Ref | undefined {
  const others = namedObjects(charter, use).filter((each) => each.slot !== ref.slot && each.object !== ref.object)
  const pairs = pairsOf(charter, use, without)
  const parent = charter.objects.get(ref.object)?.parent?.object
  const isSaid = ({ slot }: Ref) => pairs.some(([below, above]) => below === ref.slot && above === slot)
  return others.find(isSaid) ?? others.find(({ object }) => object === parent)
}

type Named = Omit<Ref, 'optional'>

/** What a request names of the type that is the parent of the object acted on. */
export function parentNamed(charter: Charter, use: Use, type: ObjectType): Ref | undefined {
  return namedObjects(charter, use).find(({ object, optional }) => object === type.parent?.object && !optional)
}

/** Slots of which a rule compares a member of the first with the key of the second; with any member of it for the object acted on. */
function pairsOf(charter: Charter, use: Use, without: string | undefined): (readonly [Slot, Slot])[] {
  const refs = namedObjects(charter, use)
  const own = use.object === undefined ? [] : [{ slot: 'object', object: use.object.type, key: use.object.key }]
  const rules = use.constraints.filter((each) => each.kind === 'when' && each.id !== without)
  const found = rules.flatMap((each) => (each.kind === 'when' ? comparisons(each.rule) : []))
  return found.flatMap(({ op, left, right }): (readonly [Slot, Slot])[] => {
    if (op !== '==') return []
    const sides = [writtenPath(left) ?? [], writtenPath(right) ?? []] as const
    return [sides, sides.toReversed()].flatMap(([of = [], by = []]) => {
      const below = of.length === 2 ? [...own, ...refs].find(({ slot }) => slot === of[0]) : undefined
      const above = [...own, ...refs].find(
        (named) => named !== below && (isKeyOf(charter, named, by) || isMemberOf(named, below, by)),
      )
      return below === undefined || above === undefined ? [] : [[below.slot, above.slot] as const]
    })
  })
}

function isMemberOf(named: Named, below: Named | undefined, [root, ...members]: readonly string[]): boolean {
  return root === named.slot && members.length === 1 && [named, below].some((each) => each?.slot === 'object')
}

/** Whether a path reads the key of what a slot names: in the object, or where the request says it. */
function isKeyOf(charter: Charter, { slot, object, key }: Named, [root, ...members]: readonly string[]): boolean {
  if (root === slot) return members.join('/') === charter.objects.get(object)?.key.join('/')
  if (key.from !== 'request' || root === undefined || !requestRoots.has(root)) return false
  const isThere = root === 'request' || root === key.in
  return isThere && members.join('/') === (key.in === 'body' ? key.pointer.join('/') : key.name)
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
  return object !== undefined &&
    spec !== undefined &&
    (isTied(builder.stage.charter, use, ref.slot) || parent === spec.type)
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
  const later = ref.key.from === 'object' ? namedLater(charter, steps, object, ref.object, ref.key.pointer) : undefined
  if (later !== undefined) return later
  const isParent =
    type?.parent?.object === ref.object && ref.key.from === 'object' && samePlace(type.parent.key, ref.key.pointer)
  return isParent && type.owner === 'parent' && spec.supply === 'found' ? object : undefined
}

/** What the last move of an object that says what stands at a place names there, as the sale that something is put into. */
function namedLater(
  charter: Charter,
  steps: readonly Step[],
  object: Var,
  type: string,
  place: Pointer,
): Var | undefined {
  const isSaid = ({ object: of, key }: Ref): boolean =>
    of === type &&
    key.from === 'request' &&
    bare((key.in === 'body' ? key.pointer.at(-1) : key.name) ?? '') === bare(place.at(-1) ?? '')
  return steps
    .filter((step) => step.object === object)
    .flatMap((step) => {
      const use = useById(charter, step.use)
      const ref = use === undefined ? undefined : namedObjects(charter, use).find(isSaid)
      return step.refs[ref?.slot ?? ''] ?? []
    })
    .at(-1)
}

/** The parent of an object, as far as the scenario says which it is. */
export function parentOf(charter: Charter, scenario: Pick<Scenario, 'steps' | 'vars'>, object: Var): Var | undefined {
  const parent = charter.objects.get(scenario.vars[object]?.type ?? '')?.parent
  if (parent === undefined) return undefined
  const key = { from: 'object', pointer: parent.key } as const
  return namedByObject(charter, scenario, object, { slot: 'parent', object: parent.object, key, optional: false })
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
