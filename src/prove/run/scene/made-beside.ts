/** What a call makes beside its object that nobody can look at, as a quote for a loan: it shows in what is done with it later. */
import type { Charter, Use } from '../../../charter/charter.ts'
import type { Scenario, Step, Var } from '../../plan/scenario.ts'
import { seenBy } from '../lab.ts'
import { createdKey, learnBeside } from './learn.ts'
import type { Made, Play } from './play.ts'

/** One such object of a scenario, and the use that makes it. */
export interface Beside {
  readonly creator: Use
  readonly name: Var
}

/** What the operation of a use makes as well, of types that no operation shows. */
export function besideOf(charter: Charter, use: Use): Beside[] {
  const creators =
    charter.operations.get(use.operation)?.uses.filter((each) => each.creates && each.id !== use.id) ?? []
  return creators.flatMap((creator) => {
    const type = charter.objects.get(creator.object?.type ?? '')
    const isHidden = type !== undefined && type.read === undefined && type.list === undefined
    return isHidden && type.name !== use.object?.type ? [{ creator, name: `${type.name}-beside` }] : []
  })
}

/** The scenario with variables for what its act makes beside: they are whose the object acted on is. */
export function withBeside(scenario: Scenario, act: Step, beside: readonly Beside[]): Scenario {
  const owner = scenario.vars[act.object ?? '']?.owner ?? act.as
  const made = beside.flatMap(({ creator: { object }, name }) =>
    object === undefined
      ? []
      : [[name, { type: object.type, supply: 'made', owner, states: [], wishes: [] } as const] as const],
  )
  return { ...scenario, vars: { ...scenario.vars, ...Object.fromEntries(made) } }
}

/** Puts what an accepted call made beside on stage. */
export async function meetBeside(play: Play, step: Step, made: Made, beside: readonly Beside[]): Promise<void> {
  const { lab } = play
  const { request, exchange } = made
  for (const { creator, name } of made.accepted ? beside : []) {
    const seen = seenBy(lab, creator, await play.principal(step.as), request, await play.objectsOf(step))
    const created = createdKey(lab.charter, creator, request, exchange)
    await learnBeside(play, step, name, { use: creator, request, seen, exchange, created })
  }
}
