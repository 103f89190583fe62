/** Sessions of browsers: a random name in a cookie, everything else on the shelf under its digest. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../../gateway/control/problem.ts'
import type { Shelf } from '../shelf.ts'
import type { Viewer } from '../viewer.ts'

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
  readonly how: string
  readonly until: number
}

export interface Sessions {
  /** @returns undefined when the request has none, or it is over. */
  find(request: IncomingMessage): Promise<Viewer | undefined>
  begin(response: ServerResponse, viewer: Viewer, how: string): Promise<void>
  end(request: IncomingMessage, response: ServerResponse): Promise<void>
}

const kind = 'session'
/** A request extends its session at most so often: each time costs a write. */
const extendMs = 60_000

export function makeSessions(
  shelf: Shelf,
  { idleMs = 3_600_000, longestMs = 12 * 3_600_000 }: SessionLimits = {},
  now: () => number = Date.now,
): Sessions {
  const keep = (id: string, kept: Kept, at: number): Promise<boolean> =>
    shelf.put({ kind, id, at, expires: Math.min(at + idleMs, kept.until), content: kept })
  return {
    async find(request) {
      const name = nameIn(request)
      if (name === undefined) return undefined
      const item = await shelf.get(kind, digestOf(name))
      if (item === undefined) return undefined
      const kept = item.content as Kept
      if (now() - item.at > extendMs) await keep(item.id, kept, now())
      return kept.viewer
    },
    async begin(response, viewer, how) {
      const name = randomBytes(32).toString('base64url')
      await keep(digestOf(name), { viewer, how, until: now() + longestMs }, now())
      setCookie(response, name, Math.floor(longestMs / 1000))
    },
    async end(request, response) {
      const name = nameIn(request)
      if (name !== undefined) await shelf.drop(kind, digestOf(name))
      setCookie(response, '', 0)
    },
  }
}

/** SECURITY: who can read the shelf can take over no session. */
function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}

function nameIn(request: IncomingMessage): string | undefined {
  const found = (request.headers.cookie ?? '').split(/; */).filter((each) => each.startsWith(`${cookieName}=`))
  if (found.length > 1) throw new Problem(400, 'malformed', 'several sessions')
  const name = found[0]?.slice(cookieName.length + 1)
  return name === undefined || name === '' ? undefined : name
}

function setCookie(response: ServerResponse, value: string, maxAge: number): void {
  response.appendHeader(
    'set-cookie',
    `${cookieName}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`,
  )
}
