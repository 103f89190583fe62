import type { Approval } from '../charter/approval.ts'
import { approvalsOf } from '../charter/approval.ts'
import type { Call, Charter, ObjectFact, Slot, Use } from '../charter/charter.ts'
import { makeContext } from '../constraint/context.ts'
import { type Grant, noFacts } from '../constraint/facts.ts'
import { makeScopePlan } from '../constraint/scope.ts'
import { objectInSlot } from '../constraint/scope-key.ts'
import { type PastCall, useOfPast } from './past-call.ts'

/** The call that needs an approval, and the calls before it, oldest first. */
interface Request {
  readonly charter: Charter
  readonly use: Use
  readonly call: Call
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  readonly past: readonly PastCall[]
}

/**
 * The grants of an approval that earlier calls made for the object of this call.
 *
 * Revoking marks every grant before it, or the one whose object it acts on. A grant serves once: an earlier call that needed the approval has used up all before it.
 * Without an object there is nothing a grant over the API could be for, so there are none.
 */
export function grantsFor(request: Request, name: string): readonly Grant[] {
  const { charter } = request
  const approval = charter.approvals.get(name)
  const object = objectInSlot(charter, 'object', request)
  if (approval === undefined || object === undefined) return []
  let kept: Kept[] = []
  for (const past of request.past) {
    const about = Object.values(past.objects).find((fact) => fact?.type === object.type && fact.key === object.key)
    if (past.operation === approval.revoke) kept = revoking(kept, past, about !== undefined)
    if (past.operation === approval.revoke || about === undefined || about === null) continue
    if (past.operation === approval.grant || charter.operations.get(past.operation)?.grants === name) {
      const grant = { by: past.principal, at: past.at, value: about.value }
      kept.push({ grant, ...(past.created === undefined ? {} : { made: idOf(past.created) }) })
    } else if (usesUp(charter, approval, past)) kept = []
  }
  return kept.map(({ grant }) => grant)
}

/** A grant, and the object it made, as a consent. */
interface Kept {
  readonly grant: Grant
  readonly made?: string
}

/** Marks the grants that a call takes back: those that made what it acts on, else all for the object it is about. */
function revoking(kept: readonly Kept[], past: PastCall, isAbout: boolean): Kept[] {
  const ids = new Set(Object.values(past.objects).flatMap((fact) => (fact === null ? [] : [idOf(fact)])))
  const isOf = ({ made }: Kept): boolean => made !== undefined && ids.has(made)
  const one = kept.some(isOf)
  return kept.map((each) =>
    (one ? isOf(each) : isAbout) ? { ...each, grant: { ...each.grant, revoked: true } } : each,
  )
}

function idOf({ type, key }: ObjectFact): string {
  return `${type}/${key}`
}

/** Whether a past call needed an approval, and so has used up what was granted. */
export function usesUp(charter: Charter, approval: Approval, past: PastCall): boolean {
  const use = useOfPast(charter, past)
  if (use?.constraints.some((each) => approvalsOf(each).includes(approval.name)) !== true) return false
  if (approval.neededWhen === undefined) return true
  const plan = makeScopePlan(charter, use)
  plan.add(approval.neededWhen)
  return (
    approval.neededWhen.evaluate(plan.scopeOf(makeContext(use, { ...noFacts, objects: past.objects }, past))) !== false
  )
}
