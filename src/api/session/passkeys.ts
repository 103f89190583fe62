/** Passkeys of the local administrator (WebAuthn). Made after signing in with a link; from then on, they sign in. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Item, Shelf } from '../shelf.ts'
import type { Viewer } from '../viewer.ts'
import type { Sealer } from './seal.ts'

/** Where passkeys count: `id` is the name they are bound to. */
export interface PasskeySite {
  readonly id: string
  readonly origins: readonly string[]
}

export interface PasskeyOptions {
  readonly shelf: Shelf
  readonly sealer: Sealer
  readonly local: Viewer
  /** Undefined where the console is known by an address only. */
  readonly site: () => PasskeySite | undefined
  readonly now: () => number
}

/** One passkey, without its key. */
export interface Passkey {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly used?: number
}

interface Kept {
  readonly owner: string
  readonly name: string
  readonly made: number
  readonly used?: number
  readonly key: string
  readonly counter: number
  readonly transports: readonly string[]
}

export interface Passkeys {
  /** Whether passkeys count here, and there is one. */
  any(): Promise<boolean>
  list(): Promise<readonly Passkey[]>
  /** @returns undefined where passkeys do not count. */
  offer(): Promise<PublicKeyCredentialCreationOptionsJSON | undefined>
  /** @returns false when it is not what was offered, was made before, or nobody was verified by it. */
  add(name: string, made: RegistrationResponseJSON): Promise<boolean>
  /** @returns its name; undefined when there is none. */
  remove(id: string): Promise<string | undefined>
  ask(): Promise<PublicKeyCredentialRequestOptionsJSON | undefined>
  /** Who signs in with it; undefined when that was not shown. */
  signIn(shown: AuthenticationResponseJSON): Promise<Viewer | undefined>
}

const kind = 'passkey'
/** EdDSA, ES256, RS256 (COSE). */
const algorithms = [-8, -7, -257]
const offerMs = 5 * 60_000

export function makePasskeys(options: PasskeyOptions): Passkeys {
  const { shelf, local, now } = options
  const mine = async (): Promise<readonly (Item & { readonly content: Kept })[]> =>
    ((await shelf.list(kind)) as readonly (Item & { readonly content: Kept })[]).filter(
      ({ content }) => content.owner === local.principal.id,
    )
  return {
    any: async () => options.site() !== undefined && (await mine()).length > 0,
    list: async () =>
      (await mine()).map(({ id, content: { name, made, used } }) => ({
        id,
        name,
        at: made,
        ...(used === undefined ? {} : { used }),
      })),
    async offer() {
      const site = options.site()
      return site && offerOf(options, site, await mine())
    },
    add: (name, made) => add(options, name, made),
    async remove(id) {
      const found = (await mine()).find((each) => each.id === id)
      return found !== undefined && (await shelf.drop(kind, id)) ? found.content.name : undefined
    },
    async ask() {
      const site = options.site()
      if (site === undefined) return undefined
      const challenge = new Uint8Array(await options.sealer.seal('passkey', 'sign in', offerMs))
      return generateAuthenticationOptions({ rpID: site.id, challenge, userVerification: 'required', timeout: offerMs })
    },
    signIn: async (shown) => ((await isShown(options, shown, now())) ? { ...local, how: 'passkey' } : undefined),
  }
}

async function offerOf(
  { sealer, local }: PasskeyOptions,
  { id }: PasskeySite,
  there: readonly Item[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: 'Lockstep',
    rpID: id,
    userName: local.principal.id,
    userID: new TextEncoder().encode(local.principal.id),
    challenge: new Uint8Array(await sealer.seal('passkey', 'add', offerMs)),
    timeout: offerMs,
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: there.map((each) => ({ id: each.id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

async function add(
  { shelf, sealer, site, local, now }: PasskeyOptions,
  name: string,
  made: RegistrationResponseJSON,
): Promise<boolean> {
  const { id, origins } = site() ?? { id: '', origins: [] }
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: made,
    expectedChallenge: async (challenge) => (await sealer.open('passkey', challenge)) === 'add',
    expectedOrigin: [...origins],
    expectedRPID: id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => ({ verified: false, registrationInfo: undefined }))
  if (!verified || registrationInfo === undefined || !(await sealer.spend(challengeOf(made)))) return false
  const { credential } = registrationInfo
  const kept: Kept = {
    owner: local.principal.id,
    name,
    made: now(),
    key: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
  }
  return shelf.put({ kind, id: credential.id, at: now(), content: kept }, 0)
}

/** SECURITY: the counter is kept in the same step that checks it: of two copies of a key that sign in at once, one does. */
async function isShown(
  { shelf, sealer, site }: PasskeyOptions,
  shown: AuthenticationResponseJSON,
  at: number,
): Promise<boolean> {
  const { id, origins } = site() ?? { id: '', origins: [] }
  const item = await shelf.get(kind, shown.id)
  if (item === undefined) return false
  const kept = item.content as Kept
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: shown,
    expectedChallenge: async (challenge) => (await sealer.open('passkey', challenge)) === 'sign in',
    expectedOrigin: [...origins],
    expectedRPID: id,
    credential: { id: item.id, publicKey: new Uint8Array(Buffer.from(kept.key, 'base64url')), counter: kept.counter },
    requireUserVerification: true,
  }).catch(() => ({ verified: false, authenticationInfo: undefined }))
  if (!verified || authenticationInfo === undefined || !(await sealer.spend(challengeOf(shown)))) return false
  const content: Kept = { ...kept, counter: authenticationInfo.newCounter, used: at }
  return shelf.put({ kind, id: item.id, at, content }, item.version)
}

/** Of a response that was verified. */
function challengeOf({ response }: { readonly response: { readonly clientDataJSON: string } }): string {
  const data = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as { challenge: string }
  return data.challenge
}
