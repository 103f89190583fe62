/** Values that OpenBao or Vault keep: of KV version 2, and of engines that give leases. */
import { VaultError } from '../error.ts'
import type { Elsewhere } from '../head.ts'
import type { OtherVaults } from '../inject.ts'
import { type Login, Session, usedBeforeRenewal } from './session.ts'
import type { Answer, Server } from './wire.ts'

/** A server and how it is used. */
export interface OtherVaultConfig {
  readonly server: Server
  readonly login: Login
  /** How long a value without a lease is used before it is read again. */
  readonly cacheMs: number
}

/** What was read. Times on the clock of `performance`. */
interface Known {
  readonly data: Readonly<Record<string, unknown>>
  readonly version: number
  readonly lease?: { readonly id: string; readonly renewable: boolean }
  readonly askAgainAt: number
  readonly endsAt: number
}

/** Other vaults that can be written to. */
export interface OpenBao extends OtherVaults {
  /**
   * Writes one field of a secret of KV version 2, if it is still at the version that was read (check-and-set); others stay as they are.
   *
   * @returns the new version. @throws {VaultError} `conflict` when somebody else was there first; `refused`, `unavailable`.
   */
  write(to: Elsewhere, value: string): Promise<number>
}

/** Opens nothing: each server is signed in to when it is first needed. */
export function makeOpenBao(configs: readonly OtherVaultConfig[]): OpenBao {
  const shelves = new Map(configs.map((config) => [config.server.name, new Shelf(config)]))
  const shelfOf = ({ vault }: Elsewhere): Shelf => {
    const shelf = shelves.get(vault)
    if (shelf === undefined) throw new VaultError('unavailable', `the guard file says nothing of \`${vault}\``)
    return shelf
  }
  return {
    read: async (from) => shelfOf(from).read(from),
    write: async (to, value) => shelfOf(to).write(to, value),
    close: async () => {
      await Promise.all([...shelves.values()].map((shelf) => shelf.close()))
    },
  }
}

/** What one server keeps. */
class Shelf {
  readonly #session: Session
  readonly #cacheMs: number
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<Known>>()

  constructor({ server, login, cacheMs }: OtherVaultConfig) {
    this.#session = new Session(server, login)
    this.#cacheMs = cacheMs
  }

  async read(from: Elsewhere): Promise<{ readonly value: string; readonly version: number }> {
    const { data, version } = await this.#current(from)
    const value = Object.hasOwn(data, from.field) ? data[from.field] : undefined
    if (typeof value !== 'string' || value === '')
      throw new VaultError('refused', `${from.path} of \`${from.vault}\` has no text called \`${from.field}\``)
    return { value, version }
  }

  async write(to: Elsewhere, value: string): Promise<number> {
    if (to.engine !== 'kv') throw new VaultError('refused', `\`${to.vault}\` gives ${to.path} itself`)
    const before = await this.#readKv(to, undefined)
    const body = { options: { cas: before.version }, data: { ...before.data, [to.field]: value } }
    try {
      const { data } = await this.#session.ask('POST', kvPath(to), body)
      this.#known.delete(keyOf(to))
      return typeof data?.['version'] === 'number' ? data['version'] : before.version + 1
    } catch (error) {
      // 400 is also the answer for check-and-set that did not match.
      if (error instanceof VaultError && error.code === 'refused' && / answered 400 /.test(error.message))
        throw new VaultError('conflict', `somebody else changed ${to.path} of \`${to.vault}\` at the same time`)
      throw error
    }
  }

  async close(): Promise<void> {
    const leases = [...this.#known.values()].flatMap(({ lease }) => (lease === undefined ? [] : [lease.id]))
    this.#known.clear()
    const revoked = leases.map((id) => this.#session.ask('POST', 'sys/leases/revoke', { lease_id: id }))
    await Promise.allSettled(revoked)
    await this.#session.close()
  }

  async #current(from: Elsewhere): Promise<Known> {
    const key = keyOf(from)
    const known = this.#known.get(key)
    if (known !== undefined && performance.now() < known.askAgainAt) return known
    const asking =
      this.#asking.get(key) ??
      this.#ask(from, known).finally(() => {
        this.#asking.delete(key)
      })
    this.#asking.set(key, asking)
    try {
      return await asking
    } catch (error) {
      // What has time left is used while the server does not answer; what the server refuses is not.
      const mayStay = error instanceof VaultError && error.code === 'unavailable' && known?.lease !== undefined
      if (mayStay && performance.now() < known.endsAt) return known
      this.#known.delete(key)
      throw error
    }
  }

  async #ask(from: Elsewhere, known: Known | undefined): Promise<Known> {
    const renewed = known === undefined ? undefined : await this.#renew(known)
    const next =
      renewed ?? (from.engine === 'kv' ? await this.#readKv(from, from.version) : await this.#readLease(from))
    this.#known.set(keyOf(from), next)
    return next
  }

  async #readKv(from: Elsewhere, version: number | undefined): Promise<Known> {
    const query = version === undefined ? '' : `?version=${version}`
    const { data } = await this.#session.ask('GET', `${kvPath(from)}${query}`)
    const [fields, metadata] = [data?.['data'], data?.['metadata']]
    if (!isRecord(fields) || !isRecord(metadata) || typeof metadata['version'] !== 'number')
      throw new VaultError('refused', `${from.path} of \`${from.vault}\` is no secret of KV version 2, or was deleted`)
    const endsAt = Math.min(performance.now() + this.#cacheMs, this.#session.endsAt)
    return { data: fields, version: metadata['version'], askAgainAt: endsAt, endsAt }
  }

  /** Every time another one is given: what was given before ends by itself. */
  async #readLease(from: Elsewhere): Promise<Known> {
    const answer = await this.#session.ask('GET', from.path.split('/').map(encodeURIComponent).join('/'))
    const lease = answer.lease_id === '' ? {} : { lease: { id: answer.lease_id, renewable: answer.renewable } }
    return { data: answer.data ?? {}, version: 1, ...lease, ...this.#times(answer) }
  }

  async #renew(known: Known): Promise<Known | undefined> {
    if (known.lease?.renewable !== true || performance.now() >= known.endsAt) return undefined
    try {
      const answer = await this.#session.ask('POST', 'sys/leases/renew', { lease_id: known.lease.id })
      return answer.lease_duration > 0 ? { ...known, ...this.#times(answer) } : undefined
    } catch (error) {
      if (error instanceof VaultError && error.code === 'unavailable') throw error
      return undefined
    }
  }

  #times({ lease_duration: seconds }: Answer): Pick<Known, 'askAgainAt' | 'endsAt'> {
    const now = performance.now()
    const lasts = seconds === 0 ? this.#cacheMs : seconds * 1000
    const endsAt = Math.min(now + lasts, this.#session.endsAt)
    return { askAgainAt: now + (endsAt - now) * (seconds === 0 ? 1 : usedBeforeRenewal), endsAt }
  }
}

/** `MOUNT/PATH` → `MOUNT/data/PATH`. */
function kvPath({ path }: Elsewhere): string {
  const [mount = '', ...rest] = path.split('/').map(encodeURIComponent)
  return [mount, 'data', ...rest].join('/')
}

function keyOf({ engine, path, version }: Elsewhere): string {
  return JSON.stringify([engine, path, version ?? null])
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
