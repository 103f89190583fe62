/** Who comes in: finds the session of a request, and begins and ends sessions. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Door } from '../serve.ts'
import type { Shelf } from '../shelf.ts'
import type { Viewer, Way } from '../viewer.ts'
import { cookieIn, setCookie } from './cookie.ts'
import type { OpenId } from './openid.ts'
import { handleOpenId, type OpenIdDoor } from './openid-door.ts'
import { addressOf, type Refusals, type Trying } from './refusals.ts'
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
  readonly refusals: Refusals
  readonly onError?: (error: unknown) => void
}

/** What a browser shows that somebody signed in with before. It lets nobody in. */
const knownName = '__Host-lockstep-known'
const knownMs = 90 * 24 * 60 * 60_000

export function makeDoor(options: DoorOptions): Door {
  const { shelf, guard, judge, sealer, openId, limits = {}, now = Date.now, refusals, onError } = options
  const sessions = makeSessions(shelf, judge, limits, now)
  // SECURITY: behind a proxy all come from one address: what strangers do there must not keep out whoever came before.
  const whoTries = async (request: IncomingMessage): Promise<Trying> => {
    const shown = cookieIn(request, knownName)
    const browser = shown === undefined ? undefined : await sealer.open('known', shown)
    return typeof browser === 'string' ? { key: browser, known: true } : { key: addressOf(request), known: false }
  }
  const begin = async (
    request: IncomingMessage,
    response: ServerResponse,
    { viewer, how }: { readonly viewer: Viewer; readonly how: Way },
  ): Promise<void> => {
    const { key, known } = await whoTries(request)
    await guard.note({ kind: 'control-sign-in', principal: viewer.principal.id, how })
    await sessions.begin(request, response, { viewer, how })
    const browser = known ? key : randomBytes(16).toString('base64url')
    const sealed = (await sealer.seal('known', browser, knownMs)).toString('base64url')
    // The provider leads back here from its own site: a strict cookie would stay behind.
    setCookie(response, knownName, sealed, { maxAge: knownMs / 1000, site: 'Lax' })
  }
  const openIdDoor: OpenIdDoor | undefined = openId && {
    openId,
    sealer,
    judge,
    admit: (request, response, viewer) => begin(request, response, { viewer, how: 'oidc' }),
    tooMany: async (request) => refusals.tooMany(await whoTries(request)),
    refused: async (request, why) => refusals.refused(await whoTries(request), 'oidc', why),
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
      async refuse(how, why, says) {
        if (await refusals.refused(await whoTries(request), how, why)) throw new Problem(401, 'unauthenticated', says)
        const after = { 'retry-after': String(refusals.retryAfter()) }
        throw new Problem(429, 'too-many', `${says}; there were too many attempts lately`, after)
      },
      end: () => sessions.end(request, response),
    }),
    handle: async (request, response, url) =>
      openIdDoor !== undefined && (await handleOpenId(openIdDoor, request, response, url)),
  }
}
