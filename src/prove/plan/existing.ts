/** Objects that no step makes: found among those there are, or by who somebody is. */
import type { ObjectType } from '../../charter/charter.ts'
import type { Builder } from './build.ts'
import type { Member } from './cast.ts'
import { movesFrom } from './graph.ts'
import { ownAs } from './own.ts'
import { plannedStates } from './prepare-rule.ts'
import type { Var } from './scenario.ts'
import { type Supply, Unbuildable } from './wants.ts'

/**
 * An existing object, in the state in which it is known to be or else new ones are, and the moves from there.
 *
 * @param caller - Whose own it is.
 */
export function findAndMove(builder: Builder, type: ObjectType, want: Supply, caller = want.owner): Var {
  const starts = type.transitions.filter((use) => use.creates).flatMap((use) => use.to)
  const { ready } = builder.choices
  const known = builder.stage.own?.get(ownAs(type.name, caller?.name ?? ''))?.state
  const start = ready?.has(type.name) ? ready.get(type.name) : (known ?? starts[0] ?? type.states[0])
  const moves =
    start === undefined || want.states.length === 0
      ? []
      : movesFrom(type, start, want.states, want.through, builder.lore.avoid)
  if (moves === undefined || start === undefined) return builder.introduce(type, { ...want, supply: 'found' })
  const states = want.states.length === 0 ? [] : moves.length === 0 ? want.states : [start]
  const object = builder.introduce(type, { ...want, states, supply: 'found' })
  builder.move(object, moves, want.depth, want.ahead)
  return object
}

/** The object whose key is somebody's own id, brought into a wanted state by moves. */
export function standingFor(
  builder: Builder,
  member: Member,
  typeName: string,
  states: readonly string[],
  depth: number,
): Var {
  const type = builder.stage.charter.objects.get(typeName)
  if (type === undefined) throw new Unbuildable(`there is no object ${typeName}`)
  const there = standingThere(builder, type, member, states, depth)
  if (there !== undefined) return there
  const name = findAndMove(builder, type, { states, wishes: [], depth }, member)
  const spec = builder.vars[name]
  if (spec !== undefined) builder.vars[name] = { ...spec, caller: builder.play(member) }
  return name
}

/** The one that somebody is known to have moved on the way, moved on; undefined where nobody has. */
function standingThere(
  builder: Builder,
  type: ObjectType,
  member: Member,
  states: readonly string[],
  depth: number,
): Var | undefined {
  const isTheirs = (name: Var): boolean =>
    builder.vars[name]?.type === type.name && builder.vars[name]?.caller === member.name && !builder.kept.has(name)
  const name = Object.keys(builder.vars).find((each) => isTheirs(each) && plannedStates(builder, each).length > 0)
  const now = name === undefined ? [] : plannedStates(builder, name)
  if (name === undefined || states.length === 0 || now.some((state) => states.includes(state))) return name
  const moves = movesFrom(type, now[0], states, undefined, builder.lore.avoid)
  if (moves === undefined) return undefined
  builder.move(name, moves, depth)
  return name
}
