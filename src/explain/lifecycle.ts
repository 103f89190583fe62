import type { Charter, ObjectType, Use } from '../charter/charter.ts'
import { whoWords } from '../constraint/words.ts'

/** The start of every lifecycle, and where an object is before it exists. */
export const start = '[start]'

/** One arrow of a drawn lifecycle. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** The transition, without the object's name. */
  readonly name: string
  readonly who: string
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
  const arrows = moves.flatMap((use) => arrowsOf(type, use, whoMakes(charter, use)))
  const seen = new Set<string>()
  // Several operations may make one move; it is one arrow when the same people may use each.
  const once = arrows.filter((arrow) => {
    const key = JSON.stringify(arrow)
    return !seen.has(key) && seen.add(key)
  })
  const states = type.states.length === 0 ? ['exists'] : type.states
  return { object: type.name, states, final: type.final, arrows: once }
}

/** What another use makes along is made by whoever may make that. */
function whoMakes(charter: Charter, move: Use): string {
  const uses = charter.operations.get(move.operation)?.uses ?? []
  const use = move.kind === 'along' ? uses.find(({ along = [] }) => along.some((each) => each.use === move.id)) : move
  const by = use?.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  return by?.kind === 'by' ? whoWords(by.choices).replaceAll('`', '') : 'nobody'
}

function arrowsOf(type: ObjectType, use: Use, who: string): Arrow[] {
  const label = { name: nameOf(type, use), who }
  const all = type.states.length === 0 ? ['exists'] : type.states
  if (use.creates) return (use.to.length === 0 ? all.slice(0, 1) : use.to).map((to) => ({ from: start, to, ...label }))
  const from =
    use.from.length === 0 ? all.filter((state) => !type.final.includes(state) && state !== type.gone) : use.from
  return from.flatMap((state) => (use.to.length === 0 ? [state] : use.to).map((to) => ({ from: state, to, ...label })))
}

function nameOf(type: ObjectType, use: Use): string {
  return use.id.slice(type.name.length + 1).replace(/@.*$/, '')
}
