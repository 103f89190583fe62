/** Sessions of the earlier revisions: our own ids, each bound to whoever opened it (session hijacking), the same at every node. */
import { randomBytes } from 'node:crypto'
import type { Principal } from '../../charter/charter.ts'
import type { Keeping, KeptName } from '../../guard/keeping.ts'
import { Conversation, type Overheard } from './conversation.ts'

/** One session, as this node knows it. `upstream` is the server's own id, which no client learns. */
export interface Session {
  readonly id: string
  readonly upstream: string
  readonly owner: string
  /** What was asked through this node: answers come on the connection of the node that asked. */
  readonly conversation: Conversation
}

const idleMs = 60 * 60_000
/** Of the idle time, the part after which its end is put off again. */
const parts = 6
/** So long after it was read, a session is believed to go on: the server itself knows when it ended. */
const believedMs = 5000
const mostOfOne = 256
/** So many are known to this node; others are read again. */
const most = 10_000

/** Who somebody is, as sessions and tasks remember it. */
export function ownerOf(principal: Principal): string {
  const { id, kind, tenant, chain } = principal
  return JSON.stringify([id ?? null, kind ?? null, tenant ?? null, ...(chain ?? []).map(ownerOf)])
}

interface Known {
  readonly session: Session
  used: number
  /** When it was read or put off last. */
  read: number
  kept: number
}

/** The sessions of one address. */
export class Sessions {
  readonly #keeping: Keeping
  readonly #door: string
  readonly #overheard: Overheard
  readonly #known = new Map<string, Known>()

  constructor(keeping: Keeping, door: string, overheard: Overheard) {
    this.#keeping = keeping
    this.#door = door
    this.#overheard = overheard
  }

  /** @returns undefined when somebody has too many. @throws {StoreError} when it cannot be kept. */
  async open(given: Omit<Session, 'id'>): Promise<Session | undefined> {
    this.#forgetIdle()
    const holder = this.#holderOf(given.owner)
    if ((await this.#keeping.count(holder)) >= mostOfOne) return undefined
    const session = { ...given, id: randomBytes(24).toString('base64url') }
    await this.#keeping.keep(this.#nameOf(session.id), { holder, content: session.upstream, forMs: idleMs })
    this.#remember(session)
    return session
  }

  /**
   * Undefined for a session that is not known, also where it is somebody else's: whoever asks learns nothing.
   *
   * @throws {StoreError} when nobody can tell.
   */
  async find(id: string, owner: string): Promise<Session | undefined> {
    const known = this.#known.get(id)
    const now = performance.now()
    if (known !== undefined && now - known.read < believedMs && now - known.kept < idleMs / parts) {
      if (known.session.owner !== owner) return undefined
      known.used = now
      return known.session
    }
    const upstream = await this.#putOff(id, owner)
    if (upstream === undefined) {
      if (known?.session.owner === owner) this.#drop(id)
      return undefined
    }
    const again = known?.session.upstream === upstream ? known.session : undefined
    return this.#remember(again ?? { id, upstream, owner, conversation: new Conversation(this.#overheard) })
  }

  /** The server's own id of a session of this owner; from now on it is used. */
  async #putOff(id: string, owner: string): Promise<string | undefined> {
    const name = this.#nameOf(id)
    const holder = this.#holderOf(owner)
    const known = this.#known.get(id)
    if (known !== undefined && performance.now() - known.kept < idleMs / parts) {
      const found = await this.#keeping.get(name)
      return found?.holder === holder ? String(found.content) : undefined
    }
    return this.#keeping.change(name, (found) =>
      found?.holder === holder
        ? { value: String(found.content), keep: { ...found, forMs: idleMs } }
        : { value: undefined },
    )
  }

  async close({ id }: Session): Promise<void> {
    this.#drop(id)
    await this.#keeping.drop(this.#nameOf(id))
  }

  #remember(session: Session): Session {
    const now = performance.now()
    const kept = this.#known.get(session.id)?.kept ?? Number.NEGATIVE_INFINITY
    const fresh = now - kept < idleMs / parts ? kept : now
    this.#known.delete(session.id)
    this.#known.set(session.id, { session, used: now, read: now, kept: fresh })
    const [oldest] = this.#known.keys()
    if (this.#known.size > most && oldest !== undefined) this.#drop(oldest)
    return session
  }

  #drop(id: string): void {
    const known = this.#known.get(id)
    this.#known.delete(id)
    void known?.session.conversation.end({ sent: true, why: 'the session ended', timedOut: false })
  }

  #forgetIdle(): void {
    const before = performance.now() - idleMs
    for (const [id, { used }] of this.#known) if (used < before) this.#drop(id)
  }

  #nameOf(id: string): KeptName {
    return ['mcp session', this.#door, id]
  }

  #holderOf(owner: string): string {
    return JSON.stringify(['mcp session', this.#door, owner])
  }
}
