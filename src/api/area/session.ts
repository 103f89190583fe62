/** Signing in and out, and who one is. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import { type EndpointTable, type Mounted, mount, powers } from '../endpoint.ts'
import { useLink } from '../session/one-time-link.ts'
import type { Shelf } from '../shelf.ts'
import { powersFor, roles } from '../viewer.ts'

const viewer = z.object({
  id: z.string(),
  tenant: z.string().optional(),
  roles: z.array(z.enum(roles)),
  may: z.array(z.enum(powers)),
})

export const sessionEndpoints = {
  'GET /api/session': {
    id: 'getSession',
    summary: 'Who is signed in, and to what',
    needs: 'anybody',
    answer: z.object({ viewer, charter: z.string(), version: z.string() }),
  },
  'DELETE /api/session': { id: 'signOut', summary: 'Signs out', needs: 'anybody' },
  'POST /api/session/link': {
    id: 'signInByLink',
    summary: 'Signs in with a one-time link',
    needs: 'nobody',
    body: z.strictObject({ token: z.string().min(1).max(200) }),
  },
} as const satisfies EndpointTable

export interface SessionAreaOptions {
  readonly shelf: Shelf
  readonly guard: Pick<Guard, 'note' | 'charter'>
  /** Of the charter in force. */
  readonly version: () => string
}

export function sessionArea({ shelf, guard, version }: SessionAreaOptions): readonly Mounted[] {
  return mount(sessionEndpoints, {
    'GET /api/session': async ({ viewer: who }) => {
      const { id, tenant } = who.principal
      return {
        viewer: { id, roles: [...who.roles], may: [...powersFor(who)], ...(tenant === undefined ? {} : { tenant }) },
        charter: guard.charter().name,
        version: version(),
      }
    },
    'DELETE /api/session': async ({ session }) => session.end(),
    'POST /api/session/link': async ({ body, session }) => {
      const found = await useLink(shelf, body.token)
      if (found === undefined) {
        await guard.note({ kind: 'control-sign-in-refused', why: 'a link that is over or was used' })
        throw new Problem(401, 'unauthenticated', 'this link was used, or is over: ask for another one')
      }
      await session.begin(found, 'link')
    },
  })
}
