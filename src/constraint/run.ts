import type { Charter, OperationId, Principal } from '../charter/charter.ts'
import { objectOf, textOf } from '../charter/source/plain.ts'
import { asksModel } from '../charter/source/tools.ts'
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

/** Whether calls of an operation go to a model. */
export function goesToModel(charter: Charter, operation: OperationId): boolean {
  const shape = charter.operations.get(operation)?.shape
  return shape !== undefined && charter.sources.get(shape.source)?.description.format === 'model' && asksModel(shape)
}

/** The model a request to one is for, as `provider/model`. */
export function modelOf(body: unknown): string {
  const { provider, model } = objectOf(body)
  return `${textOf(provider) ?? ''}/${textOf(model) ?? ''}`
}

/** Everybody in whose name a call is made: the caller, then those it acts for. */
export function everyoneIn({ chain, ...caller }: Principal): readonly Principal[] {
  return chain === undefined ? [caller] : [caller, ...chain]
}
