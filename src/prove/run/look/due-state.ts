/** Moves that took effect and left their object where the charter lets them leave nothing. */
import type { Constraint } from '../../../charter/charter.ts'
import { isForOthers } from '../../plan/apart.ts'
import { movesFrom } from '../../plan/graph.ts'
import type { AbuseCase, Var } from '../../plan/scenario.ts'
import type { Scene } from '../trial.ts'
import { readThing } from './observe.ts'

/** What facts a case is about may have been changed by steps on other objects since they were looked at: the act is judged by what is so now. */
export async function lookAgain({ play, step }: Scene, { tactic }: AbuseCase): Promise<void> {
  if (tactic.kind !== 'object-facts' && tactic.kind !== 'from-state') return
  const [before] = play.scenario.steps.slice(-2, -1)
  const seen = before?.makes ?? before?.object
  if (before === undefined || seen === step.object) return
  for (const [name, thing] of play.things) if (name !== seen) await readThing(play, thing, undefined)
}

/**
 * Holds the object of a case about states to where its last move must have led, when the API left it where the act is allowed.
 *
 * Only a move that the charter allows, that was accepted, changed something, and is not still under way (202) counts.
 */
export async function holdToDeclared({ play, step }: Scene, abuse: AbuseCase): Promise<void> {
  const { tactic } = abuse
  if (tactic.kind !== 'from-state') return
  const use = play.use(step)
  const constraint = use.constraints.find((each) => each.id === abuse.constraint)
  const name = await varOf({ play, step }, tactic.slot, constraint)
  const thing = play.things.get(name ?? '')
  const move = abuse.abuse.steps.slice(0, -1).findLast((each) => each.object === name)
  if (constraint?.kind !== 'from' || thing?.fact === undefined || move === undefined) return
  const { id, operation } = play.use(move)
  const to = [...(play.rightful.get(move) ?? [])]
  // An approval that outlives a change is one missing check, and has cases of its own.
  const approved = tactic.slot === 'object' && use.constraints.some((each) => each.kind === 'approval')
  if (approved && play.lab.charter.operations.get(operation)?.shape.body !== undefined) return
  const { state } = thing.fact
  const allowed = (each: string | undefined) => each !== undefined && constraint.states.includes(each)
  if (!to.includes(tactic.state) || to.some(allowed) || !allowed(state)) return
  const status = play.sent.findLast((each) => each.use === id && each.purpose === 'setup')?.exchange.response?.status
  if (status === 202) return
  const past = play.lab.past.findLast((each) => each.use === id)
  const before = Object.values(past?.objects ?? {}).find(
    (fact) => fact?.type === thing.type.name && fact.key === thing.key,
  )
  if (before === undefined || JSON.stringify(before?.value) === JSON.stringify(thing.fact.value)) return
  thing.due = tactic.state
  const mover = play.lab.stage.members.find((each) => each.name === move.as)
  const anew = movesFrom(thing.type, tactic.state, state === undefined ? [] : [state]) ?? []
  if (mover !== undefined && anew.some((each) => isForOthers(play.lab.charter, each, mover)))
    thing.undecided = play.use(move)
}

/** The object that a slot of the act stands for: named by it, or pointed to by what it acts on. */
export async function varOf(
  { play, step }: Pick<Scene, 'play' | 'step'>,
  slot: string,
  constraint: Constraint | undefined,
): Promise<Var | undefined> {
  if (constraint === undefined) return undefined
  if (slot === 'object') return step.object
  const named = step.refs[slot]
  if (named !== undefined) return named
  const fact = (await play.objectsOf(step))[slot]
  return [...play.things].find(([, thing]) => thing.type.name === fact?.type && thing.key === fact.key)?.[0]
}
