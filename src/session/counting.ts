/** Which earlier calls a constraint counts or remembers, and how much each amounts to: the same for a fold and for a store. */
import type { Charter, Constraint, Use } from '../charter/charter.ts'
import { makeContext } from '../constraint/context.ts'
import { noFacts } from '../constraint/facts.ts'
import { makeScopePlan } from '../constraint/scope.ts'
import { isSameMove, nameOfPast, type PastCall, useOfPast } from './past-call.ts'

export type Counting = Extract<Constraint, { kind: 'once' | 'limit' | 'rate' }>
export type Remembering = Extract<Constraint, { kind: 'order' | 'separation' }>

export function isCounting(constraint: Constraint): constraint is Counting {
  return constraint.kind === 'once' || constraint.kind === 'limit' || constraint.kind === 'rate'
}

export function isRemembering(constraint: Constraint): constraint is Remembering {
  return constraint.kind === 'order' || constraint.kind === 'separation'
}

/** Whether only what all earlier calls in a scope add up to counts, whenever they were made and whatever became of their objects. */
export function isSummed(constraint: Counting): boolean {
  if (constraint.kind === 'limit') return constraint.withinMs === undefined && constraint.while === undefined
  return constraint.kind === 'once'
}

/** A demand of one move counts that move by whichever operation; a demand of operations counts whatever they were used for. */
export function counts(use: Use, constraint: Counting, past: PastCall): boolean {
  if (constraint.workflow !== undefined && past.run?.workflow !== constraint.workflow) return false
  const own = use.kind === 'transition' && constraint.id.startsWith(`${use.id}.`)
  if (own && past.use !== undefined) return isSameMove(past.use, use.id)
  return constraint.kind === 'once' ? past.operation === use.operation : constraint.operations.includes(past.operation)
}

export function amountOf(charter: Charter, constraint: Counting, past: PastCall): unknown {
  if (constraint.kind !== 'limit' || constraint.sum === undefined) return 0
  const use = useOfPast(charter, past)
  if (use === undefined) return undefined
  // A budget is of all operations of a workflow: each says itself what it costs, and most cost nothing.
  const theirs = use.constraints.find((each) => each.id === constraint.id)
  if (theirs === undefined && constraint.id.startsWith('workflow.')) return 0
  const sum = theirs?.kind === 'limit' && theirs.sum !== undefined ? theirs.sum : constraint.sum
  const plan = makeScopePlan(charter, use)
  plan.add(sum)
  return sum.evaluate(plan.scopeOf(makeContext(use, { ...noFacts, objects: past.objects }, past)))
}

/** `chain-` templates ask for the very last step, so every change in the scope is one; reading is none. */
export function remembers(charter: Charter, constraint: Remembering, past: PastCall): boolean {
  if (constraint.kind === 'separation')
    return 'operations' in constraint.of && constraint.of.operations.includes(past.operation)
  if (nameOfPast(charter, constraint.operations, past) !== undefined) return true
  return constraint.template === 'chain-precedence' && charter.operations.get(past.operation)?.writes === true
}
