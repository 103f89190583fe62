/** Texts that come back as they were given out, or not at all: what a browser keeps for us between two steps of signing in. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Shelf } from '../shelf.ts'

/** Made from one key for all nodes. Giving out keeps nothing, so that nobody can fill the shelf by asking. */
export interface Sealer {
  seal(purpose: string, content: unknown, lifetimeMs: number): Promise<Buffer>
  /** @returns undefined when it is not ours, for another purpose, or over. */
  open(purpose: string, text: string): Promise<unknown>
  /** @returns false when this text was spent before. */
  spend(text: string): Promise<boolean>
}

interface Sealed {
  readonly until: number
  readonly content: unknown
}

const nonceBytes = 12
const tagBytes = 16
/** Longer than anything that is given out lives. */
const spentMs = 60 * 60_000

export function makeSealer(shelf: Shelf, now: () => number): Sealer {
  let key: Promise<Buffer> | undefined
  const keyOf = (): Promise<Buffer> => {
    key ??= keyOn(shelf, now()).catch((error: unknown) => {
      key = undefined
      throw error
    })
    return key
  }
  return {
    async seal(purpose, content, lifetimeMs) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', await keyOf(), nonce).setAAD(Buffer.from(purpose))
      const sealed: Sealed = { until: now() + lifetimeMs, content }
      return Buffer.concat([nonce, cipher.update(JSON.stringify(sealed), 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    async open(purpose, text) {
      const sealed = unseal(await keyOf(), purpose, Buffer.from(text, 'base64url'))
      return sealed === undefined || sealed.until <= now() ? undefined : sealed.content
    },
    spend(text) {
      const id = createHash('sha256').update(Buffer.from(text, 'base64url')).digest('base64url')
      return shelf.put({ kind: 'spent', id, at: now(), expires: now() + spentMs, content: null }, 0)
    },
  }
}

function unseal(key: Buffer, purpose: string, bytes: Buffer): Sealed | undefined {
  if (bytes.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-tagBytes))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
    return JSON.parse(text.toString()) as Sealed
  } catch {
    return undefined
  }
}

/** Of several nodes that make the key at once, one does, and all use it. */
async function keyOn(shelf: Shelf, at: number): Promise<Buffer> {
  const made = randomBytes(32).toString('base64url')
  await shelf.put({ kind: 'key', id: 'sign-in', at, content: made }, 0)
  const kept = await shelf.get('key', 'sign-in')
  if (typeof kept?.content !== 'string') throw new Error('the key of the console cannot be kept')
  return Buffer.from(kept.content, 'base64url')
}
