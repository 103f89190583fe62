/** What cannot be known of a call because something before it cannot be read any more. */
import type { Call, Charter, Constraint, OperationId, Use } from '../charter/charter.ts'
import type { Facts } from '../constraint/facts.ts'
import { evaluateUse } from '../decide/decide.ts'
import { isCounting, isRemembering } from '../session/counting.ts'

/** Operations some of whose uses are missing from history; `all` when it is not known which. */
export class Holes {
  readonly #operations = new Set<OperationId>()
  #all = false

  add(operation: OperationId): void {
    this.#operations.add(operation)
  }

  addAll(): void {
    this.#all = true
  }

  /** Whether what was counted, remembered or granted for this call may lack something, and its decision hangs on it. */
  concern(charter: Charter, facts: Facts, call: Call): boolean {
    const uses = charter.operations.get(call.operation)?.uses ?? []
    const touched = (use: Use): readonly Constraint[] =>
      use.constraints.filter((each) => this.#touches(charter, use, each))
    if (uses.every((use) => touched(use).length === 0)) return false
    return uses.some((use) => {
      const ids = new Set(touched(use).map((each) => each.id))
      // Refused whatever happened before.
      return evaluateUse(charter, use, facts, call).every(
        (reason) => ids.has(reason.constraint) || reason.outcome === 'ask',
      )
    })
  }

  #touches(charter: Charter, use: Use, constraint: Constraint): boolean {
    if (constraint.kind === 'approval') {
      const { grant, revoke } = charter.approvals.get(constraint.approval) ?? {}
      return [grant, revoke].some((each) => each !== undefined && this.#has(each))
    }
    if (!isCounting(constraint) && !isRemembering(constraint)) return false
    if (constraint.kind === 'order' && constraint.template === 'chain-precedence')
      return this.#all || this.#operations.size > 0
    return countedBy(charter, use, constraint).some((each) => this.#has(each))
  }

  #has(operation: OperationId): boolean {
    return this.#all || this.#operations.has(operation)
  }
}

function countedBy(charter: Charter, use: Use, constraint: Constraint): readonly OperationId[] {
  if (constraint.kind === 'separation') return 'operations' in constraint.of ? constraint.of.operations : []
  if ('operations' in constraint) return constraint.operations
  // Once: the same move by whichever operation.
  const move = use.id.split('@', 1)[0]
  const same = [...charter.operations.values()]
    .flatMap(({ uses }) => uses)
    .filter((each) => each.id.split('@', 1)[0] === move)
  return same.map((each) => each.operation)
}
