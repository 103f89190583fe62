/** Who comes into the console, as the guard file says. */

import type { Door } from '../../api/serve.ts'
import { judgeBy } from '../../api/session/admission.ts'
import { makeDoor } from '../../api/session/door.ts'
import { makeLink } from '../../api/session/one-time-link.ts'
import { makeOpenId, type OpenId } from '../../api/session/openid.ts'
import { makePasskeys, type PasskeySite, type Passkeys } from '../../api/session/passkeys.ts'
import { makeRefusals } from '../../api/session/refusals.ts'
import { makeSealer } from '../../api/session/seal.ts'
import type { Shelf } from '../../api/shelf.ts'
import type { Viewer } from '../../api/viewer.ts'
import type { Guard } from '../../guard/guard.ts'
import type { ConsoleFile, OidcFile } from './console-schema.ts'
import type { Secrets } from './secrets.ts'

export interface ConsoleSignIn {
  readonly door: Door
  readonly passkeys: Passkeys
  readonly provider?: { readonly name: string; readonly openId: OpenId }
  /** What was only counted goes on the record. */
  close(): Promise<void>
}

export interface SignInParts {
  readonly shelf: Shelf
  readonly guard: Pick<Guard, 'note'>
  readonly secrets: Secrets
  readonly origins: () => readonly string[]
  readonly closing: AbortSignal
  readonly onError: (error: unknown) => void
}

/** @throws when the secret of the client is missing. */
export async function openSignIn(settings: ConsoleFile, parts: SignInParts): Promise<ConsoleSignIn> {
  const { shelf, guard, secrets, origins, closing, onError } = parts
  const now = Date.now
  const local = localViewer(settings)
  const { oidc } = settings['sign-in']
  const sealer = makeSealer(shelf, now)
  const provider = oidc && { name: oidc.name, openId: makeOpenId(await settingsOf(oidc, secrets), closing, now) }
  const refusals = makeRefusals(guard, now, onError)
  const door = makeDoor({
    refusals,
    shelf,
    guard,
    sealer,
    judge: judgeBy({ local, ...(oidc === undefined ? {} : { claimed: oidc.roles }) }),
    limits: { idleMs: settings.session.idle, longestMs: settings.session.longest },
    onError,
    ...(provider === undefined ? {} : { openId: provider.openId }),
  })
  const passkeys = makePasskeys({ shelf, sealer, local, now, site: () => siteOf(origins()) })
  return { door, passkeys, close: () => refusals.close(), ...(provider === undefined ? {} : { provider }) }
}

async function settingsOf(oidc: OidcFile, secrets: Secrets): Promise<Parameters<typeof makeOpenId>[0]> {
  const secret = oidc['client-secret']
  return {
    issuer: oidc.issuer,
    clientId: oidc['client-id'],
    scopes: oidc.scopes,
    principal: oidc.principal,
    userinfo: oidc.userinfo,
    everywhere: oidc['sign-out'] === 'everywhere',
    ...(secret === undefined ? {} : { clientSecret: await secrets.fill(secret) }),
  }
}

/** The name of the first origin; an address is none. */
function siteOf([first, ...others]: readonly string[]): PasskeySite | undefined {
  if (first === undefined) return undefined
  const { hostname } = new URL(first)
  if (/^[\d.]+$|^\[/.test(hostname)) return undefined
  return { id: hostname, origins: [first, ...others].filter((each) => new URL(each).hostname === hostname) }
}

function localViewer({ local }: ConsoleFile): Viewer {
  const { id, roles, as } = local
  const principal = { id, kind: 'user' as const, roles: as.roles }
  return { roles, principal: as.tenant === undefined ? principal : { ...principal, tenant: as.tenant } }
}

/** How long a link may wait. */
const linkMs = 15 * 60_000

/** Makes a link that signs in once as the local administrator. */
export async function linkTo(shelf: Shelf, url: string, settings: ConsoleFile): Promise<string> {
  const token = await makeLink(shelf, localViewer(settings), { lifetimeMs: linkMs, now: Date.now() })
  return `${url}/sign-in#link=${token}`
}

/** Tells other processes of this guard where its console is. */
export async function tellPlace(shelf: Shelf, url: string): Promise<void> {
  await shelf.put({ kind: 'place', id: 'console', at: Date.now(), content: url })
}

/** Where the console was shown last; undefined when it never was. */
export async function toldPlace(shelf: Shelf): Promise<string | undefined> {
  const { content } = (await shelf.get('place', 'console')) ?? {}
  return typeof content === 'string' ? content : undefined
}
