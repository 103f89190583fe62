/** Passkeys of the local administrator: making, listing and removing them, and signing in with one. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'
import type { Passkeys } from '../session/passkeys.ts'
import type { Viewer } from '../viewer.ts'

const bytes = z
  .string()
  .regex(/^[\w-]+$/)
  .max(20_000)
const offered = z.object({ options: z.unknown().meta({ description: 'For `navigator.credentials`, as JSON.' }) })
const credential = {
  id: bytes,
  rawId: bytes,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().optional(),
}

const made = z.object({
  ...credential,
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  response: z.object({ clientDataJSON: bytes, attestationObject: bytes, transports: z.array(z.string()).optional() }),
})
const shown = z.object({
  ...credential,
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.optional(),
  }),
})

export const passkeyEndpoints = {
  'POST /api/session/passkey/options': {
    id: 'askForPasskey',
    summary: 'What a browser needs to sign in with a passkey',
    needs: 'nobody',
    answer: offered,
  },
  'POST /api/session/passkey': {
    id: 'signInByPasskey',
    summary: 'Signs in with a passkey',
    needs: 'nobody',
    body: z.strictObject({ shown }),
  },
  'GET /api/passkeys': {
    id: 'listPasskeys',
    summary: 'The passkeys of the local administrator',
    needs: 'anybody',
    answer: z.object({
      passkeys: z.array(z.object({ id: z.string(), name: z.string(), at: z.number(), used: z.number().optional() })),
    }),
  },
  'POST /api/passkeys/options': {
    id: 'offerPasskey',
    summary: 'What a browser needs to make a passkey',
    needs: 'anybody',
    answer: offered,
  },
  'POST /api/passkeys': {
    id: 'addPasskey',
    summary: 'Adds a passkey that was made',
    needs: 'anybody',
    body: z.strictObject({ name: z.string().trim().min(1).max(60), made }),
  },
  'DELETE /api/passkeys/{id}': { id: 'removePasskey', summary: 'Removes a passkey', needs: 'anybody' },
} as const satisfies EndpointTable

export function passkeyArea(passkeys: Passkeys, guard: Pick<Guard, 'note'>): readonly Mounted[] {
  const none = (): Problem =>
    new Problem(404, 'no-passkeys', 'passkeys need a name: reach the console by one, as `console.url` says')
  const note = (effect: string, name: string, { principal }: Viewer): Promise<void> =>
    guard.note({ kind: 'act', effect, of: `passkey ${name}`, principal: principal.id })
  return mount(passkeyEndpoints, {
    'POST /api/session/passkey/options': async () => {
      const options = await passkeys.ask()
      if (options === undefined) throw none()
      return { options }
    },
    'POST /api/session/passkey': async ({ body, session }) => {
      const viewer = await passkeys.signIn(body.shown as AuthenticationResponseJSON)
      if (viewer === undefined)
        return session.refuse('passkey', 'a passkey that does not count', 'this passkey does not count here')
      await session.begin(viewer, 'passkey')
    },
    'GET /api/passkeys': async ({ viewer }) => {
      mustBeLocal(viewer)
      return { passkeys: [...(await passkeys.list())] }
    },
    'POST /api/passkeys/options': async ({ viewer }) => {
      mustBeLocal(viewer)
      const options = await passkeys.offer()
      if (options === undefined) throw none()
      return { options }
    },
    'POST /api/passkeys': async ({ body: { name, made: given }, viewer }) => {
      mustBeLocal(viewer)
      if (!(await passkeys.add(name, given as RegistrationResponseJSON)))
        throw new Problem(400, 'malformed', 'this is not the passkey that was asked for')
      await note('passkey-added', name, viewer)
    },
    'DELETE /api/passkeys/{id}': async ({ parameters, viewer }) => {
      mustBeLocal(viewer)
      const name = await passkeys.remove(parameters.id)
      if (name === undefined) throw new Problem(404, 'unknown', 'there is no such passkey')
      await note('passkey-removed', name, viewer)
    },
  })
}

/** SECURITY: a passkey signs in as the local administrator; whoever a provider signed in must not make one. */
function mustBeLocal({ how }: Viewer): void {
  if (how !== 'link' && how !== 'passkey')
    throw new Problem(403, 'not-local', 'passkeys are for the local administrator; you sign in elsewhere')
}
