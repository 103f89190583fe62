/** Which steps the charter wants made by different people. */
import type { Charter, Constraint, Separation, Use } from '../../charter/charter.ts'
import { apartFrom } from '../../constraint/separation.ts'
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
      ? apartFrom(each.of.operations, later.operation).includes(use.operation)
      : grants(charter, use) || each.of.parties.some((party) => keepsApart(use, party))
  })
}

/** Whom a demand keeps apart while one person does what another, or a part of it, wants done by different ones; nobody: undefined. */
export function stillApart(constraint: Constraint, but: Constraint | undefined): Separation | undefined {
  if (constraint.kind !== 'separation') return undefined
  if (constraint.id !== but?.id || but.kind !== 'separation') return constraint.of
  const { of } = constraint
  const broken = 'parties' in but.of ? but.of.parties : []
  const parties = 'parties' in of ? of.parties.filter((party) => !broken.includes(party)) : []
  return 'parties' in of && parties.length > 0 ? { ...of, parties } : undefined
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
