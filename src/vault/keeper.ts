/** Changes of secrets: set, rotated, given other scopes, disabled, deleted, wrapped anew. Each is on the record before it is done. */
import { randomBytes } from 'node:crypto'
import type { SecretBody } from '../ledger/entry.ts'
import { VaultError } from './error.ts'
import { type Elsewhere, type Head, parseHead } from './head.ts'
import type { MasterKeys } from './master-key.ts'
import { type BrokenSecret, type OpenSecret, openAll, openSecret, type Secrets, secretRows } from './opened.ts'
import type { VaultRecord } from './record.ts'
import { printScope, type Scope } from './scope.ts'
import { openVersion, rewrap, sealHead, sealVersion } from './seal.ts'
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
  /** Wraps all keys by the current master key. @returns how many secrets needed it. */
  rekey(by: string): Promise<number>
  /** Destroys versions whose time is over. @returns how many secrets had one. */
  tidy(by: string): Promise<number>
  all(): Promise<Secrets>
}

/** A value shorter than this is not told from ordinary text when it comes back. */
const shortest = 8

interface Next {
  readonly head: Head
  readonly versions: readonly StoredVersion[]
  /** Of the current version; undefined for one that is deleted. */
  readonly key: Buffer | undefined
  /** What is done elsewhere, once it is on the record. */
  readonly elsewhere?: () => Promise<unknown>
}

type Before = OpenSecret | BrokenSecret | undefined
type Said = Pick<SecretBody, 'effect' | 'version' | 'why'> & { readonly scopes?: readonly string[] }

