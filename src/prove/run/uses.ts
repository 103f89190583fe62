/** The uses of a charter as a run goes through them, and what is demanded of them. */
import type { Charter, Demand, Use } from '../../charter/charter.ts'
import type { AbuseCase } from '../plan/scenario.ts'

/** Lists last, when there is something to list; otherwise in the order of the charter. */
export function usesInOrder(charter: Charter, only: ReadonlySet<string> | undefined): Use[] {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const wanted = uses.filter((use) => only === undefined || only.has(use.operation))
  const lists = (use: Use) => charter.operations.get(use.operation)?.lists !== undefined
  return [...wanted.filter((use) => !lists(use)), ...wanted.filter(lists)]
}

/** What a case breaks: a demand of its use, a rule or an invariant; undefined where the charter has it no longer. */
export function constraintOf(charter: Charter, use: Use, abuse: AbuseCase): Demand | undefined {
  const all: readonly Demand[] = [...use.constraints, ...charter.rules, ...charter.invariants]
  return all.find((each) => each.id === abuse.constraint)
}
