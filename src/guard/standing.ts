/** Approving a class of calls at once: never more than the charter allows. */

import { orderValues } from '../cel/compare.ts'
import type { Call, Charter, ObjectFact, Principal } from '../charter/charter.ts'
import { actorsOf } from '../constraint/choice.ts'
import { makeContext } from '../constraint/context.ts'
import { noFacts } from '../constraint/facts.ts'
import { makeScopePlan } from '../constraint/scope.ts'
import type { StoredGrant } from './store.ts'

/** The calls a standing grant covers: those to which every given part fits. `expires` is milliseconds since 1970. */
export interface Bound {
  readonly operation: string
  readonly principal?: string
  /** `type/key`. */
  readonly object?: string
  /** Of what the charter's `standing.amount` reads. */
  readonly atMost?: number
  readonly uses: number
  readonly expires: number
}

/** Why a class may not be approved by this person; undefined when it may. Pure. */
export function boundProblem(
  charter: Charter,
  name: string,
  by: Principal,
  bound: Bound,
  now: number,
): string | undefined {
  const approval = charter.approvals.get(name)
  if (approval === undefined) return `there is no approval \`${name}\``
  const { standing } = approval
  if (standing === undefined) return `the charter asks for \`${name}\` call by call`
  if (!charter.operations.has(bound.operation)) return `there is no operation \`${bound.operation}\``
  if (!(bound.expires > now)) return 'it would be over already'
  if (bound.expires > now + standing.validForMs) return 'it would last longer than the charter allows'
  if (!Number.isSafeInteger(bound.uses) || bound.uses > standing.uses || bound.uses < 1)
    return `at most ${standing.uses} calls at once`
  if (standing.amount !== undefined && bound.atMost === undefined) return 'it needs the most that each call may take'
  if (standing.amount === undefined && bound.atMost !== undefined) return 'the charter compares no amount for it'
  const actors = actorsOf(charter, by)
  const entitled = approval.choices.some((choice) => choice.actor !== undefined && actors.includes(choice.actor))
  return entitled ? undefined : 'this person may not give this approval'
}

/** Whether a standing grant covers a call. What cannot be evaluated is not covered. Pure. */
export function covers(
  charter: Charter,
  grant: StoredGrant,
  call: Call,
  object: ObjectFact | null | undefined,
  used: number,
): boolean {
  const { bound } = grant
  if (!isBound(bound) || bound.operation !== call.operation || !(bound.expires > call.at) || used >= bound.uses)
    return false
  if (bound.principal !== undefined && bound.principal !== call.principal.id) return false
  if (
    bound.object !== undefined &&
    (object === undefined || object === null || bound.object !== `${object.type}/${object.key}`)
  )
    return false
  const amount = charter.approvals.get(grant.approval)?.standing?.amount
  if (bound.atMost === undefined) return amount === undefined
  const use = charter.operations.get(call.operation)?.uses[0]
  if (amount === undefined || use === undefined) return false
  const plan = makeScopePlan(charter, use)
  plan.add(amount)
  const objects = object === undefined ? {} : { object }
  const value = amount.evaluate(plan.scopeOf(makeContext(use, { ...noFacts, objects }, call)))
  const order = orderValues(value, bound.atMost)
  return typeof order === 'number' && order <= 0
}

/** Whether what was kept of a grant bounds a class of calls. */
export function isBound(value: unknown): value is Bound {
  return typeof value === 'object' && value !== null && 'operation' in value && 'uses' in value && 'expires' in value
}
