/** Which steps the charter wants made by different people. */
import type { Charter, Use } from '../../charter/charter.ts'
import { admitted, choicesOf, type Member } from './cast.ts'

/** Whether a later use wants somebody else than whoever made an earlier one. */
export function needOthers(charter: Charter, later: Use, use: Use): boolean {
  return later.constraints.some((each) => {
    if (each.kind === 'approval') {
      const approval = charter.approvals.get(each.approval)
      return approval !== undefined && approval.grant === use.operation && approval.not.length > 0
    }
    if (each.kind !== 'separation') return false
    return 'operations' in each.of
      ? each.of.operations.includes(use.operation) && later.operation !== use.operation
      : grants(charter, use) || each.of.parties.some((party) => keepsApart(use, party))
  })
}

/** Whether a use gives an approval. */
export function grants(charter: Charter, use: Use): boolean {
  return charter.operations.get(use.operation)?.grants !== undefined
}

/** Whether a use keeps out those who are a party, as whoever made it before: it is what makes somebody one. */
export function keepsApart(use: Use, party: string): boolean {
  if (['owner', 'creator', 'requester'].includes(party)) return false
  return use.constraints.some(
    (each) => each.kind === 'separation' && 'parties' in each.of && each.of.parties.includes(party),
  )
}

/** Whether a member may make a use by role alone. */
export function mayByRole(charter: Charter, use: Use, member: Member): boolean {
  return choicesOf(use).some((each) => each.party === undefined && admitted(charter, [member], each).length > 0)
}
