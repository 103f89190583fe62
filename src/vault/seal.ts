/**
 * Sealing of versions and heads.
 *
 * Each version has a key of its own, wrapped by the master key. With it the value is encrypted, bound to the name, the version and the
 * scopes of the secret; and with a key made of the current version's, the head is authenticated. Whoever writes to the store without the
 * master key can neither exchange values nor widen what they are for.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { canonicalText } from '../ledger/canonical.ts'
import { VaultError } from './error.ts'
import { type Head, parseHead, parseSealed, type SealedVersion } from './head.ts'
import { type MasterKeys, openWith, sealWith, type WrapContext } from './master-key.ts'
import type { Scope } from './scope.ts'
import type { StoredHead, StoredVersion } from './store.ts'

/** What a value is bound to. */
export interface Binding extends WrapContext {
  readonly scopes: readonly Scope[]
}

/** A value and the key it was sealed with. */
export interface OpenedVersion {
  readonly value: string
  readonly key: Buffer
}

/** Seals a value under a new key. @throws {VaultError} `unavailable` when the key cannot be wrapped. */
export async function sealVersion(
  { current }: MasterKeys,
  binding: Binding,
  value: string,
): Promise<OpenedVersion & { readonly sealed: SealedVersion }> {
  const key = randomBytes(32)
  const wrapped = await current.wrap(key, contextOf(binding))
  const data = sealWith(key, Buffer.from(value), aadOf(binding)).toString('base64')
  return { value, key, sealed: { master: current.id, wrapped, data } }
}

/** Opens a version. @throws {VaultError} `master-key`, `altered` or `unavailable`. */
export async function openVersion(
  masters: MasterKeys,
  binding: Binding,
  stored: StoredVersion | undefined,
): Promise<OpenedVersion> {
  const sealed = stored === undefined ? undefined : parseSealed(stored.detail)
  if (sealed === undefined) throw altered(binding)
  const key = await unwrapKey(masters, binding, sealed)
  const plain = openWith(key, Buffer.from(sealed.data, 'base64'), aadOf(binding))
  if (plain === undefined) throw altered(binding)
  return { value: plain.toString('utf8'), key }
}

/** Wraps the key of a version by the current master key; the value stays sealed as it is. @throws as `openVersion`. */
export async function rewrap(
  masters: MasterKeys,
  { secret, version }: WrapContext,
  stored: StoredVersion,
): Promise<StoredVersion> {
  const context = { secret, version }
  const sealed = parseSealed(stored.detail)
  if (sealed === undefined) throw altered(context)
  const key = await unwrapKey(masters, context, sealed)
  const wrapped = await masters.current.wrap(key, context)
  const next: SealedVersion = { ...sealed, master: masters.current.id, wrapped }
  return { ...stored, detail: JSON.stringify(next) }
}

function unwrapKey({ current, previous }: MasterKeys, context: WrapContext, sealed: SealedVersion): Promise<Buffer> {
  const master = [current, ...previous].find(({ id }) => id === sealed.master)
  if (master !== undefined) return master.unwrap(sealed.wrapped, contextOf(context))
  throw new VaultError(
    'master-key',
    `\`${context.secret}\` was sealed with the master key ${sealed.master}, and this one is ${current.id}: name the other one too, under \`previous\``,
    { secret: context.secret },
  )
}

/** A head as it is stored. @param key - Of its current version; undefined for one that is deleted. */
export function sealHead(name: string, revision: number, head: Head, key: Buffer | undefined): StoredHead {
  const detail = JSON.stringify(head)
  const seal = key === undefined ? '' : sealOf({ name, revision, detail }, key).toString('base64')
  return { name, revision, detail, seal }
}

/** Reads a head, still to be believed. @throws {VaultError} `altered` when it is none. */
export function readHead({ name, detail }: StoredHead): Head {
  const head = parseHead(detail)
  if (head === undefined) throw new VaultError('altered', `\`${name}\` was altered in the store`, { secret: name })
  return head
}

/** @throws {VaultError} `altered` when it is not what was sealed with the key of its current version. */
export function checkHead(stored: StoredHead, key: Buffer): void {
  const right = sealOf(stored, key)
  const given = Buffer.from(stored.seal, 'base64')
  if (given.length === right.length && timingSafeEqual(given, right)) return
  throw new VaultError('altered', `\`${stored.name}\` was altered in the store`, { secret: stored.name })
}

function sealOf({ name, revision, detail }: Omit<StoredHead, 'seal'>, key: Buffer): Buffer {
  const macKey = Buffer.from(hkdfSync('sha256', key, '', 'lockstep vault head', 32))
  return createHmac('sha256', macKey)
    .update(JSON.stringify([name, revision, detail]))
    .digest()
}

function contextOf({ secret, version }: WrapContext): WrapContext {
  return { secret, version }
}

function aadOf({ secret, version, scopes }: Binding): string {
  return canonicalText(['lockstep vault value', 1, secret, version, scopes])
}

function altered({ secret, version }: WrapContext): VaultError {
  return new VaultError(
    'altered',
    `\`${secret}\` (version ${version}) was altered in the store, or belongs elsewhere`,
    {
      secret,
    },
  )
}
