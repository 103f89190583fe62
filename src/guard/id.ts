import { createHash, randomFillSync } from 'node:crypto'
import canonicalize from 'canonicalize'

// Asking the system for randomness costs the same for one identifier as for many.
const drawn: Buffer = Buffer.alloc(16 * 256)
let used = drawn.length

function draw(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += 16
  return Buffer.from(drawn.subarray(used - 16, used))
}

/** A new identifier that sorts by time: a UUID of version 7 (RFC 9562). */
export function newId(at: number): string {
  const bytes = draw()
  bytes.writeUIntBE(Math.max(0, Math.trunc(at)), 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** SHA-256 over the canonical form (RFC 8785) of a JSON value, as hex. Members that are undefined do not count. */
export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? 'null')
    .digest('hex')
}