/** Makes a keeper; holds nothing open itself. */
export function makeKeeper({ store, masters, record, now, write }: KeeperOptions): Keeper {
  /** Reads, has the change made, records it, and puts it in place unless somebody else was there first. */
  const change = async (
    name: string,
    by: string,
    make: (before: Before, last: Head | undefined) => Promise<Next & { readonly said: Said }>,
  ): Promise<void> => {
    const rows = secretRows(await store.read()).find(({ head }) => head.name === name)
    const recorded = (await record.revisions()).get(name) ?? 0
    const before = rows === undefined ? undefined : await openSecret(rows, masters, recorded)
    const { head, versions, key, said, elsewhere } = await make(
      before,
      rows === undefined ? undefined : parseHead(rows.head.detail),
    )
    const expected = rows?.head.revision ?? 0
    const revision = Math.max(expected, recorded) + 1
    const draft = { kind: 'secret', secret: name, revision, principal: { id: by }, at: now() } as const
    await record.append({ ...draft, ...said })
    const undone = (why: string): Promise<void> =>
      record.append({ ...draft, effect: 'not-done', why }).catch(() => undefined)
    let isDone: boolean
    try {
      await elsewhere?.()
      isDone = await store.replace(expected, sealHead(name, revision, head, key), versions)
    } catch (error) {
      await undone(error instanceof VaultError ? error.code : 'the store failed')
      throw error
    }
    if (isDone) return
    await undone('somebody else changed it')
    throw new VaultError('conflict', `somebody else changed \`${name}\` at the same time`, { secret: name })
  }

  const onOpen = (
    name: string,
    by: string,
    make: (secret: OpenSecret) => Promise<Next & { readonly said: Said }>,
  ): Promise<void> =>
    change(name, by, async (before) => {
      if (before === undefined) throw new VaultError('unknown', `there is no secret \`${name}\``, { secret: name })
      if ('problem' in before) throw before.problem
      return make(before)
    })

  const rotatedElsewhere = (
    name: string,
    from: Elsewhere,
    value: string,
  ): { said: Said; elsewhere(): Promise<unknown> } => {
    if (write === undefined || from.version !== undefined)
      throw new VaultError('refused', `\`${name}\` is kept by \`${from.vault}\`: rotate it there`, { secret: name })
    return { said: { effect: 'rotated', why: `kept by ${from.vault}` }, elsewhere: () => write(from, value) }
  }

  const everyOne = async (by: string, wanted: (secret: OpenSecret) => boolean, make: Parameters<typeof onOpen>[2]) => {
    const secrets = await openAll(await store.read(), masters, await record.revisions())
    let count = 0
    for (const secret of secrets.values()) {
      if ('problem' in secret) throw secret.problem
      if (!wanted(secret)) continue
      await onOpen(secret.name, by, make)
      count += 1
    }
    return count
  }

  return {
    set: async (name, { value, from, scopes }, by) => {
      checkName(name)
      if (from === undefined) checkValue(name, value)
      let version = 1
      await change(name, by, async (before, last) => {
        if (before !== undefined && !('problem' in before))
          throw new VaultError('conflict', `there is a secret \`${name}\` already: rotate it`, { secret: name })
        version = (last?.current ?? 0) + 1
        const { sealed, key } = await sealVersion(masters, { secret: name, version, scopes }, value)
        const at = now()
        const head: Head = {
          made: { at, by },
          changed: { at, by },
          current: version,
          versions: [{ version, at, by }],
          scopes: [...scopes],
          placeholder: `lockstep-placeholder-${name}-${randomBytes(8).toString('hex')}`,
          ...(from === undefined ? {} : { from }),
        }
        const said: Said = { effect: 'set', version, scopes: scopes.map(printScope) }
        return { head, key, versions: [{ name, version, detail: JSON.stringify(sealed) }], said }
      })
      return version
    },
    rotate: async (name, value, overlapMs, by) => {
      checkValue(name, value)
      let version = 0
      await onOpen(name, by, async ({ head, rows, key: before }) => {
        const { from } = head
        if (from !== undefined) {
          version = head.current
          return {
            ...rotatedElsewhere(name, from, value),
            head: { ...head, changed: { at: now(), by } },
            key: before,
            versions: rows.versions,
          }
        }
        version = head.current + 1
        const { sealed, key } = await sealVersion(masters, { secret: name, version, scopes: head.scopes }, value)
        const at = now()
        const until = at + overlapMs
        const kept = head.versions
          .map((each) => (each.version === head.current ? { ...each, until } : each))
          .filter((each) => (each.until ?? 0) > at)
        const next: Head = {
          ...head,
          changed: { at, by },
          current: version,
          versions: [...kept, { version, at, by }],
        }
        const versions = [
          ...rows.versions.filter((row) => kept.some((each) => each.version === row.version)),
          { name, version, detail: JSON.stringify(sealed) },
        ]
        const why = overlapMs === 0 ? {} : { why: `version ${head.current} until ${new Date(until).toISOString()}` }
        return { head: next, key, versions, said: { effect: 'rotated', version, ...why } }
      })
      return version
    },
    rescope: (name, scopes, by) =>
      onOpen(name, by, async ({ head, rows }) => {
        const versions: StoredVersion[] = []
        let current: Buffer | undefined
        for (const row of rows.versions) {
          const binding = { secret: name, version: row.version }
          const { value } = await openVersion(masters, { ...binding, scopes: head.scopes }, row)
          const { sealed, key } = await sealVersion(masters, { ...binding, scopes }, value)
          versions.push({ ...row, detail: JSON.stringify(sealed) })
          if (row.version === head.current) current = key
        }
        const next: Head = { ...head, changed: { at: now(), by }, scopes: [...scopes] }
        return { head: next, versions, key: current, said: { effect: 'scoped', scopes: scopes.map(printScope) } }
      }),
    disable: (name, why, by) =>
      onOpen(name, by, async ({ head, key, rows: { versions } }) => {
        const at = now()
        return {
          head: { ...head, changed: { at, by }, disabled: { at, by, why } },
          key,
          versions,
          said: { effect: 'disabled', why },
        }
      }),
    enable: (name, by) =>
      onOpen(name, by, async ({ head: { disabled: _, ...head }, key, rows: { versions } }) => ({
        head: { ...head, changed: { at: now(), by } },
        key,
        versions,
        said: { effect: 'enabled' },
      })),
    remove: (name, by) =>
      change(name, by, async (before, last) => {
        if (before === undefined) throw new VaultError('unknown', `there is no secret \`${name}\``, { secret: name })
        const at = now()
        const head: Head = {
          made: last?.made ?? { at, by },
          changed: { at, by },
          current: last?.current ?? 1,
          versions: [],
          scopes: [],
          placeholder: last?.placeholder ?? name,
          deleted: true,
        }
        return { head, key: undefined, versions: [], said: { effect: 'deleted' } }
      }),
    rekey: (by) =>
      everyOne(
        by,
        ({ rows }) => rows.versions.some(({ detail }) => !detail.includes(JSON.stringify(masters.current.id))),
        async ({ name, head, key, rows }) => {
          const versions: StoredVersion[] = []
          for (const row of rows.versions)
            versions.push(await rewrap(masters, { secret: name, version: row.version }, row))
          const said: Said = { effect: 'rekeyed', why: `wrapped by ${masters.current.id}` }
          return { head: { ...head, changed: { at: now(), by } }, key, versions, said }
        },
      ),
    tidy: (by) =>
      everyOne(
        by,
        ({ head }) => head.versions.some(({ until }) => until !== undefined && until <= now()),
        async ({ head, key, rows }) => {
          const kept = head.versions.filter(({ until }) => until === undefined || until > now())
          const versions = rows.versions.filter((row) => kept.some(({ version }) => version === row.version))
          const gone = head.versions.filter((each) => !kept.includes(each)).map(({ version }) => version)
          const said: Said = { effect: 'destroyed', why: `version ${gone.join(', ')}: its time is over` }
          return { head: { ...head, versions: kept }, key, versions, said }
        },
      ),
    all: async () => openAll(await store.read(), masters, await record.revisions()),
  }
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
