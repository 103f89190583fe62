/** What the object of a step points to and its call moves along. */
import type { Along, Slot, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { companionsOf } from '../../plan/graph.ts'
import type { Step, Var } from '../../plan/scenario.ts'
import type { Play } from './play.ts'
import type { Thing } from './thing.ts'

/** One thing on stage that a step moves along. */
export interface Follower {
  readonly name: Var
  readonly thing: Thing
  readonly along: Along
}

/** The things on stage that a step, or what the same call does to other objects, moves along. */
export function followersOf(play: Play, step: Step): Follower[] {
  const use = play.use(step)
  const own = step.object === undefined ? undefined : play.things.get(step.object)
  const others = companionsOf(play.lab.charter, use).flatMap((each) => {
    const thing = play.things.get(step.refs[each.object?.type ?? ''] ?? '')
    return pointedBy(play, each, thing)
  })
  return [...pointedBy(play, use, own), ...others]
}

function pointedBy(play: Play, use: Use, thing: Thing | undefined): Follower[] {
  return (use.along ?? []).flatMap((along) => {
    const ref = use.refs.find(({ slot }) => slot === along.slot)
    const key = ref?.key.from === 'object' ? textOf(getPointer(thing?.fact?.value, ref.key.pointer)) : undefined
    const found = [...play.things].find(([, each]) => each.type.name === along.object && each.key === key)
    return found === undefined ? [] : [{ name: found[0], thing: found[1], along }]
  })
}

/** Puts on stage what a call moves along, so that it is looked at like what the call acts on. */
export function bringAlong({ things }: Play, use: Use, slot: Slot, thing: Thing | undefined): void {
  const isMoved = use.along?.some((each) => each.slot === slot) === true
  if (isMoved && thing !== undefined && ![...things.values()].includes(thing)) things.set(slot, thing)
}

/** Where a move along leads from a state; undefined where it stays. */
export function ledTo({ from, to }: Along, state: string | undefined): string | undefined {
  return from.length === 0 || from.includes(state ?? '') ? to[0] : undefined
}
