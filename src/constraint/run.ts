import type { Charter, OperationId, Principal } from '../charter/charter.ts'
import type { Workflow } from '../charter/workflow.ts'
import type { Context } from './context.ts'

/** Whether a call is made by an agent: for it, or for those it acts for. What people and services do themselves is theirs to answer for. */
export function isAgents({ call }: Context): boolean {
  const { principal, run } = call
  return principal.kind === 'agent' || principal.chain !== undefined || run !== undefined
}

/** The workflow an operation belongs to. */
export function workflowOf(charter: Charter, operation: OperationId): Workflow | undefined {
  return [...charter.workflows.values()].find((each) => each.operations.has(operation))
}

/** Everybody in whose name a call is made: the caller, then those it acts for. */
export function everyoneIn({ chain, ...caller }: Principal): readonly Principal[] {
  return chain === undefined ? [caller] : [caller, ...chain]
}
