import type { Call, Charter, ObjectFact, Slot, Use, UseId } from '../charter/charter.ts'
import { isNamed, moveOf, nameAmong } from '../charter/named.ts'

/** One earlier call that took effect. `at` is milliseconds since 1970, UTC. */
export interface PastCall extends Call {
  /** Which use it was, when that is known; else it counts as any use of its operation. */
  readonly use?: UseId
  /** Its objects as they were before it. */
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  readonly created?: ObjectFact
}

/** How to read a past call: as the use it was, else as the first use of its operation; undefined when the charter has none. */
export function useOfPast(charter: Charter, past: PastCall): Use | undefined {
  const uses = charter.operations.get(past.operation)?.uses ?? []
  return uses.find((use) => use.id === past.use) ?? uses[0]
}

/** Whether two uses are the same move of an object, by whichever operation. */
export function isSameMove(left: UseId, right: UseId): boolean {
  return moveOf(left) === moveOf(right)
}

/** The name under which a rule over several knows a past call; undefined where it does not. */
export function nameOfPast(charter: Charter, names: readonly string[], past: PastCall): string | undefined {
  const { operation, use } = past
  if (use !== undefined) return nameAmong(names, { operation, id: use })
  const uses = charter.operations.get(operation)?.uses ?? []
  return names.find((name) => name === operation || uses.some((each) => isNamed(name, each)))
}
