import { createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { LedgerError } from './error.ts'
import type { SignerKey } from './note.ts'

/**
 * The key pair of a ledger: read from `path`, or made there, readable by its owner only, when `mayCreate` says that the ledger is new.
 *
 * SECURITY: a ledger with entries never gets a second key: whoever removed the first would have a fresh start for the asking.
 *
 * @throws {LedgerError} `key` when it is missing and may not be made, or is no Ed25519 key.
 */
export function openSigningKey(path: string, origin: string, mayCreate: () => boolean): SignerKey {
  if (!existsSync(path)) {
    if (!mayCreate()) throw new LedgerError('key', `the signing key ${path} is missing, but the ledger has entries`)
    writeNew(path)
  }
  return { name: origin, privateKey: parseKey(path) }
}

/** A secret only the holder of the signing key knows: it seals the head that every commit leaves behind. */
export function sealingSecret({ name, privateKey }: SignerKey): Buffer {
  const { d = '' } = privateKey.export({ format: 'jwk' })
  return Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), name, 'lockstep ledger head', 32))
}

function writeNew(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ed25519')
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, String(privateKey.export({ format: 'pem', type: 'pkcs8' })))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function parseKey(path: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(readFileSync(path))
  } catch (cause) {
    throw new LedgerError('key', `the signing key ${path} cannot be read`, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new LedgerError('key', `the signing key ${path} is no Ed25519 key`)
  return key
}
