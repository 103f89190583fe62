/** Changes of secrets: set, rotated, given other scopes, disabled, deleted, wrapped anew. Each is on the record before it is done. */
import { randomBytes } from 'node:crypto'
import type { SecretBody } from '../ledger/entry.ts'
import { VaultError } from './error.ts'
import { type Elsewhere, type Head, parseHead } from './head.ts'
import type { MasterKeys } from './master-key.ts'
import { type BrokenSecret, type OpenSecret, openAll, openSecret, type Secrets, secretRows } from './opened.ts'
import type { VaultRecord } from './record.ts'
import { printScope, type Scope } from './scope.ts'
import { type Binding, openVersion, rewrap, sealHead, sealVersion } from './seal.ts'
import type { StoredVersion, VaultStore } from './store.ts'

export interface KeeperOptions {
  readonly store: VaultStore
  readonly masters: MasterKeys
  readonly record: VaultRecord
  /** Writes a value that another vault keeps. */
  readonly write?: (to: Elsewhere, value: string) => Promise<number>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What a new secret is. Its value, or where another vault has it. */
export interface NewSecret {
  readonly value: string
  readonly from?: Elsewhere
  readonly scopes: readonly Scope[]
}

/** Whoever holds the keys of the vault. Every method rejects with a {VaultError} when nothing was changed. */
export interface Keeper {
  /** A secret that is not there yet, or can no more be used. @returns its version. */
  set(name: string, secret: NewSecret, by: string): Promise<number>
  /** Another value; the one before stays for `overlapMs`, for what was given it. @returns the new version. */
  rotate(name: string, value: string, overlapMs: number, by: string): Promise<number>
  rescope(name: string, scopes: readonly Scope[], by: string): Promise<void>
  disable(name: string, why: string, by: string): Promise<void>
  enable(name: string, by: string): Promise<void>
  remove(name: string, by: string): Promise<void>
  /** Wraps all keys by the current master key. @returns how many secrets needed it; throws once the others are done when one cannot be opened. */
  rekey(by: string): Promise<number>
  /** Destroys versions whose time is over. @returns how many secrets had one. */
  tidy(by: string): Promise<number>
  all(): Promise<Secrets>
}

/** A value shorter than this is not told from ordinary text when it comes back. */
const shortest = 8

/** What a change puts in the place of a secret, and what the record says of it. */
interface Change {
  readonly head: Head
  readonly versions: readonly StoredVersion[]
  /** Of the current version; undefined for one that is deleted. */
  readonly key: Buffer | undefined
  readonly said: Said
  /** What is done elsewhere, once it is on the record. */
  readonly elsewhere?: () => Promise<unknown>
}

type Said = Pick<SecretBody, 'effect' | 'version' | 'why' | 'scopes'>
/** @param last - What the head claims, whether it is to be believed or not. */
type Make = (before: OpenSecret | BrokenSecret | undefined, last: Head | undefined) => Promise<Change>

/** Makes a keeper; holds nothing open itself. */
export function makeKeeper(options: KeeperOptions): Keeper {
  return new VaultKeeper(options)
}

class VaultKeeper implements Keeper {
  readonly #options: KeeperOptions

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  async all(): Promise<Secrets> {
    const { store, masters, record } = this.#options
    return openAll(await store.read(), masters, await record.revisions())
  }

