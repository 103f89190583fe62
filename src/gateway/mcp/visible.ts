/** Which tools are shown to whom: those that somebody might be allowed to call. */
import type { Charter, OperationId, Principal, Run } from '../../charter/charter.ts'
import { noFacts } from '../../constraint/facts.ts'
import { evaluateUse } from '../../decide/decide.ts'

const aboutTheCaller: ReadonlySet<string> = new Set(['by', 'delegation'])

/** Whether any use is open to the principal, as far as that can be told without arguments. Pure. */
export function isVisible(charter: Charter, operation: OperationId, principal: Principal, run?: Run): boolean {
  const known = charter.operations.get(operation)
  if (known === undefined) return charter.undescribed.writes === 'allow'
  const call = { operation, principal, request: { body: {} }, at: 0, ...(run === undefined ? {} : { run }) }
  return known.uses.some((use) =>
    evaluateUse(charter, use, noFacts, call).every(
      (reason) => !aboutTheCaller.has(reason.kind) || reason.outcome !== 'broken',
    ),
  )
}
