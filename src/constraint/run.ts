import type { Charter, OperationId, Principal, Run } from '../charter/charter.ts'
import { objectOf, textOf } from '../charter/source/plain.ts'
import { asksModel } from '../charter/source/tools.ts'
import type { Workflow } from '../charter/workflow.ts'
import type { Context } from './context.ts'

/** Whether a call is made by an agent: for it, or for those it acts for. What people and services do themselves is theirs to answer for. */
export function isAgents({ call }: Context): boolean {
  const { principal, run } = call
  return principal.kind === 'agent' || principal.chain !== undefined || run !== undefined
}

/** The workflows that list an operation, in file order. */
export function workflowsOf(charter: Charter, operation: OperationId): readonly Workflow[] {
  return [...charter.workflows.values()].filter((each) => each.operations.has(operation))
}

/** The workflow a call belongs to: that of its run; without one, the only one that lists the operation. */
export function workflowOfCall(listing: readonly Workflow[], run: Run | undefined): Workflow | undefined {
  if (run?.workflow !== undefined) return listing.find(({ name }) => name === run.workflow)
  return listing.length === 1 ? listing[0] : undefined
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

/** How calls of an operation are treated: as the strictest of the workflows that list it says, so that none of them can be got around by another. */
export interface Treatment {
  readonly mode: Workflow['mode']
  readonly record: Workflow['record']
}

export function treatmentIn(listing: readonly Workflow[]): Treatment {
  const records = listing.map(({ record }) => record)
  return {
    mode: listing.length > 0 && listing.every(({ mode }) => mode === 'observe') ? 'observe' : 'enforce',
    record: records.includes('hash') ? 'hash' : records.includes('redacted') ? 'redacted' : 'full',
  }
}
