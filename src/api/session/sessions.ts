/** Sessions of browsers: a random name in a cookie, everything else on the shelf under its digest. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Shelf } from '../shelf.ts'
import type { Viewer, Way } from '../viewer.ts'
import { cookieIn, setCookie } from './cookie.ts'

/** The `__Host-` prefix makes browsers insist on a secure origin (loopback counts), this host alone and the whole of it. */
export const cookieName = '__Host-lockstep'

export interface SessionLimits {
  /** Ends so long after the last request; 1 hour by default. */
  readonly idleMs?: number
  /** Ends so long after signing in; 12 hours by default. */
  readonly longestMs?: number
}

interface Kept {
  readonly viewer: Viewer
  readonly how: Way
  readonly until: number
}

/** Who somebody is now who signed in before: settings may have changed since. Undefined: nobody any more. */
export type Judge = (viewer: Viewer, how: Way) => Viewer | undefined

export interface Sessions {
  /** @returns undefined when the request has none, or it is over. */
  find(request: IncomingMessage): Promise<Viewer | undefined>
  /** Ends the session the request has, if any: each signing in gives a new name. */
  begin(request: IncomingMessage, response: ServerResponse, who: { viewer: Viewer; how: Way }): Promise<void>
  end(request: IncomingMessage, response: ServerResponse): Promise<void>
}

const kind = 'session'
/** A request extends its session at most so often: each time costs a write. */
const extendMs = 60_000

export function makeSessions(
  shelf: Shelf,
  judge: Judge,
  { idleMs = 3_600_000, longestMs = 12 * 3_600_000 }: SessionLimits = {},
  now: () => number = Date.now,
): Sessions {
  const keep = (id: string, kept: Kept, version: number): Promise<boolean> =>
    shelf.put({ kind, id, at: now(), expires: Math.min(now() + idleMs, kept.until), content: kept }, version)
  const drop = async (request: IncomingMessage): Promise<void> => {
    const name = cookieIn(request, cookieName)
    if (name !== undefined) await shelf.drop(kind, digestOf(name))
  }
  return {
    async find(request) {
      const name = cookieIn(request, cookieName)
      if (name === undefined) return undefined
      const item = await shelf.get(kind, digestOf(name))
      if (item === undefined) return undefined
      const kept = item.content as Kept
      const viewer = judge(kept.viewer, kept.how)
      // SECURITY: only while it is still there: one that is ended meanwhile must not come back.
      if (viewer !== undefined && now() - item.at > Math.min(extendMs, idleMs / 10))
        await keep(item.id, kept, item.version)
      return viewer
    },
    async begin(request, response, { viewer, how }) {
      await drop(request)
      const name = randomBytes(32).toString('base64url')
      await keep(digestOf(name), { viewer, how, until: now() + longestMs }, 0)
      setCookie(response, cookieName, name, { maxAge: Math.floor(longestMs / 1000) })
    },
    async end(request, response) {
      await drop(request)
      setCookie(response, cookieName, '', { maxAge: 0 })
    },
  }
}

/** SECURITY: who can read the shelf can take over no session. */
function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
