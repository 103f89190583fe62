import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { canonicalText } from './canonical.ts'
import type { Content, Sealed } from './entry.ts'

/** One key of the key store, 32 bytes. */
export interface SubjectKey {
  readonly id: string
  readonly secret: Buffer
}

/** Seals the private part of an entry with AES-256-GCM and a fresh random nonce. The name of the key is authenticated too. */
export function sealContent(content: Content, key: SubjectKey): Sealed {
  return sealText(JSON.stringify(content), key)
}

/** The same for content that is JSON text already. */
export function sealText(text: string, key: SubjectKey): Sealed {
  const { id } = key
  const nonce = drawNonce()
  const cipher = createCipheriv('aes-256-gcm', keyObjectOf(key), nonce).setAAD(Buffer.from(id))
  const sealed = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return { key: id, nonce: nonce.toString('base64'), data: Buffer.concat(sealed).toString('base64') }
}

// A key object makes sealing twice as fast as the bytes do; it lives as long as the key it was made of.
const keyObjects = new WeakMap<SubjectKey, KeyObject>()

function keyObjectOf(key: SubjectKey): KeyObject {
  const made = keyObjects.get(key) ?? createSecretKey(key.secret)
  keyObjects.set(key, made)
  return made
}

// Asking the system for randomness costs the same for one nonce as for many. No part of it is given out twice.
const nonceBytes = 12
const tagBytes = 16
const drawn = Buffer.alloc(nonceBytes * 256)
let used = drawn.length

function drawNonce(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += nonceBytes
  return Buffer.from(drawn.subarray(used - nonceBytes, used))
}

/** Opens what `sealContent` sealed; undefined when this is not its key, or when it was changed. */
export function openContent({ key, nonce, data }: Sealed, subjectKey: SubjectKey): Content | undefined {
  const { id } = subjectKey
  const bytes = Buffer.from(data, 'base64')
  if (key !== id || bytes.length < 16) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyObjectOf(subjectKey), Buffer.from(nonce, 'base64'), {
    authTagLength: 16,
  })
  decipher.setAAD(Buffer.from(id)).setAuthTag(bytes.subarray(-16))
  try {
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString())
  } catch {
    // GCM says that a text is not authentic by throwing.
    return undefined
  }
}

/** Seals text with AES-256-GCM and a fresh random nonce, bound to the name of where it stands: nonce, text and tag, as base64. */
export function sealNamed(text: string, name: string, key: SubjectKey): string {
  const nonce = drawNonce()
  const cipher = createCipheriv('aes-256-gcm', keyObjectOf(key), nonce).setAAD(Buffer.from(name))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** Opens what `sealNamed` sealed; undefined when it was another key or name, or was changed. */
export function openNamed(sealed: string, name: string, key: SubjectKey): string | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < nonceBytes + tagBytes) return undefined
  const nonce = bytes.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', keyObjectOf(key), nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString()
  } catch {
    // GCM says that a text is not authentic by throwing.
    return undefined
  }
}

/** Keyed digest of the private part: HMAC-SHA256 over its canonical text. */
export function digestContent(content: Content, { id, secret }: SubjectKey): { key: string; hmac: string } {
  return { key: id, hmac: createHmac('sha256', secret).update(canonicalText(content)).digest('base64') }
}
