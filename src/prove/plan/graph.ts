import type { Charter, ObjectType, Use } from '../../charter/charter.ts'
import { usesNamed } from '../../charter/named.ts'

/** A way through a lifecycle: the creating use first. */
export type Way = readonly Use[]

const longest = 12
/** What a move that may lead elsewhere costs beside the one that it is. */
const doubt = 2
const nothing: ReadonlySet<string> = new Set()

/**
 * The shortest ways to create an object and bring it into one of the given states, shortest first; one for each first and last use.
 *
 * An empty list of states means: created is enough. Transitions with several outcomes count as reaching each of them, and come after
 * somewhat longer ways without such.
 *
 * @param avoid - Uses not to go by, and outcomes not to count on, as `use>state`.
 */
export function waysTo(
  type: ObjectType,
  states: readonly string[],
  through?: Use,
  avoid: ReadonlySet<string> = nothing,
): Way[] {
  const creators = type.transitions.filter((use) => use.creates && !avoid.has(use.id))
  if (states.length === 0) return creators.map((use) => [use])
  const ways: Way[] = []
  for (const creator of creators) {
    for (const start of creator.to.length === 0 ? [undefined] : creator.to) {
      if (avoid.has(`${creator.id}>${start}`)) continue
      const way = search(type, creator, start, { states, through, avoid })
      if (way !== undefined) ways.push(way)
    }
  }
  const total = (way: Way): number => way.reduce((sum, use) => sum + costOf(use), 0)
  return ways.toSorted((left, right) => total(left) - total(right))
}

interface Node {
  readonly state: string | undefined
  readonly moves: Way
  readonly passed: boolean
  readonly cost: number
}

function costOf({ to }: Use): number {
  return to.length > 1 ? 1 + doubt : 1
}

function search(
  type: ObjectType,
  creator: Use,
  start: string | undefined,
  { states, through, avoid }: { states: readonly string[]; through: Use | undefined; avoid: ReadonlySet<string> },
): Way | undefined {
  const moves = movesFrom(type, start, states, creator === through ? undefined : through, avoid)
  return moves === undefined ? undefined : [creator, ...moves]
}

/** The shortest moves from one state to one of others; undefined when there are none. */
export function movesFrom(
  type: ObjectType,
  start: string | undefined,
  states: readonly string[],
  through?: Use,
  avoid: ReadonlySet<string> = nothing,
): Way | undefined {
  const go = (anywhere: boolean) => shortest(type, start, states, { through, avoid, anywhere })
  return go(false) ?? go(true)
}

/** @param anywhere - Also by moves that say no `from`: they are possible in every state, but may not be meant as a way. */
function shortest(
  type: ObjectType,
  start: string | undefined,
  states: readonly string[],
  {
    through,
    avoid,
    anywhere,
  }: { readonly through: Use | undefined; readonly avoid: ReadonlySet<string>; readonly anywhere: boolean },
): Way | undefined {
  const queue: Node[] = [{ state: start, moves: [], passed: through === undefined, cost: 0 }]
  const seen = new Set<string>()
  for (let node = nearest(queue); node !== undefined; node = nearest(queue)) {
    const { state, moves } = node
    if (node.passed && state !== undefined && states.includes(state)) return moves
    const mark = `${state}/${node.passed}`
    if (state === undefined || seen.has(mark) || moves.length > longest) continue
    seen.add(mark)
    for (const use of type.transitions) {
      const leaves = use.from.includes(state) || (anywhere && use.from.length === 0)
      if (use.creates || !leaves || avoid.has(use.id)) continue
      const passed = node.passed || use === through
      for (const next of use.to.length === 0 ? [state] : use.to)
        if (!avoid.has(`${use.id}>${next}`))
          queue.push({ state: next, moves: [...moves, use], passed, cost: node.cost + costOf(use) })
    }
  }
  return undefined
}

/** Takes the cheapest out of a queue, the first of several. */
function nearest(queue: Node[]): Node | undefined {
  const least = Math.min(...queue.map(({ cost }) => cost))
  const [node] = queue.splice(
    queue.findIndex(({ cost }) => cost === least),
    1,
  )
  return node
}

/** Every state a new object can come into. */
export function reachableStates(type: ObjectType): ReadonlySet<string> {
  const reached = new Set(type.transitions.filter((use) => use.creates).flatMap((use) => use.to))
  for (let size = -1; size !== reached.size; ) {
    size = reached.size
    for (const use of type.transitions) {
      if (!use.creates && use.from.some((state) => reached.has(state))) for (const state of use.to) reached.add(state)
    }
  }
  return reached
}

/** Whether a state comes before others: some way leads from it to one of them. */
export function leadsTo(type: ObjectType, from: string, states: readonly string[]): boolean {
  const seen = new Set<string>([from])
  const queue = [from]
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const use of type.transitions) {
      if (use.creates || !use.from.includes(state)) continue
      for (const next of use.to) {
        if (states.includes(next)) return true
        if (!seen.has(next)) {
          seen.add(next)
          queue.push(next)
        }
      }
    }
  }
  return false
}

/** Whether a state is come into from others only, as being suspended from being active. */
export function comesAfter({ states, transitions }: ObjectType, state: string, others: readonly string[]): boolean {
  const made = transitions.filter((use) => use.creates).flatMap(({ to }) => to)
  const seen = new Set((made.length > 0 ? made : states.slice(0, 1)).filter((each) => !others.includes(each)))
  for (const each of seen)
    for (const use of transitions)
      if (!use.creates && use.from.includes(each)) for (const next of use.to) if (!others.includes(next)) seen.add(next)
  return !seen.has(state)
}

/** The uses of an operation that act on a given type, or any use of it. */
export function usesOf(charter: Charter, name: string, type?: string): readonly Use[] {
  const uses = usesNamed(charter, name)
  const fitting = uses.filter((use) => type === undefined || use.object?.type === type)
  return fitting.length > 0 ? fitting : uses
}

/** A use by its id; undefined when the charter has none such. */
export function useById(charter: Charter, id: string): Use | undefined {
  for (const operation of charter.operations.values()) {
    const found = operation.uses.find((use) => use.id === id)
    if (found !== undefined) return found
  }
  return undefined
}

/** The uses that make a move along with their own; none of a move that is made by itself. */
export function mainsOf(charter: Charter, move: Use): readonly Use[] {
  if (move.kind !== 'along') return []
  const all = charter.operations.get(move.operation)?.uses ?? []
  return all.filter(({ along = [] }) => along.some((each) => each.use === move.id))
}

/** Whether everybody has one of a type, found by who they are: a profile, a subscription. */
export function isOwn(charter: Charter, type: ObjectType): boolean {
  const read = charter.operations.get(type.read ?? '')
  return read?.uses.some((use) => use.object?.key.from === 'principal') === true
}

/** Uses of the same operation that move objects of other types: every call makes all of these moves at once. */
export function companionsOf(charter: Charter, use: Use): readonly Use[] {
  const all = charter.operations.get(use.operation)?.uses ?? []
  return all.filter((each) => each.object !== undefined && each.object.type !== use.object?.type && !each.creates)
}
