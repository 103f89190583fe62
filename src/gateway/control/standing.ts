/** Classes of calls approved at once: given, listed, withdrawn. */
import { z } from 'zod'
import { actorsOf } from '../../constraint/choice.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Standing } from '../../guard/standing-grants.ts'
import { type Caller, nameOf } from './caller.ts'
import { Problem } from './problem.ts'
import { type Asked, type Given, personOf, type Route, readBody } from './route.ts'

const standingSchema = z.strictObject({
  approval: z.string().min(1),
  operation: z.string().min(1),
  principal: z.string().min(1).optional(),
  object: z.string().min(1).optional(),
  'at-most': z.number().optional(),
  uses: z.int().min(1),
  expires: z.iso.datetime({ offset: true }),
})

/** The routes under `/v1/standing-approvals`. */
export function standingRoutes(guard: Guard): readonly Route[] {
  const path = '/v1/standing-approvals'
  return [
    {
      method: 'GET',
      path,
      needs: 'anybody',
      handle: async ({ caller }) => {
        concerned(guard, caller)
        return { status: 200, body: { 'standing-approvals': (await guard.approvals.standing()).map(shownStanding) } }
      },
    },
    { method: 'POST', path, needs: 'anybody', handle: (asked) => stand(guard, asked) },
    {
      method: 'DELETE',
      path: `${path}/{grant}`,
      needs: 'anybody',
      handle: async ({ parameters, caller }) => {
        const was = await guard.approvals.withdraw(parameters['grant'] ?? '', nameOf(concerned(guard, caller)))
        if (!was) throw new Problem(404, 'unknown', 'there is no such standing approval, or it is over')
        return { status: 204 }
      },
    },
  ]
}

/** A standing approval as it goes over HTTP, and as commands print it. */
export function shownStanding({ grant, approval, by, at, bound, used }: Standing): Readonly<Record<string, unknown>> {
  const { operation, principal, object, atMost, uses, expires } = bound
  return {
    grant,
    approval,
    by: by.id,
    at: new Date(at).toISOString(),
    operation,
    principal,
    object,
    'at-most': atMost,
    uses,
    used,
    expires: new Date(expires).toISOString(),
  }
}

async function stand(guard: Guard, asked: Asked): Promise<Given> {
  const { principal } = personOf(asked)
  const {
    approval,
    'at-most': atMost,
    expires,
    principal: of,
    object,
    operation,
    uses,
  } = readBody(standingSchema, asked)
  const result = await guard.approvals.stand(approval, principal, {
    operation,
    uses,
    expires: Date.parse(expires),
    ...(of === undefined ? {} : { principal: of }),
    ...(object === undefined ? {} : { object }),
    ...(atMost === undefined ? {} : { atMost }),
  })
  if ('problem' in result) throw new Problem(403, 'not-entitled', result.problem)
  return { status: 201, body: { grant: result.grant } }
}

/** @throws {Problem} 403 for who neither operates nor may give any approval. */
function concerned(guard: Guard, caller: Caller | undefined): Caller {
  if (caller !== undefined && (caller.may.includes('operate') || approves(guard, caller))) return caller
  throw new Problem(403, 'not-entitled', 'standing approvals are for who may approve or operate')
}

function approves(guard: Guard, caller: Caller): boolean {
  if (caller.kind !== 'person') return false
  const charter = guard.charter()
  const actors = actorsOf(charter, caller.principal)
  return [...charter.approvals.values()].some((approval) =>
    approval.choices.some((choice) => choice.actor !== undefined && actors.includes(choice.actor)),
  )
}
