/** All secrets of a store, opened and checked one by one: what is wrong with one keeps none of the others. */
import { Secret } from '../wire/secret.ts'
import { VaultError } from './error.ts'
import type { Head } from './head.ts'
import type { MasterKeys } from './master-key.ts'
import { checkHead, openVersion, readHead } from './seal.ts'
import type { StoredHead, StoredVersion, VaultRows } from './store.ts'

/** A version whose value is known here. */
export interface KnownVersion {
  readonly version: number
  readonly value: Secret
}

/** A secret that can be used. */
export interface OpenSecret {
  readonly name: string
  readonly revision: number
  readonly head: Head
  /** The key of its current version, to seal its head with. */
  readonly key: Buffer
  /** All that are kept, the current one last; none of one that another vault keeps. */
  readonly versions: readonly KnownVersion[]
  readonly rows: SecretRows
}

/** A secret that cannot be used, and why. What its head says is not to be believed. */
export interface BrokenSecret {
  readonly name: string
  readonly revision: number
  readonly problem: VaultError
  readonly claims: Head | undefined
  readonly rows: SecretRows
}

/** One secret as it is stored. */
export interface SecretRows {
  readonly head: StoredHead
  readonly versions: readonly StoredVersion[]
}

/** By name; without those that were deleted. */
export type Secrets = ReadonlyMap<string, OpenSecret | BrokenSecret>

const atOnce = 8

/** @param before - What was opened before: what did not change is not opened again. @param recorded - Revisions a store must have at least. */
export async function openAll(
  rows: VaultRows,
  masters: MasterKeys,
  recorded: ReadonlyMap<string, number>,
  before: Secrets = new Map(),
): Promise<Secrets> {
  const apart = secretRows(rows)
  const opened = new Map<string, OpenSecret | BrokenSecret>()
  for (let at = 0; at < apart.length; at += atOnce) {
    const some = apart.slice(at, at + atOnce).map(async (each) => {
      const known = before.get(each.head.name)
      const isSame = known !== undefined && 'head' in known && sameRows(known.rows, each)
      const floor = recorded.get(each.head.name) ?? 0
      return isSame && known.revision >= floor ? known : openSecret(each, masters, floor)
    })
    for (const secret of await Promise.all(some)) if (secret !== undefined) opened.set(secret.name, secret)
  }
  return opened
}

/** The rows of each secret. */
export function secretRows({ heads, versions }: VaultRows): readonly SecretRows[] {
  const byName = new Map<string, StoredVersion[]>()
  for (const each of versions) byName.set(each.name, [...(byName.get(each.name) ?? []), each])
  return heads.map((head) => ({ head, versions: byName.get(head.name) ?? [] }))
}

/**
 * Opens and checks one secret; undefined when it was deleted.
 *
 * @param recorded - The revision it must have at least.
 */
export async function openSecret(
  rows: SecretRows,
  masters: MasterKeys,
  recorded: number,
): Promise<OpenSecret | BrokenSecret | undefined> {
  const { name, revision } = rows.head
  let claims: Head | undefined
  try {
    claims = readHead(rows.head)
    if (revision < recorded) throw replayed(name, revision, recorded)
    if (claims.deleted === true) return undefined
    return await open(rows, claims, masters)
  } catch (error) {
    const problem =
      error instanceof VaultError ? error : new VaultError('altered', `\`${name}\` cannot be read`, { secret: name })
    return { name, revision, problem, claims, rows }
  }
}

async function open(rows: SecretRows, head: Head, masters: MasterKeys): Promise<OpenSecret> {
  const { name, revision } = rows.head
  const kept = new Map<number, string>()
  let key: Buffer | undefined
  for (const { version } of head.versions) {
    const stored = rows.versions.find((each) => each.version === version)
    const opened = await openVersion(masters, { secret: name, version, scopes: head.scopes }, stored)
    kept.set(version, opened.value)
    if (version === head.current) key = opened.key
  }
  if (key === undefined) throw new VaultError('altered', `\`${name}\` was altered in the store`, { secret: name })
  checkHead(rows.head, key)
  const versions =
    head.from !== undefined ? [] : [...kept].map(([version, value]) => ({ version, value: new Secret(value) }))
  return { name, revision, head, key, versions, rows }
}

/** @throws {VaultError} what is wrong with it; `unknown` when there is none. */
export function usable(secrets: Secrets, name: string): OpenSecret {
  const secret = secrets.get(name)
  if (secret === undefined) throw new VaultError('unknown', `there is no secret \`${name}\``, { secret: name })
  if ('problem' in secret) throw secret.problem
  return secret
}

function replayed(name: string, revision: number, recorded: number): VaultError {
  return new VaultError(
    'replayed',
    `\`${name}\` is at revision ${revision} in the store and at ${recorded} on the record: the store was put back, or the last change broke off; set it again`,
    { secret: name },
  )
}

function sameRows(a: SecretRows, b: SecretRows): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
