import type { Charter, ObjectType, Use, UseId } from '../charter/charter.ts'
import { groupBy } from '../charter/group-by.ts'
import { whoWords } from '../constraint/words.ts'
import { type Mark, marksOf } from './mark.ts'

/** The start of every lifecycle, and where an object is before it exists. */
export const start = '[start]'

/** One arrow of a drawn lifecycle. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** The transition, without the object's name. */
  readonly name: string
  readonly who: string
  readonly marks: readonly Mark[]
  /** Several when several operations make this move, for the same people under the same marks. */
  readonly uses: readonly UseId[]
}

/** A lifecycle as a graph: states in file order and an arrow for every pair of states a transition connects. */
export interface Lifecycle {
  readonly object: string
  readonly states: readonly string[]
  readonly final: readonly string[]
  readonly arrows: readonly Arrow[]
}

/** The lifecycles of a charter that have something to draw. */
export function lifecyclesOf(charter: Charter): Lifecycle[] {
  return [...charter.objects.values()]
    .map((type) => lifecycleOf(charter, type))
    .filter((lifecycle) => lifecycle.arrows.length > 0)
}

function lifecycleOf(charter: Charter, type: ObjectType): Lifecycle {
  // Ways of looking move nothing and would hide those that do.
  const moves = type.transitions.filter(
    (use) => use.to.length > 0 || charter.operations.get(use.operation)?.writes === true,
  )
  const arrows = moves.flatMap((use) => arrowsOf(charter, type, use))
  const alike = groupBy(arrows, ({ uses: _, ...arrow }) => JSON.stringify(arrow))
  const once = [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, uses: [...first.uses, ...others.flatMap(({ uses }) => uses)] }],
  )
  const states = type.states.length === 0 ? ['exists'] : type.states
  return { object: type.name, states, final: type.final, arrows: once }
}

/** What another use makes along is made by whoever may make that, under what is demanded of it. */
function madeBy(charter: Charter, move: Use): Use {
  const uses = charter.operations.get(move.operation)?.uses ?? []
  const isMaker = ({ along = [] }: Use): boolean => along.some((each) => each.use === move.id)
  return (move.kind === 'along' ? uses.find(isMaker) : undefined) ?? move
}

function whoMakes(use: Use): string {
  const by = use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  return by?.kind === 'by' ? whoWords(by.choices).replaceAll('`', '') : 'nobody'
}

function arrowsOf(charter: Charter, type: ObjectType, use: Use): Arrow[] {
  const maker = madeBy(charter, use)
  const label = { name: nameOf(type, use), who: whoMakes(maker), marks: marksOf(maker), uses: [maker.id] }
  const all = type.states.length === 0 ? ['exists'] : type.states
  if (use.creates) return (use.to.length === 0 ? all.slice(0, 1) : use.to).map((to) => ({ from: start, to, ...label }))
  const from =
    use.from.length === 0 ? all.filter((state) => !type.final.includes(state) && state !== type.gone) : use.from
  return from.flatMap((state) => (use.to.length === 0 ? [state] : use.to).map((to) => ({ from: state, to, ...label })))
}

function nameOf(type: ObjectType, use: Use): string {
  return use.id.slice(type.name.length + 1).replace(/@.*$/, '')
}
