/** Sessions of the earlier revisions: our own ids, each bound to whoever opened it (session hijacking). */
import { randomBytes } from 'node:crypto'
import type { Principal } from '../../charter/charter.ts'
import type { Conversation } from './conversation.ts'

/** One session. `upstream` is the server's own id, which no client learns. */
export interface Session {
  readonly id: string
  readonly upstream: string
  readonly owner: string
  readonly conversation: Conversation
}

const idleMs = 60 * 60_000
const mostOfOne = 256
const most = 10_000

/** Who somebody is, as sessions and tasks remember it. */
export function ownerOf(principal: Principal): string {
  const { id, kind, tenant, chain } = principal
  return JSON.stringify([id ?? null, kind ?? null, tenant ?? null, ...(chain ?? []).map(ownerOf)])
}

/** All open sessions of this node. */
export class Sessions {
  readonly #known = new Map<string, { readonly session: Session; used: number }>()
  readonly #ofOwner = new Map<string, number>()

  /** @returns undefined when somebody has too many, or all together. */
  open(given: Omit<Session, 'id'>): Session | undefined {
    this.#forgetIdle()
    if ((this.#ofOwner.get(given.owner) ?? 0) >= mostOfOne || this.#known.size >= most) return undefined
    const session = { ...given, id: randomBytes(24).toString('base64url') }
    this.#known.set(session.id, { session, used: performance.now() })
    this.#ofOwner.set(given.owner, (this.#ofOwner.get(given.owner) ?? 0) + 1)
    return session
  }

  /** Undefined for a session that is not known, also where it is somebody else's: whoever asks learns nothing. */
  find(id: string, owner: string): Session | undefined {
    const found = this.#known.get(id)
    if (found === undefined || found.session.owner !== owner) return undefined
    found.used = performance.now()
    return found.session
  }

  close(id: string): void {
    const found = this.#known.get(id)
    if (found === undefined) return
    this.#known.delete(id)
    const left = (this.#ofOwner.get(found.session.owner) ?? 1) - 1
    if (left <= 0) this.#ofOwner.delete(found.session.owner)
    else this.#ofOwner.set(found.session.owner, left)
    void found.session.conversation.end({ sent: true, why: 'the session ended', timedOut: false })
  }

  #forgetIdle(): void {
    const before = performance.now() - idleMs
    for (const [id, { used }] of this.#known) if (used < before) this.close(id)
  }
}
