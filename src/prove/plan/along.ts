/** Moves that one call makes of two objects, of which one points to the other: executing a payout makes its loan active. */
import type { Use } from '../../charter/charter.ts'
import { peopleFor } from './belong.ts'
import type { Builder, How } from './build.ts'
import { choicesOf, type Member } from './cast.ts'
import { companionsOf, mainsOf, movesFrom } from './graph.ts'
import { namedByObject } from './kin.ts'
import { grantUse } from './prepare.ts'
import { plannedStates } from './prepare-rule.ts'
import type { Var } from './scenario.ts'
import { startsOf } from './state-rule.ts'
import { deepest, Unbuildable } from './wants.ts'

/**
 * Moves an object by a use of another one that points to it: one that is there and can be brought to where the use may start, else one
 * that is made for it. Throws `Unbuildable`.
 */
export function moveAlong(builder: Builder, object: Var, move: Use, depth: number): void {
  const { lore, owners, stage } = builder
  const mains = mainsOf(stage.charter, move)
  const main = mains.find(({ id }) => !lore.avoid.has(id)) ?? mains[0]
  if (main?.object === undefined || depth > deepest) throw new Unbuildable(`nothing makes the move \`${move.id}\``)
  const owner = owners.get(object)
  const member = performerOf(builder, main, owner)
  const ahead = { use: main, member }
  const known = Object.keys(builder.vars).find((name) => canLead(builder, name, main, object))
  if (known === undefined) {
    const { casting } = builder
    checkMaking(builder, object, main.object.type)
    const standing = casting.standing(main.object.type, choicesOf(main), member)
    const isTheirs = owner !== undefined && casting.possibleOwners(main.object.type).includes(owner)
    const made = builder.supply(main.object.type, {
      ...standing,
      owner: isTheirs ? owner : casting.ownerFor(main, member, standing),
      states: startsOf(stage.charter, main, undefined, member.principal),
      wishes: [],
      through: grantUse(builder, main),
      near: object,
      depth: depth + 1,
      ahead,
    })
    builder.move(made, [main], depth + 1)
  } else builder.move(known, [...(movesTo(builder, known, main) ?? []), main], depth + 1, ahead)
}

/** What makes the object that points may move the other one as well: that must be where it may. Throws `Unbuildable`. */
function checkMaking(builder: Builder, object: Var, typeName: string): void {
  const { charter } = builder.stage
  const makers = charter.objects.get(typeName)?.transitions.filter((use) => use.creates) ?? []
  const now = plannedStates(builder, object)
  const isFree = (maker: Use): boolean =>
    companionsOf(charter, maker).every(
      (each) =>
        each.object?.type !== builder.vars[object]?.type ||
        each.from.length === 0 ||
        now.length === 0 ||
        now.some((state) => each.from.includes(state)),
    )
  if (makers.length > 0 && !makers.some(isFree))
    throw new Unbuildable(`no other ${typeName} can be made for ${object} while it is ${now.join(' or ')}`)
}

/** Whoever the object is of, where that entitles, else whoever may. */
function performerOf({ casting }: Builder, main: Use, owner: Member | undefined): Member {
  const type = main.object?.type ?? ''
  const isTheirs = owner !== undefined && casting.standing(type, choicesOf(main), owner)?.owner === owner
  return isTheirs ? owner : casting.pick(main, undefined)
}

/** Whether an object that is there points to another one, and can be brought to where a use of it may start. */
function canLead(builder: Builder, name: Var, main: Use, object: Var): boolean {
  const ref = main.refs.find(({ slot }) => main.along?.some((each) => each.slot === slot))
  if (builder.vars[name]?.type !== main.object?.type || ref === undefined || builder.kept.has(name)) return false
  return (
    namedByObject(builder.stage.charter, builder, name, ref) === object && movesTo(builder, name, main) !== undefined
  )
}

function movesTo(builder: Builder, name: Var, main: Use): readonly Use[] | undefined {
  const type = builder.stage.charter.objects.get(main.object?.type ?? '')
  const states = startsOf(builder.stage.charter, main, undefined)
  const now = plannedStates(builder, name)
  if (states.length === 0 || now.length === 0 || now.some((each) => states.includes(each))) return []
  return type === undefined ? undefined : movesFrom(type, now[0], states, undefined, builder.lore.avoid)
}

/**
 * Makes a move as what makes an object beside, where a later move of the way is made along with one of that: the offer that is made
 * for an application is the one that is accepted. Says whether it did.
 */
export function makeBeside(builder: Builder, use: Use, how: How, later: readonly Use[]): boolean {
  const { charter } = builder.stage
  const mains = later.flatMap((move) => mainsOf(charter, move))
  const creator = charter.operations
    .get(use.operation)
    ?.uses.find(({ creates, object }) => creates && mains.some((main) => main.object?.type === object?.type))
  const type = charter.objects.get(creator?.object?.type ?? '')
  if (creator === undefined || type === undefined || how.object === undefined) return false
  const owner = builder.owners.get(how.object)
  const people = peopleFor(builder.stage, builder.casting, type, [creator, ...mains], { owner })
  builder.step(creator, { ...how, object: undefined, near: how.object, belonging: { owner, people } })
  return true
}
