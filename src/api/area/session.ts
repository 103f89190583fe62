/** Signing in and out, and who one is. */
import { z } from 'zod'
import type { Guard } from '../../guard/guard.ts'
import { type EndpointTable, type Mounted, mount, powers } from '../endpoint.ts'
import { useLink } from '../session/one-time-link.ts'
import type { OpenId } from '../session/openid.ts'
import type { Passkeys } from '../session/passkeys.ts'
import type { Shelf } from '../shelf.ts'
import { powersFor, roles, ways } from '../viewer.ts'

const viewer = z.object({
  id: z.string(),
  tenant: z.string().optional(),
  roles: z.array(z.enum(roles)),
  may: z.array(z.enum(powers)),
  how: z.enum(ways).optional().meta({ description: 'How they signed in.' }),
})

export const sessionEndpoints = {
  'GET /api/session': {
    id: 'getSession',
    summary: 'Who is signed in, and to what',
    needs: 'anybody',
    answer: z.object({ viewer, charter: z.string(), version: z.string() }),
  },
  'DELETE /api/session': {
    id: 'signOut',
    summary: 'Signs out',
    needs: 'anybody',
    answer: z.object({ next: z.string().optional().meta({ description: 'Where to sign out of the provider, too.' }) }),
  },
  'GET /api/session/ways': {
    id: 'listWays',
    summary: 'The ways there are to sign in',
    needs: 'nobody',
    answer: z.object({
      passkey: z.boolean().meta({ description: 'Whether anybody has one here.' }),
      provider: z.string().optional().meta({ description: 'What the identity provider is called.' }),
    }),
  },
  'POST /api/session/link': {
    id: 'signInByLink',
    summary: 'Signs in with a one-time link',
    needs: 'nobody',
    body: z.strictObject({ token: z.string().min(1).max(200) }),
  },
} as const satisfies EndpointTable

export interface SessionAreaOptions {
  readonly shelf: Shelf
  readonly guard: Pick<Guard, 'charter'>
  readonly passkeys: Pick<Passkeys, 'any'>
  /** Where people sign in who are not local. */
  readonly provider?: { readonly name: string; readonly openId: OpenId }
  /** Where browsers reach the console. */
  readonly origin: () => string
  /** Of the charter in force. */
  readonly version: () => string
}

export function sessionArea(options: SessionAreaOptions): readonly Mounted[] {
  const { shelf, guard, passkeys, provider, origin, version } = options
  return mount(sessionEndpoints, {
    'GET /api/session': async ({ viewer: who }) => {
      const { id, tenant } = who.principal
      return {
        viewer: {
          id,
          roles: [...who.roles],
          may: [...powersFor(who)],
          ...(tenant === undefined ? {} : { tenant }),
          ...(who.how === undefined ? {} : { how: who.how }),
        },
        charter: guard.charter().name,
        version: version(),
      }
    },
    'DELETE /api/session': async ({ session, viewer: who }) => {
      await session.end()
      const next = who.how === 'oidc' ? await provider?.openId.leave(`${origin()}/sign-in`) : undefined
      return next === undefined ? {} : { next }
    },
    'GET /api/session/ways': async () => ({
      passkey: await passkeys.any(),
      ...(provider === undefined ? {} : { provider: provider.name }),
    }),
    'POST /api/session/link': async ({ body, session }) => {
      const found = await useLink(shelf, body.token)
      if (found === undefined)
        return session.refuse(
          'link',
          'a link that is over or was used',
          'this link was used, or is over: ask for another one',
        )
      await session.begin(found, 'link')
    },
  })
}
