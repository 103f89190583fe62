/** Uses from states that do not allow them. */
import type { ObjectType, Slot } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { classOfState } from '../classify.ts'
import { movesFrom } from '../graph.ts'
import type { Scenario } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** The use from every state it may not start from. */
export function planFrom(draft: Draft, constraint: ConstraintOf<'from'>): void {
  const typeName =
    constraint.slot === 'object'
      ? draft.use.object?.type
      : draft.use.refs.find((ref) => ref.slot === constraint.slot)?.object
  const type = draft.stage.charter.objects.get(typeName ?? '')
  if (type === undefined) return
  for (const state of type.states) {
    if (constraint.states.includes(state) || state === type.gone) continue
    const finding = classOfState(type, draft.use, state, constraint.states)
    const states = { [constraint.slot]: [state] }
    const pointed = draft.use.refs.find((ref) => ref.slot === constraint.slot)?.key.from === 'object'
    const given = constraint.slot === 'object' ? statesOfOptional(draft) : {}
    draft.add(constraint.id, { kind: 'from-state', state, slot: constraint.slot }, finding, () => ({
      ...(Object.keys(given).length === 0 ? {} : { control: draft.build({ states: given }) }),
      abuse: pointed ? movedBefore(draft, type, constraint, state) : draft.build({ states: { ...given, ...states } }),
    }))
  }
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

/** The object acted on points to another one: that is moved on right before the act. */
function movedBefore(draft: Draft, type: ObjectType, constraint: ConstraintOf<'from'>, state: string): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const pointed = Object.keys(builder.vars).find((name) => builder.vars[name]?.type === type.name)
  if (pointed === undefined) throw new Unbuildable(`no step of the way names the ${type.name}`)
  for (const start of constraint.states) {
    const moves = movesFrom(type, start, [state])
    if (moves === undefined) continue
    const act = builder.steps.pop()
    builder.move(pointed, moves, 0)
    if (act !== undefined) builder.steps.push(act)
    return builder.scenario()
  }
  throw new Unbuildable(`nothing moves a ${type.name} that may be used to ${state}`)
}
