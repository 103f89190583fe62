import type { Charter, Constraint, ConstraintKind, Demand, Use } from '../charter/charter.ts'
import { approval } from './approval.ts'
import { by } from './by.ts'
import type { ClassId } from './class.ts'
import { delegation } from './delegation.ts'
import { flow } from './flow.ts'
import { from } from './from.ts'
import { idempotency } from './idempotency.ts'
import { integrity } from './integrity.ts'
import { describeInvariant, isInvariant } from './invariant.ts'
import { items } from './items.ts'
import type { Check, Kind, Need, Owe, Site } from './kind.ts'
import { limit } from './limit.ts'
import { once } from './once.ts'
import { order } from './order.ts'
import { rate } from './rate.ts'
import { seenBy } from './seen-by.ts'
import { separation } from './separation.ts'
import { setBy } from './set-by.ts'
import { there } from './there.ts'
import { values } from './values.ts'
import { when } from './when.ts'

/** A constraint together with the meaning of its kind. */
export interface Meaning {
  readonly compile: (site: Site) => Check
  readonly owe?: (site: Site) => Owe
  readonly demands: boolean
  readonly describe: (charter: Charter) => string
  readonly needs: (use: Use, charter: Charter) => readonly Need[]
  readonly classes: (charter: Charter) => readonly ClassId[]
}

/** What a constraint means: the one table of kinds. */
export function meaningOf(constraint: Constraint): Meaning {
  switch (constraint.kind) {
    case 'by':
      return bind(by, constraint)
    case 'from':
      return bind(from, constraint)
    case 'there':
      return bind(there, constraint)
    case 'separation':
      return bind(separation, constraint)
    case 'when':
      return bind(when, constraint)
    case 'once':
      return bind(once, constraint)
    case 'limit':
      return bind(limit, constraint)
    case 'rate':
      return bind(rate, constraint)
    case 'approval':
      return bind(approval, constraint)
    case 'set-by':
      return bind(setBy, constraint)
    case 'seen-by':
      return bind(seenBy, constraint)
    case 'order':
      return bind(order, constraint)
    case 'idempotency':
      return bind(idempotency, constraint)
    case 'items':
      return bind(items, constraint)
    case 'delegation':
      return bind(delegation, constraint)
    case 'values':
      return bind(values, constraint)
    case 'flow':
      return bind(flow, constraint)
    case 'integrity':
      return bind(integrity, constraint)
  }
}

function bind<K extends ConstraintKind>(kind: Kind<K>, constraint: Extract<Constraint, { kind: K }>): Meaning {
  const { owe } = kind
  return {
    compile: (site) => within(constraint.workflow, kind.compile(constraint, site)),
    ...(owe === undefined ? {} : { owe: (site: Site) => owe(constraint, site) }),
    demands: owe === undefined || kind.demands === true,
    describe: (charter) =>
      `${constraint.workflow === undefined ? '' : `in runs of \`${constraint.workflow}\`, `}${kind.describe(constraint, charter)}`,
    needs: (use, charter) => kind.needs(constraint, use, charter),
    classes: (charter) => kind.classes(constraint, charter),
  }
}

/** Demands of one of several workflows bind its own calls alone. */
function within(workflow: string | undefined, check: Check): Check {
  return workflow === undefined
    ? check
    : (context) => (context.call.run?.workflow === workflow ? check(context) : undefined)
}

/** A constraint as one plain English sentence without a full stop, in its owner's words where there are any. */
export function describeConstraint(constraint: Constraint, charter: Charter): string {
  return meaningOf(constraint).describe(charter)
}

/** A demand as a sentence. */
export function describeDemand(demand: Demand, charter: Charter): string {
  return isInvariant(demand) ? describeInvariant(demand) : describeConstraint(demand, charter)
}
