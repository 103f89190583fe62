/** Classes of calls approved at once: given, listed, withdrawn. */
import { z } from 'zod'
import type { Actor } from '../../charter/actor.ts'
import type { Approval } from '../../charter/approval.ts'
import type { Charter, Principal } from '../../charter/charter.ts'
import { actorsOf, tenantOf } from '../../constraint/choice.ts'
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
        const known = await standingFor(guard, concerned(guard, caller))
        return { status: 200, body: { 'standing-approvals': known.map(shownStanding) } }
      },
    },
    { method: 'POST', path, needs: 'anybody', handle: (asked) => stand(guard, asked) },
    {
      method: 'DELETE',
      path: `${path}/{grant}`,
      needs: 'anybody',
      handle: async ({ parameters, caller }) => {
        const by = concerned(guard, caller)
        const found = (await standingFor(guard, by)).find(({ grant }) => grant === parameters['grant'])
        const was = found !== undefined && (await guard.approvals.withdraw(found.grant, nameOf(by)))
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
  const charter = guard.charter()
  if (caller !== undefined && [...charter.approvals.values()].some((each) => givenAs(charter, each, caller).length > 0))
    return caller
  if (caller?.may.includes('operate') === true) return caller
  throw new Problem(403, 'not-entitled', 'standing approvals are for who may approve or operate')
}

/** Those of approvals the caller may give, too, in the same tenant; all for who operates. */
async function standingFor(guard: Guard, caller: Caller): Promise<readonly Standing[]> {
  const charter = guard.charter()
  const all = await guard.approvals.standing()
  if (caller.may.includes('operate')) return all
  return all.filter(({ approval, by }) =>
    givenAs(charter, charter.approvals.get(approval), caller).some((actor) => {
      const own = actor.tenant === false ? undefined : tenantOf(charter, principalOf(caller), [actor.name])
      return own === undefined || own === tenantOf(charter, by, [actor.name])
    }),
  )
}

/** As which actors somebody may give an approval. */
function givenAs(charter: Charter, approval: Approval | undefined, caller: Caller): readonly Actor[] {
  if (approval === undefined || caller.kind !== 'person') return []
  const actors = actorsOf(charter, caller.principal)
  const names = approval.choices.flatMap(({ actor }) => (actor !== undefined && actors.includes(actor) ? [actor] : []))
  return names.flatMap((name) => charter.actors.get(name) ?? [])
}

function principalOf(caller: Caller): Principal {
  return caller.kind === 'person' ? caller.principal : {}
}
