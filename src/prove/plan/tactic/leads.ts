/** Rightful moves, which must lead where the charter says, from every state in which something is decided by others. */
import type { Charter, Constraint, Field, ObjectType, Use } from '../../../charter/charter.ts'
import { isForOthers } from '../apart.ts'
import type { Member } from '../cast.ts'
import { movesFrom, reachableStates } from '../graph.ts'
import type { Scenario } from '../scenario.ts'
import type { Draft } from './draft.ts'

/**
 * The rightful call from each state that it must lead out of: a change that keeps what others decided about what it changes, or that
 * does at once what they are to decide on, breaks the lifecycle without anybody doing what they may not.
 */
export function planLeads(draft: Draft, control: Scenario): void {
  const { use, stage } = draft
  const type = stage.charter.objects.get(use.object?.type ?? '')
  const demand = use.constraints.find((each) => each.kind === 'from' && each.slot === 'object')
  const last = control.steps.at(-1)
  const mover = stage.members.find(({ name }) => name === last?.as)
  if (type?.state === undefined || (type.read ?? type.list) === undefined) return
  if (demand === undefined || mover === undefined || use.kind === 'along' || use.creates || use.to.length === 0) return
  if (stage.charter.operations.get(use.operation)?.shape.body === undefined) return
  const left = use.from.filter((state) => !use.to.includes(state))
  const fields = fieldsOfOthers(stage.charter, type, use, mover)
  const decided = left.filter((state) => isDecidedAnew(stage.charter, type, { use, state, mover }))
  const states = fields.length === 0 ? decided : left.length === 0 ? use.from.slice(0, 1) : left
  for (const state of states)
    draft.add(demand.id, { kind: 'leads', state }, 'approval-missing', () => ({
      abuse: draft.build({ states: { object: [state] } }),
    }))
}

interface Move {
  readonly use: Use
  readonly state: string
  readonly mover: Member
}

/** Whether a state is one that others decided on, and decide on anew once the move has led out of it. */
export function isDecidedAnew(charter: Charter, type: ObjectType, { use, state, mover }: Move): boolean {
  const isDecision = (each: Use): boolean => isForOthers(charter, each, mover)
  const free = type.transitions.filter((each) => each.creates || !isDecision(each))
  const into = type.transitions.filter((each) => each.to.includes(state) && !each.from.includes(state))
  if (use.to.includes(state) || !into.some(isDecision)) return false
  if (reachableStates({ ...type, transitions: free }).has(state)) return false
  return use.to.every((each) => movesFrom(type, each, [state])?.some(isDecision) === true)
}

type SetBy = Extract<Constraint, { kind: 'set-by' }>

/** Fields that a move may not set, but a decision of others may that comes after it. */
export function fieldsOfOthers(charter: Charter, type: ObjectType, use: Use, mover: Member): Field[] {
  const decisions = type.transitions.filter(
    (each) => each.from.some((state) => use.to.includes(state)) && isForOthers(charter, each, mover),
  )
  const demands = type.transitions.flatMap(({ constraints }) =>
    constraints.filter((each): each is SetBy => each.kind === 'set-by' && each.object === type.name),
  )
  const setBy = ({ on = [] }: SetBy, { id, operation }: Use): boolean =>
    on.some((each) => each === operation || each === id || id.startsWith(`${each}@`))
  const found = demands.filter(
    (each) => !setBy(each, use) && decisions.some((decision) => decision.id !== use.id && setBy(each, decision)),
  )
  return [...new Map(found.map(({ field }) => [field.name, field])).values()]
}
