/** What is switched off, and switching. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'

const kinds = ['principal', 'agent', 'workflow', 'operation', 'tenant', 'object', 'run'] as const

const shown = z.object({
  of: z.enum(kinds),
  name: z.string(),
  by: z.string(),
  why: z.string(),
  at: z.number().meta({ description: 'Milliseconds since 1970.' }),
})

const which = { of: z.enum(kinds), name: z.string().min(1).max(1000), why: z.string().min(1).max(1000) }

export const switchEndpoints = {
  'GET /api/switches': {
    id: 'listSwitches',
    summary: 'Everything that is switched off',
    needs: 'view',
    answer: z.object({ switches: z.array(shown) }),
  },
  'POST /api/switches': {
    id: 'switchOff',
    summary: 'Refuses every call of somebody or something, on every node, within a second',
    needs: 'operate',
    body: z.strictObject(which),
  },
  'POST /api/switches/on': {
    id: 'switchOn',
    summary: 'Lets it be used again',
    needs: 'operate',
    body: z.strictObject(which),
  },
} as const satisfies EndpointTable

export function switchArea({ switches }: Pick<Guard, 'switches'>, now: () => number): readonly Mounted[] {
  return mount(switchEndpoints, {
    'GET /api/switches': async () => ({ switches: [...switches.list()] }),
    'POST /api/switches': async ({ body, viewer }) => {
      await switches.off({ ...body, by: viewer.principal.id, at: now() })
    },
    'POST /api/switches/on': async ({ body: { of, name, why }, viewer }) => {
      const was = await switches.on(of, name, viewer.principal.id, why, now())
      if (!was) throw new Problem(404, 'unknown', 'it is not switched off')
    },
  })
}
