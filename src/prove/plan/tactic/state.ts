/** Uses from states that do not allow them. */
import type { ObjectType, Slot, Use } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { classOfState } from '../classify.ts'
import { movesFrom } from '../graph.ts'
import { plannedStates } from '../prepare-rule.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { type BuildOptions, possible, Unbuildable } from '../wants.ts'
import { type ConstraintOf, Draft } from './draft.ts'
import { ofOthers, pointedIn } from './pointed.ts'
import { planSought, waysFor } from './sought.ts'

/** The use from every state it may not start from. */
export function planFrom(draft: Draft, constraint: ConstraintOf<'from'>): void {
  const typeName =
    constraint.slot === 'object'
      ? draft.use.object?.type
      : draft.use.refs.find((ref) => ref.slot === constraint.slot)?.object
  const type = draft.stage.charter.objects.get(typeName ?? '')
  if (type === undefined) return
  planSought(draft, constraint)
  for (const state of type.states) {
    if (constraint.states.includes(state) || state === type.gone) continue
    const finding = classOfState(draft.stage.charter, type, draft.use, { state, wanted: constraint.states })
    const states = { [constraint.slot]: [state] }
    const pointed = draft.use.refs.find((ref) => ref.slot === constraint.slot)?.key.from === 'object'
    const given = constraint.slot === 'object' ? statesOfOptional(draft) : {}
    const plain = (options: Partial<BuildOptions> = {}) =>
      pointed ? pointedIn(draft, type, constraint, state) : draft.build({ states: { ...given, ...states } }, options)
    draft.add(constraint.id, { kind: 'from-state', state, slot: constraint.slot }, finding, () => ({
      ...(Object.keys(given).length === 0 ? {} : { control: draft.build({ states: given }) }),
      abuse: plain(),
      instead: pointed
        ? [...spending(draft, type, constraint, state), ...ofOthers(draft)]
        : constraint.where === undefined
          ? otherwise(draft, type, plain)
          : waysFor(draft, type, { states }),
    }))
    const usual = possible(plain)
    for (const move of movesInto(draft, type, state, constraint.states)) {
      const moved = (options: Partial<BuildOptions> = {}) => movedBy(draft, type, { constraint, move }, options)
      // The usual way may end in that move already.
      const known = usual !== undefined && lastMove(usual, varOf(draft, usual, constraint.slot)) === move.id
      const makes = [...(known ? [] : [moved]), ...othersOf(draft, type, moved), () => moved({ spend: true })]
      const [abuse, ...instead] = makes.flatMap((make) => possible(make) ?? [])
      const tactic = { kind: 'from-state', state, slot: constraint.slot, through: move.id } as const
      if (abuse !== undefined) draft.add(constraint.id, tactic, finding, () => ({ abuse, instead }))
    }
  }
}

/** The same where the object acted on is what else has to be moved on the way. */
function spending(draft: Draft, type: ObjectType, constraint: ConstraintOf<'from'>, state: string): Scenario[] {
  const spent = new Draft(draft.stage, draft.use, { ...draft.options, spend: true }, draft.base.member)
  return [possible(() => pointedIn(spent, type, constraint, state)) ?? []].flat()
}

const mostMoves = 3

/** Moves out of where the use may start, and nowhere else than where it may not. */
function movesInto({ use, stage }: Draft, type: ObjectType, state: string, allowed: readonly string[]): Use[] {
  return type.transitions
    .filter(
      (move) =>
        !move.creates &&
        move.operation !== use.operation &&
        stage.charter.operations.get(move.operation)?.writes === true &&
        move.to.includes(state) &&
        move.to.every((each) => !allowed.includes(each)) &&
        move.from.some((each) => allowed.includes(each)),
    )
    .slice(0, mostMoves)
}

/** The rightful way, and one move of the object more. Throws `Unbuildable`. */
function movedBy(
  draft: Draft,
  type: ObjectType,
  { constraint, move }: { readonly constraint: ConstraintOf<'from'>; readonly move: Use },
  options: Partial<BuildOptions>,
): Scenario {
  const builder = new Builder(draft.stage, { ...draft.options, ...options })
  builder.addAct(draft.use, draft.base)
  const name = varOf(draft, builder, constraint.slot)
  const act = builder.steps.pop()
  if (name === undefined || act === undefined) throw new Unbuildable(`no step of the way names the ${type.name}`)
  const isSpent = act.object === name || { ...draft.options, ...options }.spend === true
  if (act.object !== undefined && !isSpent) builder.kept.add(act.object)
  const from = plannedStates(builder, name).find((each) => constraint.states.includes(each))
  const there = move.from.filter((each) => constraint.states.includes(each))
  builder.move(name, [...(movesFrom(type, from, there, undefined, builder.lore.avoid) ?? []), move], 0)
  builder.steps.push(act)
  return draft.finish(builder)
}

/** The object of a scenario that a slot of its act stands for. */
function varOf({ use }: Draft, { steps, vars }: Pick<Scenario, 'steps' | 'vars'>, slot: Slot): Var | undefined {
  const act = steps.at(-1)
  if (slot === 'object') return act?.object
  const type = use.refs.find((ref) => ref.slot === slot)?.object
  return act?.refs[slot] ?? Object.keys(vars).find((name) => vars[name]?.type === type)
}

function lastMove({ steps }: Scenario, name: Var | undefined): Step['use'] | undefined {
  return steps.slice(0, -1).findLast((step) => step.object === name && name !== undefined)?.use
}

type Make = (options?: Partial<BuildOptions>) => Scenario

/** The same with objects of the type that were created in another way, for when some facts allow no such move. */
function othersOf({ options }: Draft, type: ObjectType, make: Make): Make[] {
  const creators = type.transitions.filter((each) => each.creates)
  const usual = options.creator ?? creators[0]?.id
  const others = creators.filter((each) => each.id !== usual).slice(0, mostMoves)
  return others.map((creator) => () => make({ creator: creator.id }))
}

function otherwise(draft: Draft, type: ObjectType, make: Make): Scenario[] {
  return othersOf(draft, type, make).flatMap((each) => possible(each) ?? [])
}

/** The states in which what may be left out has to be, so that it is given: a state forbids that as well. */
function statesOfOptional({ use, stage }: Draft): Record<Slot, readonly string[]> {
  const optional = use.refs.filter((ref) => ref.optional && stage.charter.objects.get(ref.object)?.read !== undefined)
  return Object.fromEntries(
    optional.map(({ slot }) => {
      const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
      return [slot, from?.kind === 'from' ? from.states : []]
    }),
  )
}
