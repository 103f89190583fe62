/** What wraps the keys of versions: 32 bytes in a file or a variable, or a command that never shows its key. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { VaultError } from './error.ts'

/** Whose key is wrapped. A key that is unwrapped for another version than it was wrapped for is refused. */
export interface WrapContext {
  readonly secret: string
  readonly version: number
}

/** Wraps and unwraps keys of versions. `id` names it without telling anything of it. */
export interface MasterKey {
  readonly id: string
  /** @returns base64. @throws {VaultError} `unavailable` */
  wrap(key: Buffer, context: WrapContext): Promise<string>
  /** @throws {VaultError} `altered` when it was not wrapped by this key for this version; `unavailable`. */
  unwrap(wrapped: string, context: WrapContext): Promise<Buffer>
}

/** The key that is used, and those of before, until everything is wrapped by the new one. */
export interface MasterKeys {
  readonly current: MasterKey
  readonly previous: readonly MasterKey[]
}

const keyBytes = 32

/** @param text - 32 bytes as base64 or hex. @throws {VaultError} `master-key` when it is anything else. */
export function masterKeyOf(text: string): MasterKey {
  const key = readKey(text.trim())
  if (key?.length !== keyBytes)
    throw new VaultError('master-key', 'a master key is 32 random bytes, written as base64 or hex')
  const id = `k-${createHash('sha256').update('lockstep vault master key').update(key).digest('hex').slice(0, 16)}`
  return {
    id,
    wrap: async (plain, context) => sealWith(key, plain, aadOf(id, context)).toString('base64'),
    unwrap: async (wrapped, context) => {
      const opened = openWith(key, Buffer.from(wrapped, 'base64'), aadOf(id, context))
      if (opened?.length === keyBytes) return opened
      throw new VaultError('altered', `the key of \`${context.secret}\` (version ${context.version}) was altered`, {
        secret: context.secret,
      })
    },
  }
}

/**
 * A master key in a file that only its owner can read; made there when `mayCreate` says that nothing is sealed yet.
 *
 * @throws {VaultError} `master-key` when it is missing, readable by others, or no key.
 */
export function masterKeyIn(path: string, mayCreate: () => boolean): MasterKey {
  if (!existsSync(path)) {
    // SECURITY: where there are secrets, a new key would only hide that the right one is gone.
    if (!mayCreate()) throw new VaultError('master-key', `the master key ${path} is missing, but the vault has secrets`)
    writeNew(path)
  }
  return masterKeyOf(readPrivate(path))
}

function readPrivate(path: string): string {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    // Of the file that is read, not of its name: that may be another one by now.
    const mode = fstatSync(file).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new VaultError('master-key', `the master key ${path} can be read by others: chmod 600 ${path}`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof VaultError) throw cause
    throw new VaultError('master-key', `the master key ${path} cannot be read`, { cause })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function writeNew(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${randomBytes(keyBytes).toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function readKey(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

function aadOf(id: string, { secret, version }: WrapContext): string {
  return JSON.stringify(['lockstep vault key', 1, id, secret, version])
}

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM: nonce, ciphertext, tag. */
export function sealWith(key: Buffer, plain: Buffer, aad: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(aad))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Undefined when it is not what `sealWith` made with this key and this `aad`. */
export function openWith(key: Buffer, sealed: Buffer, aad: string): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined
  const end = sealed.length - tagBytes
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(aad))
    decipher.setAuthTag(sealed.subarray(end))
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()])
  } catch {
    return undefined
  }
}
