/** Which objects a call moves: the one it acts on, and those that one points to where their moves are made along. */
import type { ObjectFact, ObjectType, Use } from '../charter/charter.ts'
import { objectsFor } from '../constraint/slot.ts'
import type { Going } from './going.ts'

/** One object that a call moves, as it was before. */
export interface Move {
  readonly type: ObjectType
  readonly before: ObjectFact
  /** Where it is afterwards; nowhere else than before when empty. */
  readonly to: readonly string[]
  /** Where each use as which the call was allowed would lead it. */
  readonly outcomes: readonly (readonly string[])[]
}

/** The uses that a call was allowed as. */
export function usesOf({ force, call, uses }: Going): readonly Use[] {
  return (force.charter.operations.get(call.operation)?.uses ?? []).filter((use) => uses.includes(use.id))
}

/** Every object that a call moves and of which something is known. Pure. */
export function movesOf(going: Going): readonly Move[] {
  const { objects: types, operations } = going.force.charter
  const all = operations.get(going.call.operation)?.uses ?? []
  return usesOf(going).flatMap((use) => {
    const allowed = all.filter(({ id }) => (going.satisfied ?? [use.id]).includes(id))
    const objects = objectsFor(use, going.objects)
    const moves: Move[] = []
    const add = (typeName: string | undefined, slot: string, outcomesOf: (each: Use, state?: string) => Outcomes) => {
      const type = types.get(typeName ?? '')
      const before = objects[slot]
      if (type === undefined || before === undefined || before === null) return
      const [to = []] = outcomesOf(use, before.state)
      moves.push({ type, before, to, outcomes: allowed.flatMap((each) => outcomesOf(each, before.state)) })
    }
    if (!use.creates)
      add(use.object?.type, 'object', (each) => (each.object?.type === use.object?.type ? [each.to] : []))
    for (const slot of new Set(use.along?.map((each) => each.slot)))
      add(use.along?.find((each) => each.slot === slot)?.object, slot, (each, state) => alongFrom(each, slot, state))
    return moves
  })
}

type Outcomes = readonly (readonly string[])[]

/** Where the moves lead that are made along from a state. */
function alongFrom({ along = [] }: Use, slot: string, state: string | undefined): Outcomes {
  const open = along.filter((each) => each.slot === slot && (each.from.length === 0 || each.from.includes(state ?? '')))
  return open.map(({ to }) => to)
}
