/** Which steps the charter wants made by different people. */
import { stemOf } from '../../charter/bare.ts'
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
      : each.of.parties.some((party) => makesParty(charter, use, party))
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

/** Whether a use may be what makes somebody a party; where the charter does not say, giving an approval may. */
export function makesParty(charter: Charter, use: Use, party: string): boolean {
  return saysParty(charter, use, party) ?? grants(charter, use)
}

/**
 * Whether a use is said to make somebody a party: it is named after it, as `score` and `scored-by`; where none is, it keeps out those who
 * are, as whoever made it before. Undefined where it says neither.
 */
export function saysParty(charter: Charter, use: Use, party: string): boolean | undefined {
  if (['owner', 'creator', 'requester'].includes(party)) return undefined
  const moves = charter.objects.get(use.object?.type ?? '')?.transitions.filter((each) => !each.creates) ?? []
  const named = moves.filter((each) => isNamedAfter(each, party))
  return named.length > 0 ? named.includes(use) : keepsApart(use, party) || undefined
}

function isNamedAfter({ id }: Use, party: string): boolean {
  const [verb = ''] = id.slice(id.indexOf('.') + 1).split(/[-_]/)
  return stemOf(verb) === stemOf(party.replace(/[-_]by$/, ''))
}

function keepsApart(use: Use, party: string): boolean {
  return use.constraints.some(
    (each) => each.kind === 'separation' && 'parties' in each.of && each.of.parties.includes(party),
  )
}

/** Whether somebody else than a member is to decide on a move. */
export function isForOthers(charter: Charter, use: Use, member: Member): boolean {
  if (use.constraints.some(({ kind }) => kind === 'separation')) return true
  return choicesOf(use).every(({ party }) => party === undefined) && !mayByRole(charter, use, member)
}

/** Whether a member may make a use by role alone. */
export function mayByRole(charter: Charter, use: Use, member: Member): boolean {
  return choicesOf(use).some((each) => each.party === undefined && admitted(charter, [member], each).length > 0)
}
