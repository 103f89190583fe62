/** The two addresses of signing in with OpenID Connect: where one leaves for the provider, and where one comes back. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '../../gateway/control/problem.ts'
import type { Viewer } from '../viewer.ts'
import { cookieIn, setCookie } from './cookie.ts'
import { type Journey, NotSignedIn, type OpenId } from './openid.ts'
import type { Sealer } from './seal.ts'
import type { Judge } from './sessions.ts'

export interface OpenIdDoor {
  readonly openId: OpenId
  readonly sealer: Sealer
  readonly judge: Judge
  /** Puts it on the record, and gives the browser a session. */
  readonly admit: (request: IncomingMessage, response: ServerResponse, viewer: Viewer) => Promise<void>
  /** Whether coming back is not looked at for now: each asks the provider. */
  readonly tooMany: (request: IncomingMessage) => Promise<boolean>
  /** Puts it on the record. @returns false when it is one of too many. */
  readonly refused: (request: IncomingMessage, why: string) => Promise<boolean>
  readonly onError?: (error: unknown) => void
}

/** What is kept on the way. */
interface Travelling {
  readonly journey: Journey
  /** Where one wanted to go. */
  readonly next: string
}

const cookieName = '__Host-lockstep-way'
const leaving = '/sign-in/oidc'
const back = '/sign-in/oidc/callback'
/** Cookies have little room. */
const longestNext = 1000
const journeyMs = 10 * 60_000

/** @returns false when it is neither of them. */
export async function handleOpenId(
  door: OpenIdDoor,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const step = url.pathname === leaving ? leave : url.pathname === back ? arrive : undefined
  if (step === undefined) return false
  if (request.method !== 'GET') throw new Problem(405, 'method', 'this address takes GET', { allow: 'GET' })
  try {
    redirect(response, await step(door, request, response, url))
  } catch (error) {
    if (!(error instanceof NotSignedIn)) throw error
    const counts = error.code === 'over' || (await door.refused(request, error.message))
    if (counts) door.onError?.(error.cause ?? error)
    redirect(response, `/sign-in?problem=${counts ? error.code : 'too-many'}`)
  }
  return true
}

/** SECURITY: other sites cannot send anybody on this way. */
async function leave(
  { openId, sealer }: OpenIdDoor,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<string> {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Problem(403, 'origin', 'only pages of the console may ask')
  const { url: there, journey } = await openId.go(`${url.origin}${back}`)
  const travelling: Travelling = { journey, next: url.searchParams.get('next')?.slice(0, longestNext) ?? '/' }
  const kept = (await sealer.seal('journey', travelling, journeyMs)).toString('base64url')
  // The provider leads back here from its own site: a strict cookie would stay behind.
  setCookie(response, cookieName, kept, { maxAge: journeyMs / 1000, site: 'Lax' })
  return there.href
}

async function arrive(door: OpenIdDoor, request: IncomingMessage, response: ServerResponse, url: URL): Promise<string> {
  const kept = cookieIn(request, cookieName)
  setCookie(response, cookieName, '', { maxAge: 0, site: 'Lax' })
  const found = kept === undefined ? undefined : await door.sealer.open('journey', kept)
  if (found === undefined) throw new NotSignedIn('over', 'it began in another browser, or too long ago')
  if (await door.tooMany(request)) throw new NotSignedIn('too-many', 'too many attempts')
  const { journey, next } = found as Travelling
  const principal = await door.openId.arrive(url, `${url.origin}${back}`, journey)
  const viewer = door.judge({ principal, roles: [] }, 'oidc')
  if (viewer === undefined) throw new NotSignedIn('no-role', `\`${principal.id}\` has no role here`)
  await door.admit(request, response, viewer)
  return pageOf(next, url.origin)
}

/** SECURITY: only to pages of this console. */
function pageOf(next: string, origin: string): string {
  const url = URL.canParse(next, origin) ? new URL(next, origin) : undefined
  return url?.origin === origin && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store', 'content-length': '0' })
  response.end()
}
