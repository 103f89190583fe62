/** What cannot be known of a call because something before it cannot be read any more. */
import type { Call, Charter, Constraint, OperationId, Use } from '../charter/charter.ts'
import { moveOf, operationsNamed } from '../charter/named.ts'
import type { Facts } from '../constraint/facts.ts'
import { perOf } from '../constraint/scope-key.ts'
import { evaluateUse } from '../decide/decide.ts'
import { isCounting, isRemembering } from '../session/counting.ts'

/** Operations some of whose uses are missing from history; `all` when it is not known which. */
export class Holes {
  /** By operation, who used it. */
  readonly #operations = new Map<OperationId, Set<string | undefined>>()
  #all = false

  add(operation: OperationId, principal: string | undefined): void {
    const users = this.#operations.get(operation) ?? new Set()
    this.#operations.set(operation, users.add(principal))
  }

  addAll(): void {
    this.#all = true
  }

  /** Whether what was counted, remembered or granted for this call may lack something, and its decision hangs on it. */
  concern(charter: Charter, facts: Facts, call: Call): boolean {
    const uses = charter.operations.get(call.operation)?.uses ?? []
    const touched = (use: Use): readonly Constraint[] =>
      use.constraints.filter((each) => this.#touches({ charter, use, call }, each))
    if (uses.every((use) => touched(use).length === 0)) return false
    return uses.some((use) => {
      const ids = new Set(touched(use).map((each) => each.id))
      // Refused whatever happened before.
      return evaluateUse(charter, use, facts, call).every(
        (reason) => ids.has(reason.constraint) || reason.outcome === 'ask',
      )
    })
  }

  #touches({ charter, use, call }: Site, constraint: Constraint): boolean {
    const own = perOf(constraint).includes('principal') ? [call.principal.id] : undefined
    if (constraint.kind === 'approval') {
      const { grant, revoke } = charter.approvals.get(constraint.approval) ?? {}
      return [grant, revoke].some((each) => each !== undefined && this.#has(each))
    }
    if (!isCounting(constraint) && !isRemembering(constraint)) return false
    if (constraint.kind === 'order' && constraint.template === 'chain-precedence')
      return this.#all || this.#operations.size > 0
    return countedBy(charter, use, constraint).some((each) => this.#has(each, own))
  }

  /** @param own - Only uses by one of these count; all without it. */
  #has(operation: OperationId, own?: readonly (string | undefined)[]): boolean {
    const users = this.#operations.get(operation)
    return this.#all || (users !== undefined && (own === undefined || own.some((each) => users.has(each))))
  }
}

interface Site {
  readonly charter: Charter
  readonly use: Use
  readonly call: Call
}

function countedBy(charter: Charter, use: Use, constraint: Constraint): readonly OperationId[] {
  if (constraint.kind === 'separation') return 'operations' in constraint.of ? constraint.of.operations : []
  if ('operations' in constraint) return operationsNamed(charter, constraint.operations)
  // Once: the same move by whichever operation.
  return operationsNamed(charter, [moveOf(use.id)])
}
