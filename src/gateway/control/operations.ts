/** What operators do: switch off and on, say what became of calls in doubt, and look at tools that are held. */
import { z } from 'zod'
import { detailIn } from '../../guard/busy.ts'
import type { Guard } from '../../guard/guard.ts'
import type { StoredCall, Switch } from '../../guard/store.ts'
import { nameOf } from './caller.ts'
import { Problem } from './problem.ts'
import { type Asked, type Route, readBody } from './route.ts'

const whySchema = z.strictObject({ why: z.string().min(1).max(1000) })
const effectSchema = z.strictObject({
  effect: z.enum(['effective', 'released']),
  why: z.string().min(1).max(1000),
})

const switchable: readonly Switch['of'][] = ['principal', 'agent', 'workflow', 'operation', 'tenant', 'object', 'run']

/** The routes under `/v1/switches`, `/v1/doubts` and `/v1/tools`. */
export function operatorRoutes(guard: Guard): readonly Route[] {
  return [...switchRoutes(guard), ...doubtRoutes(guard), toolRoute(guard)]
}

function switchRoutes(guard: Guard): readonly Route[] {
  const path = '/v1/switches/{of}/{name}'
  return [
    {
      method: 'GET',
      path: '/v1/switches',
      needs: 'operate',
      handle: async () => ({ status: 200, body: { switches: guard.switches.list().map(shownSwitch) } }),
    },
    {
      method: 'PUT',
      path,
      needs: 'operate',
      handle: async (asked) => {
        const { why } = readBody(whySchema, asked)
        const which = { ...named(asked), by: whoOf(asked), why, at: Date.now() }
        await guard.switches.off(which)
        return { status: 200, body: shownSwitch(which) }
      },
    },
    {
      method: 'DELETE',
      path,
      needs: 'operate',
      handle: async (asked) => {
        const { of, name } = named(asked)
        const why = asked.query.get('why') ?? ''
        if (why === '') throw new Problem(400, 'malformed', 'say why, as the query parameter `why`')
        const was = await guard.switches.on(of, name, whoOf(asked), why, Date.now())
        if (!was) throw new Problem(404, 'unknown', 'it is not switched off')
        return { status: 204 }
      },
    },
  ]
}

function named({ parameters }: Asked): Pick<Switch, 'of' | 'name'> {
  const of = switchable.find((each) => each === parameters['of'])
  if (of === undefined) throw new Problem(404, 'unknown', `what can be switched off is ${switchable.join(', ')}`)
  return { of, name: parameters['name'] ?? '' }
}

function shownSwitch({ at, ...others }: Switch): Readonly<Record<string, unknown>> {
  return { ...others, at: new Date(at).toISOString() }
}

function whoOf({ caller }: Asked): string {
  if (caller === undefined) throw new Problem(401, 'unauthenticated', 'a credential is needed')
  return nameOf(caller)
}

function doubtRoutes(guard: Guard): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/doubts',
      needs: 'operate',
      handle: async () => ({ status: 200, body: { doubts: (await guard.doubts.list()).map(shownDoubt) } }),
    },
    {
      method: 'POST',
      path: '/v1/doubts/{call}',
      needs: 'operate',
      handle: async (asked) => {
        const { effect, why } = readBody(effectSchema, asked)
        const call = asked.parameters['call'] ?? ''
        const done = await guard.doubts.settle(call, effect, whoOf(asked), why)
        if (!done) throw new Problem(404, 'unknown', 'this call is not in doubt')
        return { status: 200, body: { call, effect } }
      },
    },
  ]
}

function toolRoute(guard: Guard): Route {
  return {
    method: 'GET',
    path: '/v1/tools',
    needs: 'operate',
    handle: async () => {
      const tools = (await guard.tools.list()).map(({ at, ...tool }) => ({ ...tool, at: new Date(at).toISOString() }))
      return { status: 200, body: { tools } }
    },
  }
}

function shownDoubt(call: StoredCall): Readonly<Record<string, unknown>> {
  const { id, node, operation, principal, at } = call
  return { call: id, node, operation, principal, at: new Date(at).toISOString(), request: detailIn(call)?.call.request }
}
