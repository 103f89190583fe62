/** Plans one use: its control and, for every constraint, the cases that break that one and keep the rest. */
import type { Constraint, Use } from '../../charter/charter.ts'
import type { Member, Stage } from './cast.ts'
import type { AbuseCase, NotReached, Scenario } from './scenario.ts'
import { planOnce } from './tactic/again.ts'
import { planApproval } from './tactic/approval.ts'
import { planBy, planRefBy } from './tactic/by.ts'
import { planDelegation } from './tactic/delegation.ts'
import { Draft } from './tactic/draft.ts'
import { planEnded } from './tactic/ended.ts'
import { planSeenBy, planSetBy } from './tactic/field.ts'
import { planGuess, planInvariants } from './tactic/invariant.ts'
import { planItems } from './tactic/items.ts'
import { planLeads } from './tactic/leads.ts'
import { planLeftOut } from './tactic/left-out.ts'
import { planLimit } from './tactic/limit.ts'
import { planMadeUp } from './tactic/made-up.ts'
import { planOrder } from './tactic/order.ts'
import { planRace } from './tactic/race.ts'
import { planRevived } from './tactic/revived.ts'
import { planWhen } from './tactic/rule.ts'
import { planSeparation } from './tactic/separation.ts'
import { planFrom } from './tactic/state.ts'
import { type BuildOptions, Unbuildable } from './wants.ts'

/** The cases of one use. Without a control nothing can be proven of it, and `notReached` says why for each constraint. */
export interface UsePlan {
  readonly control: Scenario | undefined
  readonly cases: readonly AbuseCase[]
  readonly notReached: readonly NotReached[]
}

/** Plans a use. `member` makes the call rightfully; without it the first who may. Pure and deterministic. */
export function planUse(stage: Stage, use: Use, options: BuildOptions, member?: Member): UsePlan {
  const draft = new Draft(stage, use, options, member)
  let control: Scenario | undefined
  try {
    control = draft.build()
  } catch (error) {
    if (!(error instanceof Unbuildable)) throw error
    for (const constraint of use.constraints) draft.skip(constraint.id, { kind: 'again' }, error.message)
    return { control: undefined, cases: [], notReached: draft.notReached }
  }
  for (const constraint of use.constraints) planConstraint(draft, constraint, control)
  planLeftOut(draft)
  planRevived(draft)
  planLeads(draft, control)
  planRace(draft, control)
  planInvariants(draft, control)
  planGuess(draft, control)
  planEnded(draft, control)
  return { control, cases: draft.cases, notReached: draft.notReached }
}

function planConstraint(draft: Draft, constraint: Constraint, control: Scenario): void {
  switch (constraint.kind) {
    case 'by':
      if (constraint.slot === 'object') planBy(draft, constraint, control)
      else planRefBy(draft, constraint)
      break
    case 'from':
      planFrom(draft, constraint)
      break
    case 'there':
      planMadeUp(draft, constraint)
      break
    case 'separation':
      planSeparation(draft, constraint)
      break
    case 'when':
      planWhen(draft, constraint)
      break
    case 'once':
      planOnce(draft, constraint, control)
      break
    case 'limit':
      planLimit(draft, constraint, control)
      break
    case 'rate':
      draft.add(constraint.id, { kind: 'burst' }, 'automation', () => ({ abuse: control }))
      break
    case 'approval':
      planApproval(draft, constraint)
      break
    case 'set-by':
      planSetBy(draft, constraint)
      break
    case 'seen-by':
      planSeenBy(draft, constraint, control)
      break
    case 'order':
      planOrder(draft, constraint, control)
      break
    case 'idempotency':
      draft.add(constraint.id, { kind: 'same-key' }, 'idempotency-missing', () => ({ abuse: control }))
      break
    case 'items':
      planItems(draft, constraint, control)
      break
    case 'delegation':
      planDelegation(draft, constraint, control)
      break
    case 'values':
    case 'flow':
      // What these speak of happens between an agent and its tools, and is tried there.
      draft.skip(constraint.id, { kind: 'again' }, 'only an agent can be led into that: `lockstep redteam` tries it')
      break
    case 'integrity':
      // Needs no call that works: the run asks the server for its list.
      break
  }
}