  async set(name: string, { value, from, scopes }: NewSecret, by: string): Promise<number> {
    checkName(name)
    if (from === undefined) checkValue(name, value)
    let version = 1
    await this.#change(name, by, async (before, last) => {
      if (before !== undefined && !('problem' in before))
        throw new VaultError('conflict', `there is a secret \`${name}\` already: rotate it`, { secret: name })
      version = (last?.current ?? 0) + 1
      const { row, key } = await this.#seal({ secret: name, version, scopes }, value)
      const moment = this.#moment(by)
      const head: Head = {
        made: moment,
        changed: moment,
        current: version,
        versions: [{ version, ...moment }],
        scopes: [...scopes],
        placeholder: `lockstep-placeholder-${name}-${randomBytes(8).toString('hex')}`,
        ...(from === undefined ? {} : { from }),
      }
      return { head, key, versions: [row], said: { effect: 'set', version, scopes: scopes.map(printScope) } }
    })
    return version
  }

  async rotate(name: string, value: string, overlapMs: number, by: string): Promise<number> {
    checkValue(name, value)
    let version = 0
    await this.#changeOpen(name, by, async (secret) => {
      const { head } = secret
      version = head.from === undefined ? head.current + 1 : head.current
      return head.from === undefined
        ? this.#rotateHere(secret, value, overlapMs, by)
        : this.#rotateElsewhere(secret, head.from, value, by)
    })
    return version
  }

  async #rotateHere({ name, head, rows }: OpenSecret, value: string, overlapMs: number, by: string): Promise<Change> {
    const version = head.current + 1
    const { row, key } = await this.#seal({ secret: name, version, scopes: head.scopes }, value)
    const moment = this.#moment(by)
    const until = moment.at + overlapMs
    const kept = head.versions
      .map((each) => (each.version === head.current ? { ...each, until } : each))
      .filter((each) => (each.until ?? 0) > moment.at)
    const why = overlapMs === 0 ? {} : { why: `version ${head.current} until ${new Date(until).toISOString()}` }
    return {
      head: { ...head, changed: moment, current: version, versions: [...kept, { version, ...moment }] },
      key,
      versions: [...rowsOf(rows.versions, kept), row],
      said: { effect: 'rotated', version, ...why },
    }
  }

  #rotateElsewhere({ name, head, key, rows }: OpenSecret, from: Elsewhere, value: string, by: string): Change {
    const { write } = this.#options
    if (write === undefined || from.version !== undefined)
      throw new VaultError('refused', `\`${name}\` is kept by \`${from.vault}\`: rotate it there`, { secret: name })
    return {
      head: { ...head, changed: this.#moment(by) },
      key,
      versions: rows.versions,
      said: { effect: 'rotated', why: `kept by ${from.vault}` },
      elsewhere: () => write(from, value),
    }
  }

  async rescope(name: string, scopes: readonly Scope[], by: string): Promise<void> {
    await this.#changeOpen(name, by, async ({ head, rows }) => {
      const versions: StoredVersion[] = []
      let current: Buffer | undefined
      for (const stored of rows.versions) {
        const binding = { secret: name, version: stored.version }
        const { value } = await openVersion(this.#options.masters, { ...binding, scopes: head.scopes }, stored)
        const { row, key } = await this.#seal({ ...binding, scopes }, value)
        versions.push(row)
        if (stored.version === head.current) current = key
      }
      const said: Said = { effect: 'scoped', scopes: scopes.map(printScope) }
      return { head: { ...head, changed: this.#moment(by), scopes: [...scopes] }, versions, key: current, said }
    })
  }

  async disable(name: string, why: string, by: string): Promise<void> {
    await this.#changeOpen(name, by, async ({ head, key, rows: { versions } }) => {
      const moment = this.#moment(by)
      const next: Head = { ...head, changed: moment, disabled: { ...moment, why } }
      return { head: next, key, versions, said: { effect: 'disabled', why } }
    })
  }

  async enable(name: string, by: string): Promise<void> {
    await this.#changeOpen(name, by, async ({ head: { disabled: _, ...head }, key, rows: { versions } }) => ({
      head: { ...head, changed: this.#moment(by) },
      key,
      versions,
      said: { effect: 'enabled' },
    }))
  }

  async remove(name: string, by: string): Promise<void> {
    await this.#change(name, by, async (before, last) => {
      if (before === undefined) throw unknown(name)
      const moment = this.#moment(by)
      const head: Head = {
        made: last?.made ?? moment,
        changed: moment,
        current: last?.current ?? 1,
        versions: [],
        scopes: [],
        placeholder: last?.placeholder ?? name,
        deleted: true,
      }
      return { head, key: undefined, versions: [], said: { effect: 'deleted' } }
    })
  }

  async rekey(by: string): Promise<number> {
    const { masters } = this.#options
    const id = JSON.stringify(masters.current.id)
    const secrets = await this.all()
    const count = await this.#each(
      secrets,
      ({ rows }) => rows.versions.some(({ detail }) => !detail.includes(id)),
      by,
      async ({ name, head, key, rows }) => {
        const versions: StoredVersion[] = []
        for (const row of rows.versions)
          versions.push(await rewrap(masters, { secret: name, version: row.version }, row))
        const said: Said = { effect: 'rekeyed', why: `wrapped by ${masters.current.id}` }
        return { head: { ...head, changed: this.#moment(by) }, key, versions, said }
      },
    )
    // The others are done. This one would be lost with the old key.
    for (const secret of secrets.values()) if ('problem' in secret) throw secret.problem
    return count
  }

  async tidy(by: string): Promise<number> {
    const isOver = ({ until }: Head['versions'][number]): boolean => until !== undefined && until <= this.#options.now()
    return this.#each(
      await this.all(),
      ({ head }) => head.versions.some(isOver),
      by,
      async ({ head, key, rows }) => {
        const kept = head.versions.filter((each) => !isOver(each))
        const gone = head.versions.filter(isOver).map(({ version }) => version)
        const said: Said = { effect: 'destroyed', why: `version ${gone.join(', ')}: its time is over` }
        return { head: { ...head, versions: kept }, key, versions: rowsOf(rows.versions, kept), said }
      },
    )
  }

  /** Reads, has the change made, records it, and puts it in place unless somebody else was there first. */
  async #change(name: string, by: string, make: Make): Promise<void> {
    const { store, masters, record, now } = this.#options
    const rows = secretRows(await store.read()).find(({ head }) => head.name === name)
    const recorded = (await record.revisions()).get(name) ?? 0
    const before = rows === undefined ? undefined : await openSecret(rows, masters, recorded)
    const change = await make(before, rows === undefined ? undefined : parseHead(rows.head.detail))
    const expected = rows?.head.revision ?? 0
    const revision = Math.max(expected, recorded) + 1
    const draft = { kind: 'secret', secret: name, revision, principal: { id: by }, at: now() } as const
    await record.append({ ...draft, ...change.said })
    const undone = (why: string): Promise<void> =>
      record.append({ ...draft, effect: 'not-done', why }).catch(() => undefined)
    let isDone: boolean
    try {
      await change.elsewhere?.()
      isDone = await store.replace(expected, sealHead(name, revision, change.head, change.key), change.versions)
    } catch (error) {
      await undone(error instanceof VaultError ? error.code : 'the store failed')
      throw error
    }
    if (isDone) return
    await undone('somebody else changed it')
    throw new VaultError('conflict', `somebody else changed \`${name}\` at the same time`, { secret: name })
  }

  #changeOpen(name: string, by: string, make: (secret: OpenSecret) => Promise<Change>): Promise<void> {
    return this.#change(name, by, async (before) => {
      if (before === undefined) throw unknown(name)
      if ('problem' in before) throw before.problem
      return make(before)
    })
  }

  /** Changes those that need it and can be opened. */
  async #each(
    secrets: Secrets,
    needs: (secret: OpenSecret) => boolean,
    by: string,
    make: (secret: OpenSecret) => Promise<Change>,
  ): Promise<number> {
    let count = 0
    for (const secret of secrets.values()) {
      if ('problem' in secret || !needs(secret)) continue
      await this.#changeOpen(secret.name, by, make)
      count += 1
    }
    return count
  }

  async #seal(binding: Binding, value: string): Promise<{ readonly row: StoredVersion; readonly key: Buffer }> {
    const { sealed, key } = await sealVersion(this.#options.masters, binding, value)
    return { key, row: { name: binding.secret, version: binding.version, detail: JSON.stringify(sealed) } }
  }

  #moment(by: string): Head['made'] {
    return { at: this.#options.now(), by }
  }
}

function rowsOf(rows: readonly StoredVersion[], kept: Head['versions']): readonly StoredVersion[] {
  return rows.filter((row) => kept.some(({ version }) => version === row.version))
}

function unknown(name: string): VaultError {
  return new VaultError('unknown', `there is no secret \`${name}\``, { secret: name })
}

function checkName(name: string): void {
  if (!/^[A-Za-z][\w.-]{0,63}$/.test(name))
    throw new VaultError(
      'unplaceable',
      'the name of a secret has letters, digits, `.`, `-` and `_`, and starts with a letter',
    )
}

function checkValue(name: string, value: string): void {
  if (value.length < shortest || value.includes('\0'))
    throw new VaultError('unplaceable', `a secret has at least ${shortest} characters, and no NUL`, { secret: name })
}
