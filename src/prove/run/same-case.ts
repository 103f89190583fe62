import { actorsOf, type Stage } from '../plan/cast.ts'
import type { AbuseCase } from '../plan/scenario.ts'

/** Tactics that are tried once for every kind of people. */
const byKind: ReadonlySet<string> = new Set(['as-other', 'read-field'])

/** A case in another plan of its use: tried by the same person, else, where that is what counts, by somebody of the same kind. */
export function sameCase(stage: Stage, cases: readonly AbuseCase[], wanted: AbuseCase): AbuseCase | undefined {
  const actor = ({ abuse }: AbuseCase): string | undefined => abuse.steps.at(-1)?.as
  const kind = (each: AbuseCase): string => {
    const member = stage.members.find(({ name }) => name === actor(each))
    return member === undefined ? '' : actorsOf(stage.charter, member).join('+')
  }
  const alike = cases.filter((each) => each.id === wanted.id)
  const same = alike.find((each) => actor(each) === actor(wanted))
  return same ?? alike.find((each) => !byKind.has(wanted.tactic.kind) || kind(each) === kind(wanted))
}
