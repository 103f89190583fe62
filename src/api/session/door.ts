/** Who comes in: finds the session of a request, and begins and ends sessions. */

import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Door } from '../serve.ts'
import type { Shelf } from '../shelf.ts'
import { makeSessions, type SessionLimits } from './sessions.ts'

export interface DoorOptions {
  readonly shelf: Shelf
  /** Where sign-ins are put on the record: who cannot be recorded does not come in. */
  readonly guard: Pick<Guard, 'note'>
  readonly limits?: SessionLimits
  readonly now?: () => number
}

export function makeDoor({ shelf, guard, limits = {}, now = Date.now }: DoorOptions): Door {
  const sessions = makeSessions(shelf, limits, now)
  return {
    async viewerOf(request) {
      const viewer = await sessions.find(request)
      if (viewer === undefined) throw new Problem(401, 'unauthenticated', 'sign in first')
      return viewer
    },
    sessionOf: (request, response) => ({
      async begin(viewer, how) {
        await guard.note({ kind: 'control-sign-in', principal: viewer.principal.id })
        await sessions.begin(response, viewer, how)
      },
      end: () => sessions.end(request, response),
    }),
    handle: async () => false,
  }
}
