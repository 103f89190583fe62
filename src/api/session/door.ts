/** Who comes in: finds the session of a request, and begins and ends sessions. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Door } from '../serve.ts'
import type { Shelf } from '../shelf.ts'
import type { Viewer, Way } from '../viewer.ts'
import type { OpenId } from './openid.ts'
import { handleOpenId, type OpenIdDoor } from './openid-door.ts'
import type { Sealer } from './seal.ts'
import { type Judge, makeSessions, type SessionLimits } from './sessions.ts'

export interface DoorOptions {
  readonly shelf: Shelf
  /** Where sign-ins are put on the record: who cannot be recorded does not come in. */
  readonly guard: Pick<Guard, 'note'>
  readonly judge: Judge
  readonly sealer: Sealer
  readonly openId?: OpenId
  readonly limits?: SessionLimits
  readonly now?: () => number
  readonly onError?: (error: unknown) => void
}

export function makeDoor(options: DoorOptions): Door {
  const { shelf, guard, judge, sealer, openId, limits = {}, now = Date.now, onError } = options
  const sessions = makeSessions(shelf, judge, limits, now)
  const begin = async (
    request: IncomingMessage,
    response: ServerResponse,
    { viewer, how }: { readonly viewer: Viewer; readonly how: Way },
  ): Promise<void> => {
    await guard.note({ kind: 'control-sign-in', principal: viewer.principal.id, how })
    await sessions.begin(request, response, { viewer, how })
  }
  const openIdDoor: OpenIdDoor | undefined = openId && {
    openId,
    sealer,
    judge,
    admit: (request, response, viewer) => begin(request, response, { viewer, how: 'oidc' }),
    refused: (why) => guard.note({ kind: 'control-sign-in-refused', why, how: 'oidc' }),
    ...(onError === undefined ? {} : { onError }),
  }
  return {
    async viewerOf(request) {
      const viewer = await sessions.find(request)
      if (viewer === undefined) throw new Problem(401, 'unauthenticated', 'sign in first')
      return viewer
    },
    sessionOf: (request, response) => ({
      begin: (viewer, how) => begin(request, response, { viewer, how }),
      end: () => sessions.end(request, response),
    }),
    handle: async (request, response, url) =>
      openIdDoor !== undefined && (await handleOpenId(openIdDoor, request, response, url)),
  }
}
