/** A token for a server of OpenBao or Vault: had by signing in, renewed while it lasts, had anew when it ends, revoked at the end. */
import { VaultError } from '../error.ts'
import { type Answer, type Auth, ask, type Server } from './wire.ts'

/** How to sign in. What is secret is read each time it is needed. */
export type Login =
  /** A token that somebody else gave: renewed where it can be, never revoked. */
  | { readonly kind: 'token'; token(): Promise<string> }
  | { readonly kind: 'approle'; readonly mount: string; readonly roleId: string; secretId(): Promise<string> }
  | { readonly kind: 'kubernetes'; readonly mount: string; readonly role: string; jwt(): Promise<string> }

interface Held {
  readonly token: string
  readonly renewable: boolean
  readonly own: boolean
  /** On the clock of `performance`; infinite for a token that does not end. */
  readonly renewAt: number
  readonly endsAt: number
}

/** Of the time a token or a lease has, so much is used before more is asked for. */
export const usedBeforeRenewal: number = 2 / 3

/** One server, signed in to when it is needed. */
export class Session {
  readonly #server: Server
  readonly #login: Login
  #held: Held | undefined
  #signingIn: Promise<Held> | undefined

  constructor(server: Server, login: Login) {
    this.#server = server
    this.#login = login
  }

  /** Asks with a token; once more with a new one when this one is refused. @throws as `ask`. */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const held = await this.#token()
    try {
      return await this.#with(held, method, path, body)
    } catch (error) {
      // 403 is the answer for a token that is over, and for a path that is not allowed.
      if (!(error instanceof VaultError && error.code === 'refused' && / answered 403 /.test(error.message)))
        throw error
      if (this.#held === held) this.#held = undefined
      const next = await this.#token()
      if (next.token === held.token) throw error
      return this.#with(next, method, path, body)
    }
  }

  /** When the token ends that is held now: nothing that was had with it may be used longer. On the clock of `performance`. */
  get endsAt(): number {
    return this.#held?.endsAt ?? Number.POSITIVE_INFINITY
  }

  /** Revokes the token, and with it every lease that was had with it, unless somebody else gave it. Never rejects. */
  async close(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    if (held?.own === true) await this.#with(held, 'POST', 'auth/token/revoke-self').catch(() => undefined)
  }

  #with({ token }: Held, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    return ask(this.#server, method, path, { token, ...(body === undefined ? {} : { body }) })
  }

  #token(): Promise<Held> {
    const held = this.#held
    if (held !== undefined && performance.now() < held.renewAt) return Promise.resolve(held)
    // Those who need it at the same moment share one.
    this.#signingIn ??= this.#obtain(held).finally(() => {
      this.#signingIn = undefined
    })
    return this.#signingIn
  }

  async #obtain(held: Held | undefined): Promise<Held> {
    const next = (held === undefined ? undefined : await this.#renew(held)) ?? (await this.#signIn())
    this.#held = next
    return next
  }

  /** Undefined when it cannot be renewed: then it takes a new one. */
  async #renew(held: Held): Promise<Held | undefined> {
    if (!held.renewable || performance.now() >= held.endsAt) return undefined
    try {
      const { auth } = await this.#with(held, 'POST', 'auth/token/renew-self', {})
      return auth === undefined || auth === null ? undefined : heldOf(auth, held.own)
    } catch {
      return undefined
    }
  }

  async #signIn(): Promise<Held> {
    const login = this.#login
    if (login.kind === 'token') return this.#given(await login.token())
    const body =
      login.kind === 'approle'
        ? { role_id: login.roleId, secret_id: await login.secretId() }
        : { role: login.role, jwt: await login.jwt() }
    const { auth } = await ask(this.#server, 'POST', `auth/${login.mount}/login`, { body })
    if (auth === undefined || auth === null)
      throw new VaultError('unavailable', `\`${this.#server.name}\` gave no token`)
    return heldOf(auth, true)
  }

  /** How long it lasts is asked for. */
  async #given(token: string): Promise<Held> {
    const { data } = await ask(this.#server, 'GET', 'auth/token/lookup-self', { token })
    const seconds = typeof data?.['ttl'] === 'number' ? data['ttl'] : 0
    return heldOf({ client_token: token, lease_duration: seconds, renewable: data?.['renewable'] === true }, false)
  }
}

function heldOf({ client_token: token, lease_duration: seconds, renewable }: Auth, own: boolean): Held {
  const now = performance.now()
  if (seconds === 0)
    return { token, renewable: false, own, renewAt: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY }
  return { token, renewable, own, renewAt: now + seconds * 1000 * usedBeforeRenewal, endsAt: now + seconds * 1000 }
}
